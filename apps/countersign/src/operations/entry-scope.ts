import type { TenantId } from '@countersign/core';
import { StoreReader } from '../store/store-reader.ts';
import {
  type Command,
  type JsonOptions,
  numberOption,
  textOption,
  textsOption,
} from './forwarding/command.ts';
import { CommandError } from './forwarding/errors.ts';

/** Which entries an erasure or a hold is about: all that is given must fit. */
export type EntryScope = {
  readonly users: readonly string[];
  readonly import: number | undefined;
  readonly source: string | undefined;
  readonly tenant: TenantId | undefined;
  readonly fromMs: number | undefined;
  readonly toMs: number | undefined;
};

type NamedScope = Omit<EntryScope, 'users'> & { readonly names: readonly string[] };

export function scopeOptions(scope: EntryScope): JsonOptions {
  const { users, source = null, fromMs = null, toMs = null } = scope;
  return { users, source, fromMs, toMs, import: scope.import ?? null };
}

/** @throws WorkError AMBIGUOUS_USER */
export async function scopeOf(dir: string, work: Command): Promise<NamedScope> {
  const tenant = work.tenant === null ? undefined : (work.tenant as TenantId);
  return {
    names: await namesOf(dir, textsOption(work, 'users'), tenant),
    import: numberOption(work, 'import'),
    source: textOption(work, 'source'),
    tenant,
    fromMs: numberOption(work, 'fromMs'),
    toMs: numberOption(work, 'toMs'),
  };
}

/**
 * Every name under which records speak of these people: what was asked for, and all aliases. An
 * ambiguous name is refused, since whoever is meant, another would be touched as well.
 */
async function namesOf(
  dir: string,
  users: readonly string[],
  tenant: string | undefined,
): Promise<readonly string[]> {
  if (users.length === 0) return [];
  const store = await StoreReader.open(dir);
  try {
    const names = new Set<string>();
    for (const user of users) {
      names.add(user);
      const found = await store.resolvePrincipal(user, { tenant });
      if (found.kind === 'ambiguous') throw new CommandError('AMBIGUOUS_USER', found.because.text);
      // Somebody who never acted may still stand in the records of others.
      if (found.kind === 'none') continue;
      const { uid, name, aliases } = found.principal;
      for (const known of [uid, name, ...aliases.map((alias) => alias.value)]) {
        if (known !== null) names.add(known);
      }
    }
    return [...names];
  } finally {
    store.close();
  }
}

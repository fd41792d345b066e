import type { TenantId } from '@countersign/core';
import { z } from 'zod';
import { entryIndex, type Fields, field } from '../definition/fields.ts';
import { PERIOD_FIELDS, type PeriodInput, periodOf } from '../definition/period.ts';
import { CommandError } from '../forwarding/errors.ts';

/** The entries of an erasure or a hold: an entry must match all given members. */
export type EntryScope = PeriodInput & {
  readonly users?: readonly string[] | undefined;
  /** The first entry of an import. */
  readonly import?: number | undefined;
  readonly source?: string | undefined;
};

export const SCOPE_FIELDS: Fields<EntryScope> = {
  users: field(
    z.array(z.string().min(1)).optional(),
    'all records that name this person, by any of their names',
    { value: 'who' },
  ),
  import: field(entryIndex.optional(), 'the records of this import: the index of its first entry', {
    value: 'n',
  }),
  source: field(z.string().optional(), 'the records of this source', { value: 'source' }),
  ...PERIOD_FIELDS,
};

type ResolvedScope = {
  readonly names: readonly string[];
  readonly import: number | undefined;
  readonly source: string | undefined;
  readonly tenant: TenantId | undefined;
  readonly fromMs: number | undefined;
  readonly toMs: number | undefined;
};

/** @throws CommandError AMBIGUOUS_USER */
export async function resolveScope(
  dir: string,
  scope: EntryScope,
  tenant: TenantId | undefined,
): Promise<ResolvedScope> {
  return {
    names: await namesOf(dir, scope.users ?? [], tenant),
    import: scope.import,
    source: scope.source,
    tenant,
    ...periodOf(scope),
  };
}

/**
 * All names of these people in records: the given names and their aliases. An ambiguous name is
 * rejected, because the operation would also affect another person.
 */
async function namesOf(
  dir: string,
  users: readonly string[],
  tenant: TenantId | undefined,
): Promise<readonly string[]> {
  if (users.length === 0) return [];
  const { StoreReader } = await import('../../store/store-reader.ts');
  const store = await StoreReader.open(dir);
  try {
    const names = new Set<string>();
    for (const user of users) {
      names.add(user);
      const found = await store.resolvePrincipal(user, { tenant });
      if (found.kind === 'ambiguous') throw new CommandError('AMBIGUOUS_USER', found.because.text);
      // A person without actions may still be named in the records of others.
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

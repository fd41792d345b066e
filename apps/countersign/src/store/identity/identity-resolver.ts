import { type Interval, type IntervalSet, normalize, overlapOf, subtract } from '@countersign/core';
import { IDENTITY_RESOLVER_NODES_MAX } from '../limits.ts';
import type { Alias } from '../rows/alias-table.ts';
import type { StateDatabase } from '../sqlite/state-database.ts';
import type { PrincipalAlias, Selection, SharedKey, WhoOptions } from './principal-types.ts';

/** An actor key with the tenant that it is attributed to. */
export type TenantActorKey = { readonly tenant: string; readonly key: string };

/** Bare keys that are connected, and the object ids where the connections end. */
type Relatives = { readonly uids: readonly string[]; readonly bare: readonly string[] };

/**
 * Decides which keys are the same principal, as known when it is first asked about each.
 *
 * A key without object id belongs to the one object id whose records share its name, PUID or SID.
 * If there are several (a reused name), each holds the key while records tie it to that one alone.
 */
export class IdentityResolver {
  readonly #state: StateDatabase;
  readonly #home: (tenant: string) => string;
  readonly #aliasesByKey = new Map<string, readonly Alias[]>();
  readonly #keysByName = new Map<string, readonly Alias[]>();
  readonly #relativesByKey = new Map<string, Relatives>();

  constructor(state: StateDatabase, home: (tenant: string) => string) {
    this.#state = state;
    this.#home = home;
  }

  /** The principals that a key may mean in the period; the key itself if no object id is known. */
  holdersOf(node: TenantActorKey, period: WhoOptions): TenantActorKey[] {
    if (hasUid(node)) return [node];
    const { uids, bare } = this.#relatives(node);
    if (uids.length === 0)
      return [latest(bare, (key) => this.#aliases({ ...node, key }))].map((key) => ({
        tenant: node.tenant,
        key,
      }));
    const { fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY } = period;
    const held = uids.filter((uid) =>
      this.#ties(node, uid).some((t) => t.from < toMs && t.to > fromMs),
    );
    return (held.length > 0 ? held : uids).map((key) => ({ tenant: node.tenant, key }));
  }

  aliasesOf(node: TenantActorKey): PrincipalAlias[] {
    const { bare } = this.#relatives(node);
    const own = bare.filter((key) => !this.#isShared({ ...node, key }));
    const united = new Map<string, PrincipalAlias>();
    for (const key of new Set([node.key, ...own])) {
      for (const { kind, value, firstMs, lastMs } of this.#aliases({ ...node, key })) {
        const known = united.get(`${kind}\n${value}`);
        united.set(`${kind}\n${value}`, {
          kind,
          value,
          firstMs: Math.min(firstMs, known?.firstMs ?? firstMs),
          lastMs: Math.max(lastMs, known?.lastMs ?? lastMs),
        });
      }
    }
    return [...united.values()];
  }

  selectionOf(node: TenantActorKey): Omit<Selection, 'tenants'> {
    const keys = [node.key];
    const shared: SharedKey[] = [];
    for (const key of this.#relatives(node).bare) {
      if (key === node.key) continue;
      const { uids } = this.#relatives({ ...node, key });
      if (uids.length <= 1) {
        keys.push(key);
        continue;
      }
      shared.push({ key, ...this.#holdings({ ...node, key }, node.key, uids) });
    }
    return { keys, shared };
  }

  #isShared(node: TenantActorKey): boolean {
    return !hasUid(node) && this.#relatives(node).uids.length > 1;
  }

  /** When records tie the shared key to `own` alone, and when to one other object id alone. */
  #holdings(
    shared: TenantActorKey,
    own: string,
    uids: readonly string[],
  ): Pick<SharedKey, 'intervals' | 'foreign'> {
    const ties = new Map(uids.map((uid) => [uid, normalize(this.#ties(shared, uid))]));
    const mine = ties.get(own) ?? normalize(this.#ties(shared, own));
    const contested = overlapOf([...ties.values()]);
    ties.delete(own);
    const others: IntervalSet = normalize([...ties.values()].flat());
    return { intervals: subtract(mine, others), foreign: subtract(others, contested) };
  }

  /** When records give `uid` a name, PUID or SID of the bare key. */
  #ties(node: TenantActorKey, uid: string): Interval[] {
    const names = new Set(this.#aliases(node).map(nameOf));
    return this.#aliases({ ...node, key: uid })
      .filter((alias) => names.has(nameOf(alias)))
      .map(({ firstMs, lastMs }) => ({ from: firstMs, to: lastMs + 1 }));
  }

  /**
   * The bare keys that shared names connect to `start`, and the object ids where the connections
   * end. Only the first key may be an object id that a path passes through.
   */
  #relatives(start: TenantActorKey): Relatives {
    return this.#once(this.#relativesByKey, `${start.tenant}\n${start.key}`, () =>
      this.#findRelatives(start),
    );
  }

  #findRelatives(start: TenantActorKey): Relatives {
    const seen = new Set([start.key]);
    const queue = [start.key];
    for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
      if (seen.size > IDENTITY_RESOLVER_NODES_MAX) break;
      if (key !== start.key && hasUid({ ...start, key })) continue;
      for (const next of this.#neighbors({ ...start, key })) {
        if (!seen.has(next)) queue.push(next);
        seen.add(next);
      }
    }
    const keys = [...seen].sort();
    const isUid = (key: string): boolean => hasUid({ ...start, key });
    return { uids: keys.filter(isUid), bare: keys.filter((key) => !isUid(key)) };
  }

  #neighbors(node: TenantActorKey): string[] {
    return this.#aliases(node)
      .filter(({ kind }) => kind !== 'uid')
      .flatMap(({ kind, value }) =>
        this.#once(this.#keysByName, `${kind}\n${value}`, () =>
          this.#state.aliasesNamed(kind, value),
        )
          .filter(
            (a) => this.#home(a.tenant) === node.tenant && !isOtherKind(kind, a.key, node.key),
          )
          .map((a) => a.key),
      );
  }

  #aliases({ tenant, key }: TenantActorKey): readonly Alias[] {
    return this.#once(this.#aliasesByKey, `${tenant}\n${key}`, () =>
      this.#state.aliasesOf(key).filter((a) => this.#home(a.tenant) === tenant),
    );
  }

  /** Reads each fact once: a name that hundreds share would be read again for each of them. */
  #once<T>(known: Map<string, T>, key: string, read: () => T): T {
    const found = known.get(key) ?? read();
    known.set(key, found);
    return found;
  }
}

function hasUid(node: TenantActorKey): boolean {
  return !node.key.includes(':');
}

/**
 * A user and a service with the same name are two principals, because the kind is part of the key.
 */
function isOtherKind(kind: Alias['kind'], a: string, b: string): boolean {
  if (kind !== 'name' || !a.includes(':') || !b.includes(':')) return false;
  return a.slice(0, a.indexOf(':')) !== b.slice(0, b.indexOf(':'));
}

function nameOf(alias: Alias): string {
  return `${alias.kind}\n${alias.value}`;
}

/**
 * Picks the key that represents several without object id: the one used last, then the first by
 * name.
 */
function latest(keys: readonly string[], aliasesOf: (key: string) => readonly Alias[]): string {
  const lastMs = (key: string): number => Math.max(...aliasesOf(key).map((a) => a.lastMs));
  return keys.toSorted((a, b) => lastMs(b) - lastMs(a) || (a < b ? -1 : 1))[0] as string;
}

import type { Interpretation } from '@countersign/ocsf';
import { type ActorKind, actorKey, actorKind } from './event-row.ts';

export const ALIAS_KINDS = ['uid', 'name', 'puid', 'sid'] as const;
export type AliasKind = (typeof ALIAS_KINDS)[number];

/**
 * The value by which records named the principal `key`, with the first and last of their event
 * times.
 */
export type Alias = {
  readonly tenant: string;
  readonly kind: AliasKind;
  readonly value: string;
  readonly key: string;
  readonly firstMs: number;
  readonly lastMs: number;
  readonly actor: ActorKind;
};

/** The actor of one delivery, under a tenant. */
export type NamedActor = { readonly tenant: string; readonly event: Interpretation };

/** Collects aliases as a set of ranges, independent of order. */
export class AliasTable {
  /** By the first name in a record; almost always a list of one. */
  readonly #named = new Map<string, AliasPeriod[]>();

  learn({ tenant, event }: NamedActor): void {
    const first = event.actorUid ?? event.actorName ?? event.actorPuid ?? event.actorSid;
    if (first === null) return;
    const timeMs = event.timeMs;
    const actor = actorKind(event.actorType);
    const namings = this.#named.get(first);
    if (namings === undefined) {
      this.#named.set(first, [{ tenant, event, actor, firstMs: timeMs, lastMs: timeMs }]);
      return;
    }
    const known = namings.find((naming) => isSame(naming, tenant, event));
    if (known === undefined) {
      namings.push({ tenant, event, actor, firstMs: timeMs, lastMs: timeMs });
    } else {
      if (timeMs < known.firstMs) known.firstMs = timeMs;
      if (timeMs > known.lastMs) known.lastMs = timeMs;
      if (actor < known.actor) known.actor = actor;
    }
  }

  /** May list an alias more than once with different ranges. The caller unites them. */
  list(): Alias[] {
    const aliases: Alias[] = [];
    for (const namings of this.#named.values()) {
      for (const { tenant, event, actor, firstMs, lastMs } of namings) {
        const key = actorKey(event) as string;
        const add = (kind: AliasKind, value: string | null): void => {
          if (value !== null) aliases.push({ tenant, kind, value, key, firstMs, lastMs, actor });
        };
        add('uid', event.actorUid);
        add('name', event.actorName);
        add('puid', event.actorPuid);
        add('sid', event.actorSid);
      }
    }
    return aliases;
  }

  clear(): void {
    this.#named.clear();
  }
}

/** Unites equal aliases over all their ranges, because each write to the state costs more. */
export function unite(aliases: Iterable<Alias>): Iterable<Alias> {
  const united = new Map<string, Alias>();
  for (const alias of aliases) {
    const { tenant, kind, value, key } = alias;
    // States the key's length, because key and value are arbitrary text.
    const name = `${kind}\n${tenant}\n${key.length}\n${key}\n${value}`;
    const known = united.get(name);
    if (known === undefined) {
      united.set(name, alias);
    } else if (
      alias.firstMs < known.firstMs ||
      alias.lastMs > known.lastMs ||
      alias.actor < known.actor
    ) {
      const firstMs = Math.min(known.firstMs, alias.firstMs);
      const [actor = known.actor] = [alias.actor, known.actor].sort();
      united.set(name, { ...known, firstMs, lastMs: Math.max(known.lastMs, alias.lastMs), actor });
    }
  }
  return united.values();
}

/** One combination of names by which records named an actor. */
type AliasPeriod = NamedActor & { actor: ActorKind; firstMs: number; lastMs: number };

function isSame(naming: AliasPeriod, tenant: string, event: Interpretation): boolean {
  const known = naming.event;
  return (
    known.actorName === event.actorName &&
    known.actorPuid === event.actorPuid &&
    known.actorSid === event.actorSid &&
    known.actorUid === event.actorUid &&
    naming.tenant === tenant &&
    (known.actorUid !== null || actorKind(known.actorType) === actorKind(event.actorType))
  );
}

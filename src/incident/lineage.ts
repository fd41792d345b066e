import type { FindingDraft } from '../core/index.ts';
import { appNameOf } from '../ocsf/index.ts';
import type { Change } from './changes.ts';
import { ADDRESS_SHARED_MIN, FINDING_PRINCIPALS_MAX, ROUNDS_MAX } from './limits.ts';
import { addressName, appName, keyName, type Name, type Parties, sessionName } from './names.ts';

/** Since when, and why, a party counts as the intruders'. */
export type Taint = {
  readonly sinceMs: number;
  readonly because: string;
  /** Ledger indices that it rests on. */
  readonly entries: readonly number[];
  readonly techniques: readonly string[];
};

/** What somebody says is the intruders', or what a finding names. */
export type Seed = { readonly name: Name; readonly taint: Taint };

/** What a change of these gives is control over its holder; the rest is a thing, not a party. */
const GIVES_CONTROL: ReadonlySet<number> = new Set([
  ...[4, 5, 6, 7, 9, 10, 11, 12, 13, 14, 15, 17, 18, 26, 27],
]);

/**
 * Everything that the intruders hold, transitively: what a tainted party, session or address
 * created, granted or changed is tainted from then on.
 */
export class Lineage {
  readonly #parties: Parties;
  readonly #taints = new Map<Name, Taint>();

  constructor(parties: Parties) {
    this.#parties = parties;
  }

  /** Keeps the earliest reason. True when something is tainted that was not, or not yet. */
  taint(name: Name, taint: Taint): boolean {
    const party = this.#parties.of(name);
    const known = this.#taints.get(party);
    if (known !== undefined && known.sinceMs <= taint.sinceMs) return false;
    this.#taints.set(party, taint);
    return true;
  }

  /** Why any of the names counts as the intruders' at that moment. */
  of(names: readonly Name[], atMs: number): Taint | undefined {
    for (const name of names) {
      const taint = this.#taints.get(this.#parties.of(name));
      if (taint !== undefined && taint.sinceMs <= atMs) return taint;
    }
    return undefined;
  }

  isSame(one: readonly Name[], other: readonly Name[]): boolean {
    const parties = new Set(one.map((name) => this.#parties.of(name)));
    return other.some((name) => parties.has(this.#parties.of(name)));
  }

  /** Everything tainted, earliest first. */
  list(): { readonly party: Name; readonly names: readonly Name[]; readonly taint: Taint }[] {
    return [...this.#taints]
      .map(([party, taint]) => ({
        party,
        names: this.#parties.namesOf(new Set([party])),
        taint,
      }))
      .sort((a, b) => a.taint.sinceMs - b.taint.sinceMs || (a.party < b.party ? -1 : 1));
  }

  /** Until nothing new is tainted. */
  close(changes: readonly Change[]): void {
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const grown = changes.filter((change) => this.#pass(change)).length;
      if (grown === 0) return;
    }
  }

  #pass({ row, actor, channel, meanings }: Change): boolean {
    const atMs = row.event.timeMs;
    const by = this.of([...actor, ...channel], atMs);
    if (by === undefined) return false;
    const because = `${row.event.operation ?? 'a change'} by what counts as the intruders'`;
    const taint = { sinceMs: atMs, because, entries: [row.index], techniques: by.techniques };
    let isGrown = false;
    for (const { foothold, holder } of meanings) {
      if (!GIVES_CONTROL.has(foothold.number)) continue;
      for (const name of holder) if (this.taint(name, taint)) isGrown = true;
    }
    return isGrown;
  }
}

/**
 * What a finding says is the intruders'. Of one that names many people the people are its victims:
 * then what they were attacked from counts alone.
 */
export function seedsOf(
  draft: FindingDraft,
  sharers: ReadonlyMap<string, number>,
): readonly Seed[] {
  const { tenant, principals, sessions, apps, addresses, entries, techniques } = draft;
  const taint = { sinceMs: draft.firstMs, because: draft.title, entries, techniques };
  const named = principals.length <= FINDING_PRINCIPALS_MAX ? principals : [];
  const own = apps.filter((app) => appNameOf(app.toLowerCase()) === null);
  const narrow = addresses.filter((ip) => (sharers.get(ip) ?? 0) < ADDRESS_SHARED_MIN);
  const names = [
    ...named.map((key) => keyName(tenant, key)),
    ...sessions.map(sessionName),
    ...own.map(appName),
    ...narrow.map(addressName),
  ];
  return names.map((name) => ({ name, taint }));
}

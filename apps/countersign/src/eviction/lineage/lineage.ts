import type { Change } from '../analysis/foothold-changes.ts';
import { addressName, sessionName } from '../analysis/party-names.ts';
import { ROUNDS_MAX } from '../limits.ts';
import type { Name, PartyNames, PartyReference } from '../reversals/parties.ts';
import type { Act } from './act.ts';

/** The origin of a suspicion: a person, a finding, or an act of a suspect. */
export type Origin =
  | { readonly kind: 'named' }
  | { readonly kind: 'finding'; readonly uid: string; readonly confidence: number | null }
  | { readonly kind: 'change'; readonly from: Name; readonly operation: string };

/** Since when and why a party is attributed to the intruders. */
export type Taint = {
  readonly sinceMs: number;
  readonly because: string;
  /** Ledger indices of its evidence. */
  readonly entries: readonly number[];
  readonly techniques: readonly string[];
  readonly origin: Origin;
};

/** A party that a person or a finding attributes to the intruders. */
export type Seed = {
  readonly called: PartyReference;
  readonly taint: Taint;
  /** Ignored if many people use this address. */
  readonly unlessShared?: string | undefined;
};

/** The taint of an act, and its party. */
export type Suspicion = { readonly party: Name; readonly taint: Taint };

/** Addresses from which people worked before the attack. Acts from there are their own. */
export type Habits = { isOwn(party: Name, ip: string): boolean };

const NO_HABITS: Habits = { isOwn: () => false };

/**
 * Everything that the intruders hold, transitively: what a tainted party, session or address
 * created, granted or changed is tainted from then on.
 */
export class Lineage {
  readonly #parties: PartyNames;
  readonly #habits: Habits;
  readonly #taints = new Map<Name, Taint[]>();

  constructor(parties: PartyNames, habits: Habits = NO_HABITS) {
    this.#parties = parties;
    this.#habits = habits;
  }

  get size(): number {
    return this.#taints.size;
  }

  /** Returns true if the party was not tainted, or only later. */
  taint(called: PartyReference, taint: Taint): boolean {
    const party = this.#parties.of(called);
    if (party === undefined) return false;
    const known = this.#taints.get(party);
    if (known === undefined) {
      this.#taints.set(party, [taint]);
      return true;
    }
    if (known.some((each) => isSame(each, taint))) return false;
    const isEarlier = known.every(({ sinceMs }) => taint.sinceMs < sinceMs);
    known.push(taint);
    known.sort((a, b) => a.sinceMs - b.sinceMs);
    return isEarlier;
  }

  /** Why a party is attributed to the intruders at that time. */
  of(called: PartyReference): Suspicion | undefined {
    const party = this.#parties.of(called);
    if (party === undefined) return undefined;
    const taint = this.#taints.get(party)?.find(({ sinceMs }) => sinceMs <= called.atMs);
    return taint === undefined ? undefined : { party, taint };
  }

  /**
   * Why an act is attributed to the intruders. An owner's acts from their usual address are not,
   * however suspect the account is.
   */
  behind(act: Act): Suspicion | undefined {
    if (this.#isAtHome(act.actor, act.ip)) return undefined;
    return this.of(act.actor) ?? this.ofChannel(act);
  }

  /** The same for a sign-in. An intruder's session is tainted since it began. */
  behindSignIn(act: Act): Suspicion | undefined {
    const by = this.behind(act);
    const { actor, session, ip } = act;
    if (by !== undefined || session === null || this.#isAtHome(actor, ip)) return by;
    return this.of({ ...actor, names: [sessionName(session)], atMs: Number.POSITIVE_INFINITY });
  }

  /** The same for session and address only. */
  ofChannel({ actor, session, ip }: Act): Suspicion | undefined {
    const { tenant, atMs } = actor;
    const channel = (name: Name): Suspicion | undefined => this.of({ names: [name], tenant, atMs });
    return (
      (session === null ? undefined : channel(sessionName(session))) ??
      (ip === null ? undefined : channel(addressName(ip)))
    );
  }

  partyOf(called: PartyReference): Name | undefined {
    return this.#parties.of(called);
  }

  isSame(one: PartyReference, other: PartyReference): boolean {
    return this.#parties.isSame(one, other);
  }

  taintsOf(party: Name): readonly Taint[] {
    return this.#taints.get(party) ?? [];
  }

  has(party: Name): boolean {
    return this.#taints.has(party);
  }

  /** Every tainted party, earliest first, with all reasons. */
  list(): { readonly party: Name; readonly names: readonly Name[]; readonly taints: Taint[] }[] {
    const names = this.#parties.namesOf(new Set(this.#taints.keys()));
    return [...this.#taints]
      .map(([party, taints]) => ({ party, names: names.get(party) ?? [party], taints }))
      .sort((a, b) => sinceOf(a) - sinceOf(b) || (a.party < b.party ? -1 : 1));
  }

  /** Repeats until no new party is tainted. */
  close(changes: readonly Change[]): void {
    for (let round = 0; round < ROUNDS_MAX; round++) {
      const grown = changes.filter((change) => this.#pass(change)).length;
      if (grown === 0) return;
    }
  }

  #pass({ row, act, meanings }: Change): boolean {
    const given = meanings.filter(
      ({ effect, control }) => effect === 'opens' && control === 'given',
    );
    if (given.length === 0) return false;
    const by = this.behind(act);
    if (by === undefined) return false;
    const operation = row.event.operation ?? 'a change';
    const taint: Taint = {
      sinceMs: row.event.timeMs,
      because: `${operation} by a compromised party`,
      entries: [row.index],
      techniques: by.taint.techniques,
      origin: { kind: 'change', from: by.party, operation },
    };
    // Evaluate each, because `some` would stop at the first.
    return (
      given.filter(({ holder }) => !this.#isSelf(holder, by) && this.taint(holder, taint)).length >
      0
    );
  }

  #isAtHome(actor: PartyReference, ip: string | null): boolean {
    const who = this.#parties.of(actor);
    return ip !== null && who !== undefined && this.#habits.isOwn(who, ip);
  }

  /** A party's change of itself is no further reason for suspicion. */
  #isSelf(holder: PartyReference, { party }: Suspicion): boolean {
    return this.#parties.of(holder) === party;
  }
}

function isSame(one: Taint, other: Taint): boolean {
  return (
    one.sinceMs === other.sinceMs &&
    one.because === other.because &&
    String(one.entries) === String(other.entries)
  );
}

function sinceOf({ taints }: { readonly taints: readonly Taint[] }): number {
  return taints[0]?.sinceMs ?? 0;
}

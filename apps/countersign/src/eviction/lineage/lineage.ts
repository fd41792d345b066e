import type { Change } from '../analysis/foothold-changes.ts';
import { addressName, sessionName } from '../analysis/party-names.ts';
import { ROUNDS_MAX } from '../limits.ts';
import type { Name, PartyNames, PartyReference } from '../reversals/parties.ts';
import type { Act } from './act.ts';

/** Where suspicion comes from: a person, a finding, or what a suspect did. */
export type Origin =
  | { readonly kind: 'named' }
  | { readonly kind: 'finding'; readonly uid: string; readonly confidence: number | null }
  | { readonly kind: 'change'; readonly from: Name; readonly operation: string };

/** Since when, and why, a party counts as the intruders'. */
export type Taint = {
  readonly sinceMs: number;
  readonly because: string;
  /** Ledger indices that it rests on. */
  readonly entries: readonly number[];
  readonly techniques: readonly string[];
  readonly origin: Origin;
};

/** What somebody says is the intruders', or what a finding shows to be. */
export type Seed = {
  readonly called: PartyReference;
  readonly taint: Taint;
  /** It says nothing of the party if many people are at this address. */
  readonly unlessShared?: string | undefined;
};

/** The taint that an act carries, and whose it is. */
export type Suspicion = { readonly party: Name; readonly taint: Taint };

/** Where people worked from before the attack: what comes from there is their own. */
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

  /** True when a party is tainted that was not, or not yet at that time. */
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

  /** Why a party counts as the intruders' at that moment. */
  of(called: PartyReference): Suspicion | undefined {
    const party = this.#parties.of(called);
    if (party === undefined) return undefined;
    const taint = this.#taints.get(party)?.find(({ sinceMs }) => sinceMs <= called.atMs);
    return taint === undefined ? undefined : { party, taint };
  }

  /**
   * Why an act counts as the intruders'. What the owner of an account did from where they always
   * worked is not, however suspect the account is.
   */
  behind(act: Act): Suspicion | undefined {
    if (this.#isAtHome(act.actor, act.ip)) return undefined;
    return this.of(act.actor) ?? this.ofChannel(act);
  }

  /** The same, of a sign-in: a session that is found to be theirs is so since it began. */
  behindSignIn(act: Act): Suspicion | undefined {
    const by = this.behind(act);
    const { actor, session, ip } = act;
    if (by !== undefined || session === null || this.#isAtHome(actor, ip)) return by;
    return this.of({ ...actor, names: [sessionName(session)], atMs: Number.POSITIVE_INFINITY });
  }

  /** The same, of the session and the address alone. */
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

  /** Everything tainted, earliest first, with all that says so. */
  list(): { readonly party: Name; readonly names: readonly Name[]; readonly taints: Taint[] }[] {
    const names = this.#parties.namesOf(new Set(this.#taints.keys()));
    return [...this.#taints]
      .map(([party, taints]) => ({ party, names: names.get(party) ?? [party], taints }))
      .sort((a, b) => sinceOf(a) - sinceOf(b) || (a.party < b.party ? -1 : 1));
  }

  /** Until nothing new is tainted. */
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
      because: `${operation} by what counts as the intruders'`,
      entries: [row.index],
      techniques: by.taint.techniques,
      origin: { kind: 'change', from: by.party, operation },
    };
    // Not `some`: each of them is tainted.
    return (
      given.filter(({ holder }) => !this.#isSelf(holder, by) && this.taint(holder, taint)).length >
      0
    );
  }

  #isAtHome(actor: PartyReference, ip: string | null): boolean {
    const who = this.#parties.of(actor);
    return ip !== null && who !== undefined && this.#habits.isOwn(who, ip);
  }

  /** What a party does to itself is no further reason to suspect it. */
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

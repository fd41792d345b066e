import type { PolicyOutcome } from '@countersign/policy';
import { lackText } from './check-sign-in.ts';

/** A past access, and what other policies say about it. */
export type ReplayedAccess = {
  readonly tenant: string;
  readonly principal: string;
  /** `eam`, `forward-auth`, …; `check` without an enforcement point. */
  readonly enforcementPoint: string;
  /** The flow of a vendor's sign-in. */
  readonly flow: string | null;
  readonly atMs: number;
  readonly entries: readonly number[];
  readonly session: string | null;
  /** The vendor or an enforcement point permitted it. */
  readonly wasIn: boolean;
  /** By the policies of its time; null without any. */
  readonly before: PolicyOutcome | null;
  readonly after: PolicyOutcome;
  /** The actual decision; null without one. */
  readonly answered: 'permit' | 'deny' | null;
};

/** `lose`: permitted before, denied now. `gain`: the opposite. */
export type Turn = 'lose' | 'gain' | 'same' | 'unknown';

/** How the result changes, with the reason if unknown. */
export function turnOf({ before, after, answered, flow }: ReplayedAccess): {
  readonly turn: Turn;
  readonly because: string | null;
} {
  if (isUnknown(after)) return { turn: 'unknown', because: lackText(after) };
  // An enforcement point would deny it; elsewhere no policy would have been asked.
  if (answered === null && after.because[0]?.code === 'not-asked-for') {
    return { turn: 'unknown', because: `no policy for sign-ins of the flow ${flow}` };
  }
  if (before !== null && isUnknown(before)) return { turn: 'unknown', because: lackText(before) };
  // Without the inputs of that time, nothing follows about other policies.
  if (answered !== null && before === null) {
    return { turn: 'unknown', because: 'the policies of that time are no longer known' };
  }
  if (answered !== null && before?.effect !== answered) {
    return { turn: 'unknown', because: 'the inputs of the enforcement point are no longer known' };
  }
  const was = before?.effect ?? 'permit';
  if (was === after.effect) return { turn: 'same', because: null };
  return { turn: after.effect === 'deny' ? 'lose' : 'gain', because: null };
}

/** Changes of one principal, at one enforcement point, in one direction. */
export type ReplayChange = {
  readonly tenant: string;
  readonly principal: string;
  readonly enforcementPoint: string;
  readonly flow: string | null;
  readonly count: number;
  readonly firstMs: number;
  readonly lastMs: number;
  /** The denying policies: new ones for `lose`, old ones for `gain`. */
  readonly policies: readonly string[];
  readonly entries: readonly number[];
};

/** A finding, with the replayed results of its sign-ins. */
export type Attack = {
  readonly finding: string;
  readonly title: string;
  readonly severity: number;
  /** Permitted at the time. */
  readonly signIns: number;
  readonly stopped: number;
  readonly letIn: number;
  readonly cannotTell: number;
  /** Whether all of it would have been stopped. */
  readonly answer: 'yes' | 'no' | 'unknown';
};

export type Replay = {
  readonly replayed: number;
  readonly same: number;
  readonly lose: number;
  readonly gain: number;
  readonly cannotTell: Readonly<Record<string, number>>;
  readonly losing: readonly ReplayChange[];
  readonly gaining: readonly ReplayChange[];
  readonly attacks: readonly Attack[];
};

/** A finding about actions, not about policies. */
export type Suspicion = {
  readonly uid: string;
  readonly title: string;
  readonly severity: number;
  readonly entries: readonly number[];
  readonly sessions: readonly string[];
};

type ChangeCount = { -readonly [K in keyof ReplayChange]: ReplayChange[K] } & {
  readonly said: Set<string>;
};
type Outcome = { signIns: number; stopped: number; letIn: number; cannotTell: number };

/** Aggregates replayed results. Its size depends on the number of people, not on their actions. */
export class ReplayTally {
  readonly #turned = { lose: new Map<string, ChangeCount>(), gain: new Map<string, ChangeCount>() };
  readonly #counts = { same: 0, lose: 0, gain: 0 };
  readonly #unknown = new Map<string, number>();
  readonly #suspicions: readonly Suspicion[];
  readonly #byEntry = new Map<number, Suspicion[]>();
  readonly #bySession = new Map<string, Suspicion[]>();
  readonly #outcomes = new Map<string, Outcome>();
  readonly #entriesMax: number;

  constructor(suspicions: readonly Suspicion[], entriesMax: number) {
    this.#suspicions = suspicions;
    this.#entriesMax = entriesMax;
    for (const each of suspicions) {
      for (const entry of each.entries) put(this.#byEntry, entry, each);
      for (const session of each.sessions) put(this.#bySession, session, each);
    }
  }

  add(item: ReplayedAccess): void {
    const { turn, because } = turnOf(item);
    this.#attack(item);
    if (turn === 'unknown') {
      this.cannotTell(because ?? '');
      return;
    }
    this.#counts[turn] += 1;
    if (turn !== 'same') this.#turn(turn, item);
  }

  /** Counts an access that cannot be replayed. */
  cannotTell(because: string): void {
    this.#unknown.set(because, (this.#unknown.get(because) ?? 0) + 1);
  }

  report(): Replay {
    const { same, lose, gain } = this.#counts;
    const cannotTell = Object.fromEntries([...this.#unknown].sort(([a], [b]) => (a < b ? -1 : 1)));
    const unknown = [...this.#unknown.values()].reduce((a, b) => a + b, 0);
    return {
      replayed: same + lose + gain + unknown,
      ...{ same, lose, gain, cannotTell },
      losing: turnedOf(this.#turned.lose),
      gaining: turnedOf(this.#turned.gain),
      attacks: this.#suspicions.flatMap(({ uid, title, severity }): Attack[] => {
        const outcome = this.#outcomes.get(uid);
        if (outcome === undefined) return [];
        return [{ finding: uid, title, severity, ...outcome, answer: answerOf(outcome) }];
      }),
    };
  }

  #turn(turn: 'lose' | 'gain', item: ReplayedAccess): void {
    const { tenant, principal, enforcementPoint, flow, atMs, entries, before, after } = item;
    const key = [tenant, principal, enforcementPoint, flow].join('\n');
    const counted: ChangeCount = this.#turned[turn].get(key) ?? {
      ...{ tenant, principal, enforcementPoint, flow, count: 0, firstMs: atMs, lastMs: atMs },
      ...{ policies: [], entries: [], said: new Set() },
    };
    this.#turned[turn].set(key, counted);
    counted.count += 1;
    counted.firstMs = Math.min(counted.firstMs, atMs);
    counted.lastMs = Math.max(counted.lastMs, atMs);
    const deciding = turn === 'lose' ? after : (before ?? after);
    for (const id of deciding.policies) counted.said.add(id);
    const room = this.#entriesMax - counted.entries.length;
    counted.entries = [...counted.entries, ...entries.slice(-1).slice(0, Math.max(room, 0))];
  }

  #attack({ entries, session, wasIn, after }: ReplayedAccess): void {
    if (!wasIn) return;
    const found = new Set([
      ...entries.flatMap((entry) => this.#byEntry.get(entry) ?? []),
      ...(session === null ? [] : (this.#bySession.get(session) ?? [])),
    ]);
    for (const { uid } of found) {
      const outcome = this.#outcomes.get(uid) ?? none();
      this.#outcomes.set(uid, outcome);
      outcome.signIns += 1;
      if (isUnknown(after)) outcome.cannotTell += 1;
      else if (after.effect === 'deny') outcome.stopped += 1;
      else outcome.letIn += 1;
    }
  }
}

function isUnknown({ cause }: PolicyOutcome): boolean {
  return cause === 'unknown' || cause === 'error';
}

function none(): Outcome {
  return { signIns: 0, stopped: 0, letIn: 0, cannotTell: 0 };
}

/** One permitted sign-in is enough for a no. One unknown sign-in prevents a yes. */
function answerOf({ letIn, cannotTell }: Outcome): Attack['answer'] {
  if (letIn > 0) return 'no';
  return cannotTell > 0 ? 'unknown' : 'yes';
}

function turnedOf(counted: ReadonlyMap<string, ChangeCount>): readonly ReplayChange[] {
  return [...counted.values()]
    .map(({ said, ...turned }) => ({ ...turned, policies: [...said].sort() }))
    .sort((a, b) => b.count - a.count || (a.principal < b.principal ? -1 : 1));
}

function put<K>(map: Map<K, Suspicion[]>, key: K, each: Suspicion): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [each]);
  else list.push(each);
}

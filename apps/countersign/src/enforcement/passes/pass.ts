import type { Observation, Reason } from '@countersign/core';
import type { PassBody, PassConstraints, PassEnding, PassOpening } from '@countersign/policy';

/** What a permit opened, and what became of it. */
export type Pass = {
  readonly id: string;
  readonly tenant: PassOpening['tenant'];
  /** Id of the decision that opened it. */
  readonly decision: string;
  readonly enforcementPoint: string;
  readonly principal: PassOpening['principal'];
  readonly action: string;
  readonly resource: PassOpening['resource'];
  readonly constraints: PassConstraints;
  readonly openedMs: number;
  readonly expiresMs: number;
  /** `lapsed` as soon as its time is over, whether an entry says so yet or not. */
  readonly state: 'open' | 'ended' | 'lapsed';
  readonly closedMs: number | null;
  readonly by: string | null;
  readonly reason: string | null;
  /** Of a pass into the suite that is over: whether it is over there. Null of all others. */
  readonly suite: SuiteSessionStatus | null;
  /** Entries that say it, ascending. */
  readonly entries: readonly number[];
};

/**
 * A pass ends here at once, and in the suite only when its sessions are ended there, and what was
 * issued on them has expired: until then, and without a look at the suite, nobody can tell.
 */
export type SuiteSessionStatus = {
  readonly kind: 'unknown';
  /** When the last token has expired that was out when the pass ended. */
  readonly untilMs: number;
  readonly because: readonly Reason[];
  readonly wouldDecide: readonly Observation[];
};

/** A body and the entry that holds it. */
export type PassEntry = { readonly index: number; readonly body: PassBody };

/**
 * Passes as of a moment, in the order in which they opened. What is said of a pass whose opening
 * is not there (its body is erased) is said of nobody.
 */
export function passesOf(said: Iterable<PassEntry>, nowMs: number): readonly Pass[] {
  const opened = new Map<string, { readonly body: PassOpening; readonly entries: number[] }>();
  const closed = new Map<string, PassEnding>();
  for (const { index, body } of said) {
    if (body.phase === 'opened') {
      opened.set(body.pass, { body, entries: [index] });
      continue;
    }
    opened.get(body.pass)?.entries.push(index);
    // The first that closes it counts: what is over cannot end again.
    if (!closed.has(body.pass)) closed.set(body.pass, body);
  }
  return [...opened.values()].map(({ body, entries }) =>
    passOf(body, closed.get(body.pass), entries, nowMs),
  );
}

function passOf(
  { pass, atMs, phase: _, v: __, suiteTokenMs, ...rest }: PassOpening,
  closed: PassEnding | undefined,
  entries: readonly number[],
  nowMs: number,
): Pass {
  const { expiresMs } = rest;
  const isOver = closed === undefined && nowMs >= expiresMs;
  const closedMs = isOver ? expiresMs : (closed?.atMs ?? null);
  const isOfSuite = suiteTokenMs !== undefined && closedMs !== null;
  return {
    ...rest,
    id: pass,
    openedMs: atMs,
    state: isOver ? 'lapsed' : (closed?.phase ?? 'open'),
    closedMs,
    by: closed?.by ?? null,
    reason: closed?.reason ?? null,
    suite: isOfSuite ? inSuite(closedMs + suiteTokenMs, nowMs) : null,
    entries,
  };
}

function inSuite(untilMs: number, nowMs: number): SuiteSessionStatus {
  const code = nowMs < untilMs ? 'tokens-out' : 'sessions-not-seen';
  const text =
    nowMs < untilMs
      ? 'a token that the suite issued on it may still be valid'
      : 'every token that was out has expired; that no session was refreshed has not been seen';
  const what =
    "the suite's record that the sessions of the person were revoked, and no sign-in or action " +
    'in them since';
  return { kind: 'unknown', untilMs, because: [{ code, text }], wouldDecide: [{ what }] };
}

/** What is to be said of passes whose time is over and of which no entry says so. */
export function lapses(passes: readonly Pass[]): readonly PassEnding[] {
  return passes
    .filter(({ state, entries }) => state === 'lapsed' && entries.length === 1)
    .map(({ id, tenant, expiresMs }) => {
      const over = { v: 1, phase: 'lapsed', pass: id, tenant, atMs: expiresMs } as const;
      return { ...over, by: null, reason: null };
    });
}

import type { Observation, Reason } from '@countersign/core';
import type { PassBody, PassConstraints, PassEnding, PassOpening } from '@countersign/policy';

/** A pass that a permit opened, with its state. */
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
  /** `lapsed` from its expiry on, even before an entry says so. */
  readonly state: 'open' | 'ended' | 'lapsed';
  readonly closedMs: number | null;
  readonly by: string | null;
  readonly reason: string | null;
  /** For a pass into the suite that is over: whether it is over there. Otherwise null. */
  readonly suite: SuiteSessionStatus | null;
  /** Its entries, ascending. */
  readonly entries: readonly number[];
};

/**
 * The state in the suite after a pass ended here. There it ends only when its sessions are revoked
 * and their tokens have expired. Until then it is unknown without a check of the suite.
 */
export type SuiteSessionStatus = {
  readonly kind: 'unknown';
  /** Expiry of the last token that was valid when the pass ended. */
  readonly untilMs: number;
  readonly because: readonly Reason[];
  readonly wouldDecide: readonly Observation[];
};

/** A body and its entry. */
export type PassEntry = { readonly index: number; readonly body: PassBody };

/**
 * Passes as of a time, in order of opening. Entries about a pass without an opening (its body was
 * erased) are ignored.
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
    // The first closing entry counts.
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
      : 'every issued token has expired; it is not known whether a session was refreshed';
  const what =
    "the suite's record that the sessions of the person were revoked, and no sign-in or action " +
    'in them since';
  return { kind: 'unknown', untilMs, because: [{ code, text }], wouldDecide: [{ what }] };
}

/** Expiry records for expired passes without one. */
export function lapses(passes: readonly Pass[]): readonly PassEnding[] {
  return passes
    .filter(({ state, entries }) => state === 'lapsed' && entries.length === 1)
    .map(({ id, tenant, expiresMs }) => {
      const over = { v: 1, phase: 'lapsed', pass: id, tenant, atMs: expiresMs } as const;
      return { ...over, by: null, reason: null };
    });
}

import type { PassBody, PassClosed, PassConstraints, PassOpened } from '../decision/entry.ts';

/** What a permit opened, and what became of it. */
export type Pass = {
  readonly id: string;
  readonly tenant: PassOpened['tenant'];
  /** Id of the decision that opened it. */
  readonly decision: string;
  readonly door: string;
  readonly principal: PassOpened['principal'];
  readonly action: string;
  readonly resource: PassOpened['resource'];
  readonly constraints: PassConstraints;
  readonly openedMs: number;
  readonly expiresMs: number;
  /** `lapsed` as soon as its time is over, whether an entry says so yet or not. */
  readonly state: 'open' | 'ended' | 'lapsed';
  readonly closedMs: number | null;
  readonly by: string | null;
  readonly reason: string | null;
  /** Entries that say it, ascending. */
  readonly entries: readonly number[];
};

/** A body and the entry that holds it. */
export type SaidOfPass = { readonly index: number; readonly body: PassBody };

/**
 * Passes as of a moment, in the order in which they opened. What is said of a pass whose opening
 * is not there (its body is erased) is said of nobody.
 */
export function passesOf(said: Iterable<SaidOfPass>, nowMs: number): readonly Pass[] {
  const opened = new Map<string, { readonly body: PassOpened; readonly entries: number[] }>();
  const closed = new Map<string, PassClosed>();
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
  { pass, atMs, phase: _, v: __, ...rest }: PassOpened,
  closed: PassClosed | undefined,
  entries: readonly number[],
  nowMs: number,
): Pass {
  const { expiresMs } = rest;
  const isOver = closed === undefined && nowMs >= expiresMs;
  return {
    ...rest,
    id: pass,
    openedMs: atMs,
    state: isOver ? 'lapsed' : (closed?.phase ?? 'open'),
    closedMs: isOver ? expiresMs : (closed?.atMs ?? null),
    by: closed?.by ?? null,
    reason: closed?.reason ?? null,
    entries,
  };
}

/** What is to be said of passes whose time is over and of which no entry says so. */
export function lapses(passes: readonly Pass[]): readonly PassClosed[] {
  return passes
    .filter(({ state, entries }) => state === 'lapsed' && entries.length === 1)
    .map(({ id, tenant, expiresMs }) => {
      const over = { v: 1, phase: 'lapsed', pass: id, tenant, atMs: expiresMs } as const;
      return { ...over, by: null, reason: null };
    });
}

import { PolicyError, SAID_MS_MAX } from '@countersign/policy';
import {
  areTwoPeople,
  isSaidBy,
  type People,
  type SignedStatement,
  statementDigest,
} from '../approvals/signed-statement.ts';
import { isObject } from '../http/i-json.ts';
import {
  type BypassApproval,
  type BypassEnd,
  type BypassRequest,
  type BypassStatement,
  bypassStatementOf,
} from './bypass-statement.ts';

/**
 * A change in the suite, or the observed state.
 *
 * `begun` is recorded before the attempt. After a crash the operator then knows where to look.
 */
export type BypassEffect = {
  readonly v: 1;
  readonly what: 'bypass-effect';
  readonly bypass: string;
  readonly wanted: 'past us' | 'by us';
  readonly state: 'begun' | 'done' | 'cannot tell';
  /** The suite's error, or why the state is unknown. */
  readonly because: string;
  readonly atMs: number;
};

/** One bypass with its progress. */
export type Bypass = {
  readonly request: SignedStatement<BypassRequest>;
  readonly approval: SignedStatement<BypassApproval> | undefined;
  readonly end: SignedStatement<BypassEnd> | undefined;
  readonly effect: BypassEffect | undefined;
  /** Its entries, ascending. */
  readonly entries: readonly number[];
};

/** An entry of kind `approval`. */
export type BypassEntry = { readonly index: number; readonly body: unknown };

export function bypassesOf(said: Iterable<BypassEntry>): ReadonlyMap<string, Bypass> {
  const bypasses = new Map<string, Bypass>();
  for (const { index, body } of said) {
    const effect = effectOf(body);
    const statement = bypassStatementOf(body)?.statement;
    const id = effect?.bypass ?? statement?.bypass ?? '';
    const known = bypasses.get(id);
    if (statement?.what === 'bypass-request') {
      if (known !== undefined) continue;
      const request = body as SignedStatement<BypassRequest>;
      const nothing = { approval: undefined, end: undefined, effect: undefined };
      bypasses.set(id, { request, ...nothing, entries: [index] });
      continue;
    }
    if (known === undefined) continue;
    const entries = [...known.entries, index];
    if (effect !== undefined) bypasses.set(id, { ...known, effect, entries });
    else if (statement?.what === 'bypass-approval') {
      const approval = known.approval ?? (body as SignedStatement<BypassApproval>);
      bypasses.set(id, { ...known, approval, entries });
    } else if (statement?.what === 'bypass-end') {
      bypasses.set(id, {
        ...known,
        end: known.end ?? (body as SignedStatement<BypassEnd>),
        entries,
      });
    }
  }
  return bypasses;
}

/**
 * Where the group should be now. Signatures are verified again, because an attacker may have
 * written entries.
 */
export function wantedOf(bypass: Bypass, people: People, nowMs: number): BypassEffect['wanted'] {
  const { request, approval, end } = bypass;
  const isOver = nowMs >= request.statement.untilMs || end !== undefined;
  const isAgreed =
    approval !== undefined &&
    approval.statement.request === statementDigest(request) &&
    areTwoPeople(approval.statement.by, request.statement.by, people) &&
    isSaidBy(request, people) &&
    isSaidBy(approval, people);
  return isAgreed && !isOver ? 'past us' : 'by us';
}

/**
 * Checks whether a statement may be accepted.
 * @throws PolicyError BYPASS_REFUSED
 */
export function checkStatement(
  said: SignedStatement<BypassStatement>,
  pending: ReadonlyMap<string, Bypass>,
  {
    people,
    nowMs,
    longestMs,
  }: {
    readonly people: People;
    readonly nowMs: number;
    readonly longestMs: number;
  },
): void {
  const { statement } = said;
  if (!isSaidBy(said, people)) {
    throw refused(`${statement.by} is not in enforcementPoints.people, or did not sign it`);
  }
  if (Math.abs(nowMs - statement.atMs) > SAID_MS_MAX) {
    throw refused('its signature is too old, or from another clock: sign it again');
  }
  const known = pending.get(statement.bypass);
  switch (statement.what) {
    case 'bypass-request': {
      if (known !== undefined) throw refused('a bypass with this id already exists');
      const forMs = statement.untilMs - statement.atMs;
      if (forMs > 0 && forMs <= longestMs) return;
      throw refused(`it must last more than 0 and at most ${longestMs / 60_000} minutes`);
    }
    case 'bypass-approval':
      if (known === undefined) throw refused('no bypass has this id');
      checkApproval(statement, known, people, nowMs);
      return;
    case 'bypass-end':
      if (known === undefined) throw refused('no bypass has this id');
      if (known.end !== undefined) throw refused('it is already undone');
  }
}

function checkApproval(
  { by, request: digest }: BypassApproval,
  { request, approval, end }: Bypass,
  people: People,
  nowMs: number,
): void {
  if (approval !== undefined) throw refused('it is already approved');
  if (end !== undefined || nowMs >= request.statement.untilMs) throw refused('it is already over');
  if (digest !== statementDigest(request)) throw refused('it approves another request');
  if (!areTwoPeople(by, request.statement.by, people)) {
    throw refused('a second person must approve it, not the person who requested it');
  }
}

function effectOf(body: unknown): BypassEffect | undefined {
  if (!isObject(body) || body['v'] !== 1 || body['what'] !== 'bypass-effect') return undefined;
  return body as BypassEffect;
}

function refused(why: string): PolicyError {
  return new PolicyError('BYPASS_REFUSED', `could not process the bypass: ${why}`);
}

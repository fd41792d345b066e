import { type Answer, all, plural, unknown } from '@countersign/core';
import { isSignIn } from '@countersign/ocsf';
import type { ReconciledAction } from '../../reconcile/actions/reconciled-action.ts';
import {
  coverageAnswer,
  factsWithin,
  holesOf,
  isWholeTenant,
} from '../../store/coverage/coverage-answer.ts';
import { erasedReasons, erasedWithin, namesOf } from '../../store/coverage/erasure-reasons.ts';
import type { Principal } from '../../store/identity/principal.ts';
import type { Scope } from '../../store/reading/current-rows.ts';
import type { LedgerHead } from '../../store/reading/ledger-head.ts';
import type { CoverageRow, ErasureRow, ErasureSubjectTest } from '../../store/rows/entry-rows.ts';
import { eventKindOf, isAction, noEvents } from '../../store/rows/event-kind.ts';
import type { EventRow } from '../../store/rows/event-row.ts';
import { throttledSpans, type VolumeContext, volumesOf } from './activity-volume.ts';
import type {
  Balance,
  Erasure,
  Outcome,
  SignInCounts,
  Statement,
  StatementAction,
  StatementEvent,
  StatementSession,
  StatementSignIn,
} from './statement.ts';
import { notConnected } from './unconnected-logs.ts';

export type StatementInput = {
  readonly principal: Principal;
  readonly period: Scope;
  readonly purpose: string | null;
  readonly case: string | null;
  /** All events of the principal in the period, in order. */
  readonly rows: readonly EventRow[];
  /** The items that each action read, and throttling records of relevant mailboxes. */
  readonly besides?: VolumeContext | undefined;
  /** Rows with a name that several principals held, so they may belong to another. */
  readonly contested: number;
  readonly tenants: readonly string[];
  /** `company`: unknown data about the company's other tenants is unknown about the person too. */
  readonly scope?: 'company' | 'tenant';
  readonly coverage: readonly CoverageRow[];
  readonly erasures: readonly ErasureRow[];
  /** Undefined: the subject of an erasure cannot be determined. */
  readonly isSubject?: ErasureSubjectTest | undefined;
  readonly ledger: LedgerHead;
  /** Verdicts of the reconciliation; empty if it did not run. */
  readonly reconciled?: ReadonlyMap<number, ReconciledAction>;
};

/** Without a connected source of decisions, every authorization is unknown. */
function noDecisions({ asOf }: LedgerHead): Answer {
  return unknown(asOf, { code: 'no-decision-source', text: 'no decision source is connected' }, [
    { what: 'the decision behind this session' },
  ]);
}

/**
 * Builds a statement: each action once, under its session.
 *
 * The same rows give the same statement in any import order.
 */
export function statementOf(input: StatementInput): Statement {
  const { principal, period, purpose, rows, ledger, reconciled: verdicts } = input;
  const reconciled: ReconciledActions = { verdicts, undecided: noDecisions(ledger) };
  const actions = rows.filter((row) => isAction(row.event));
  const signIns = rows.filter((row) => isSignIn(row.event.classUid));
  return {
    principal,
    period: { from: timeOrNull(period.fromMs), to: timeOrNull(period.toMs) },
    purpose,
    case: input.case,
    sessions: sessionsOf(actions, signIns, reconciled),
    unaccounted: actions
      .filter(({ index }) => verdicts?.get(index)?.verdict === 'unaccounted')
      .map((row) => actionOf(row, reconciled)),
    balance: balanceOf(actions, reconciled),
    signIns: countsOf(signIns),
    events: eventsOf(rows),
    volumes: volumesOf(actions, input.besides),
    coverage: coverageOf(input),
    erasures: erasuresOf(input),
    ledger,
  };
}

type ReconciledActions = {
  readonly verdicts: ReadonlyMap<number, ReconciledAction> | undefined;
  /** The answer for actions without a verdict. */
  readonly undecided: Answer;
};

function balanceOf(actions: readonly EventRow[], { verdicts }: ReconciledActions): Balance {
  const balance = { actions: actions.length, accounted: 0, unaccounted: 0, unknown: 0 };
  for (const { index } of actions) balance[verdicts?.get(index)?.verdict ?? 'unknown'] += 1;
  return balance;
}

function eventsOf(rows: readonly EventRow[]): Statement['events'] {
  const events = noEvents();
  for (const { event } of rows) {
    const kind = eventKindOf(event);
    if (kind !== null) events[kind] += 1;
  }
  return events;
}

function sessionsOf(
  actions: readonly EventRow[],
  signIns: readonly EventRow[],
  reconciled: ReconciledActions,
): StatementSession[] {
  // A failed sign-in opens no session, even if the vendor gave it a session id.
  const opening = signIns.filter((row) => outcomeOf(row) !== 'failure');
  const all = [...actions, ...opening];
  const bySession = Map.groupBy(all, (row) => row.event.sessionUid);
  return [...bySession]
    .map(([session, rows]) => sessionOf(session, rows, reconciled))
    .sort((a, b) => compare(a.from, b.from) || compare(a.session ?? '', b.session ?? ''));
}

function sessionOf(
  session: string | null,
  rows: readonly EventRow[],
  reconciled: ReconciledActions,
): StatementSession {
  const ordered = rows.toSorted((a, b) => a.event.timeMs - b.event.timeMs || a.index - b.index);
  const actions = ordered
    .filter((row) => !isSignIn(row.event.classUid))
    .map((row) => actionOf(row, reconciled));
  return {
    session,
    authorization:
      actions.length === 0 ? reconciled.undecided : all(actions.map((each) => each.authorization)),
    from: time((ordered[0] as EventRow).event.timeMs),
    to: time((ordered.at(-1) as EventRow).event.timeMs),
    signIns: ordered.filter((row) => isSignIn(row.event.classUid)).map(signInOf),
    actions,
  };
}

function eventOf(row: EventRow): StatementEvent {
  const { event } = row;
  return {
    index: row.index,
    entries: row.entries,
    time: time(event.timeMs),
    operation: event.operation,
    workload: event.workload,
    outcome: outcomeOf(row),
    statusCode: event.statusCode,
    ip: event.ip,
    country: event.country,
    app: event.appName ?? event.appUid,
    device: event.deviceUid,
    userAgent: event.userAgent,
  };
}

function signInOf(row: EventRow): StatementSignIn {
  const { resourceName, signInType, isMfa } = row.event;
  return {
    ...eventOf(row),
    resource: resourceName,
    type: signInType,
    multiFactor: isMfa === null ? null : isMfa === 1,
  };
}

function actionOf(row: EventRow, { verdicts, undecided }: ReconciledActions): StatementAction {
  const { event } = row;
  return {
    ...eventOf(row),
    session: event.sessionUid,
    classUid: event.classUid,
    activityId: event.activityId,
    object: event.object,
    target: event.targetName ?? event.targetUid,
    mailbox: event.mailbox,
    folder: event.folder,
    site: event.site,
    volume: {
      items: event.itemCount,
      bytes: event.byteCount,
      contents: event.accessType === 'Sync' ? 'unknown' : 'stated',
      throttled: event.isThrottled,
    },
    authorization: verdicts?.get(row.index)?.authorization ?? undecided,
  };
}

function countsOf(signIns: readonly EventRow[]): SignInCounts {
  const failed = signIns.filter((row) => outcomeOf(row) === 'failure');
  const succeeded = signIns.filter((row) => outcomeOf(row) === 'success').length;
  const byCode = Map.groupBy(failed, (row) => row.event.statusCode ?? 'not stated');
  const failedByCode = Object.fromEntries(
    [...byCode]
      .map(([code, rows]) => [code, rows.length] as const)
      .sort(([a], [b]) => compare(a, b)),
  );
  const unclear = signIns.length - succeeded - failed.length;
  return { succeeded, failed: failed.length, unknown: unclear, failedByCode };
}

/** OCSF `status_id`. */
function outcomeOf(row: EventRow): Outcome {
  switch (row.event.statusId) {
    case 0:
      return 'unknown';
    case 1:
      return 'success';
    case 2:
      return 'failure';
    default:
      return 'other';
  }
}

function coverageOf(input: StatementInput): Statement['coverage'] {
  const { coverage, period, tenants, ledger, contested, isSubject } = input;
  const isOfCompany = input.scope === 'company';
  const beyond = isOfCompany ? coverage.filter((fact) => isWholeTenant(fact)) : [];
  const facts = factsWithin(coverage, period, [...tenants, ...beyond.map(({ tenant }) => tenant)]);
  const answer = coverageAnswer(facts, period, ledger);
  const holes = holesOf(facts, period);
  const names = namesOf(input.principal);
  const because = erasedReasons(erasedWithin(input.erasures, period), names, isSubject);
  if (contested > 0) {
    const text =
      `${plural(contested, 'more event stands', 'more events stand')} under a name that ` +
      'several people held, at a time when no record says whose it was';
    because.push({ code: 'name-shared', text });
  }
  because.push(
    ...throttledSpans([...input.rows, ...(input.besides?.throttled ?? [])]).map((span) => ({
      code: 'throttled',
      text: `${span} by the vendor`,
    })),
  );
  because.push(...notConnected(facts, input.rows));
  if (because.length === 0) return { answer, facts, holes };
  const all = answer.kind === 'unknown' ? [...because, ...answer.because] : because;
  return { answer: unknown(answer.asOf, all), facts, holes };
}

/** Erasures that targeted this person come first. */
function erasuresOf({
  erasures,
  period,
  tenants,
  principal,
  isSubject,
}: StatementInput): Erasure[] {
  const names = namesOf(principal);
  return erasedWithin(erasures, period)
    .filter((e) => e.tenants.length === 0 || e.tenants.some((tenant) => tenants.includes(tenant)))
    .map(({ index, atMs, by, reason, entries, ...e }) => ({
      index,
      at: time(atMs),
      by,
      reason,
      entries,
      ofThisPerson: isSubject?.(index, names) === true,
      from: timeOrNull(e.fromMs ?? undefined),
      to: timeOrNull(e.toMs ?? undefined),
    }))
    .sort((a, b) => Number(b.ofThisPerson) - Number(a.ofThisPerson) || a.index - b.index);
}

function time(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}

function timeOrNull(ms: number | undefined): string | null {
  return ms === undefined ? null : time(ms);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

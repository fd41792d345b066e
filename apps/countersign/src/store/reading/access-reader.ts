import { all, type IntervalSet, interval, normalize, unknown } from '@countersign/core';
import { collectedPeriod, coverageAnswer, factsWithin } from '../coverage/coverage-answer.ts';
import { Tenants } from '../identity/principal.ts';
import type { CoverageRow } from '../rows/entry-rows.ts';
import type { EventRow } from '../rows/event-row.ts';
import type {
  ActionKey,
  CheckCount,
  CheckFilter,
  CheckOutcome,
  CheckRow,
  PrincipalCount,
} from '../sqlite/check-table.ts';
import type {
  DecisionFilter,
  DecisionPosition,
  DecisionQuery,
  DecisionRow,
  PassDays,
  PassFilter,
  PassRow,
} from '../sqlite/decision-table.ts';
import { CHECKS_STAGE } from '../store-layout.ts';
import type { CurrentRows, Scope } from './current-rows.ts';
import type { LedgerHead } from './ledger-head.ts';
import { isOfSignIns, SIGN_IN_CLASS, signInCounts, unseenFlows } from './sign-in-counts.ts';
import { eventsInOrder } from './timeline.ts';
import { type VerificationReport, verifiedOf } from './verification-report.ts';

/** Data that the store reader supplies. */
type Beside = {
  /** Whether a stage ever ran. */
  hasRun(stage: string): boolean;
  coverage(): readonly CoverageRow[];
  /** Before all times if there is no clock. */
  nowMs(): number;
};

type Period = { readonly fromMs: number; readonly toMs: number };

/** Reads decisions, passes and the authorization of sign-ins. */
export class AccessReader {
  readonly #live: CurrentRows;
  readonly #store: Beside;

  constructor(live: CurrentRows, store: Beside) {
    this.#live = live;
    this.#store = store;
  }

  /** Sign-ins of a period, in order, with the tenant that every question uses. */
  async *signIns(scope: Scope): AsyncGenerator<EventRow> {
    const tenants = new Tenants(this.#live.state?.tenants() ?? []);
    for await (const row of eventsInOrder(this.#live, { ...scope, classes: [SIGN_IN_CLASS] })) {
      yield { ...row, tenant: tenants.home(row.tenant) as EventRow['tenant'] };
    }
  }

  /** Deliveries of sign-ins per hour of `[fromMs, toMs)`, in order, without empty hours. */
  async signInHours({ fromMs, toMs }: Period): Promise<[hourMs: number, count: number][]> {
    const rows = await this.#live.read((snapshot) =>
      snapshot.all(
        `SELECT epoch_ms("time") // ${HOUR_MS} * ${HOUR_MS} AS hour, count(*)
        FROM ${snapshot.source({ fromMs, toMs })}
        WHERE class_uid = ${SIGN_IN_CLASS} AND epoch_ms("time") >= $1 AND epoch_ms("time") < $2
        GROUP BY hour ORDER BY hour`,
        [BigInt(Math.floor(fromMs)), BigInt(Math.ceil(toMs))],
      ),
    );
    return rows.map(([hour, count]) => [Math.max(Number(hour), fromMs), Number(count)]);
  }

  /** How much of the access in a period is verified, and whether these are all of its sign-ins. */
  async verified(
    filter: Scope & { readonly tenant?: string | undefined },
    ledger: LedgerHead,
  ): Promise<VerificationReport> {
    const { tenant, ...scope } = filter;
    const tenants =
      tenant === undefined
        ? undefined
        : new Tenants(this.#live.state?.tenants() ?? []).readAs(tenant);
    const counts = await this.#live.read((snapshot) => signInCounts(snapshot, scope, tenants));
    // The stage runs only once policies are in force.
    const cause = this.#store.hasRun(CHECKS_STAGE) ? 'not yet checked' : 'no policy';
    const counted = verifiedOf(this.checkCounts(filter), counts, cause);
    const facts = factsWithin(this.#store.coverage(), scope, tenants).filter(isOfSignIns);
    const period = { ...(collectedPeriod(facts, this.#store.nowMs()) ?? {}), ...stated(scope) };
    const answer = coverageAnswer(facts, period, ledger);
    const unseen = unseenFlows(facts);
    const coverage = unseen.length === 0 ? answer : all([answer, unknown(ledger.asOf, unseen)]);
    return { ...counted, coverage };
  }

  decisions(filter: DecisionFilter = {}): readonly DecisionRow[] {
    return this.#live.state?.decisions.list(filter) ?? [];
  }

  /** The newest decisions before a position, at most `count`. */
  newestDecisions(
    query: DecisionQuery,
    before: DecisionPosition | undefined,
    count: number,
  ): readonly DecisionRow[] {
    return this.#live.state?.decisions.newest(query, before, count) ?? [];
  }

  /** Times of the decisions of some enforcement points from an entry on. */
  decisionTimesSince(fromIndex: number, enforcementPoints: readonly string[]): readonly number[] {
    return this.#live.state?.decisions.timesSince(fromIndex, enforcementPoints) ?? [];
  }

  /** Decisions from an entry on that require an alarm. */
  decisionsOwingAlarm(fromIndex: number): readonly DecisionRow[] {
    return this.#live.state?.decisions.owingAlarm(fromIndex) ?? [];
  }

  /** Pass entries in ledger order. */
  passEntries(filter: PassFilter = {}): readonly PassRow[] {
    return this.#live.state?.decisions.passEntries(filter) ?? [];
  }

  /** Pass entries from an entry on. */
  passEntriesSince(index: number): readonly PassRow[] {
    return this.#live.state?.decisions.passEntriesSince(index) ?? [];
  }

  /** Sign-ins by day, flow and authorization status. */
  checkCounts(filter: CheckFilter = {}): readonly CheckCount[] {
    return this.#live.state?.checks.count(filter) ?? [];
  }

  /** Event times checked since this entry. */
  checkedSince(index: number): IntervalSet {
    const made = this.#live.state?.checks.checkedSince(index) ?? [];
    return normalize(made.map(({ fromMs, toMs }) => interval(fromMs, toMs)));
  }

  /** Hours with sign-ins that lacked a policy, or whose input was missing or stale. */
  unjudged(fromMs: number): IntervalSet {
    const hours = this.#live.state?.checks.unjudgedHours(Math.max(fromMs, FIRST_MS)) ?? [];
    return normalize(hours.map((hour) => interval(hour * HOUR_MS, (hour + 1) * HOUR_MS)));
  }

  /** The authorization status of every checked sign-in of a period. */
  *checks(filter: CheckFilter = {}): Generator<CheckRow> {
    yield* this.#live.state?.checks.each(filter) ?? [];
  }

  /** Pass entries of passes that opened in a period, one day at a time. */
  *passDays(period: PassDays): Generator<readonly PassRow[]> {
    yield* this.#live.state?.decisions.passDays(period) ?? [];
  }

  get isAnythingChecked(): boolean {
    return this.#live.state?.checks.isAny ?? false;
  }

  /** Outcomes of the checks of a period, one hour at a time. */
  *checkOutcomes(filter: CheckFilter): Generator<readonly CheckOutcome[]> {
    yield* this.#live.state?.checks.outcomes(filter) ?? [];
  }

  /** Outcomes of the checks of these sign-ins. */
  checkOutcomesOf(actions: readonly ActionKey[]): readonly CheckOutcome[] {
    return this.#live.state?.checks.outcomesOf(actions) ?? [];
  }

  /** Sign-ins of a period that disagree with the company's policy, in order. */
  *disagreements(filter: CheckFilter = {}): Generator<CheckRow> {
    yield* this.#live.state?.checks.disagreeing(filter) ?? [];
  }

  /** Number of principals that signed in, by tenant, kind and calendar month. */
  principalCounts(filter: CheckFilter): readonly PrincipalCount[] {
    return this.#live.state?.checks.principalCounts(filter) ?? [];
  }
}

const HOUR_MS = 3_600_000;
/** The earliest time that Date can represent. */
const FIRST_MS = -8.64e15;

function stated({ fromMs, toMs }: Scope): Scope {
  return { ...(fromMs !== undefined && { fromMs }), ...(toMs !== undefined && { toMs }) };
}

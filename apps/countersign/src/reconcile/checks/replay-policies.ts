import type { LedgerReader } from '@countersign/ledger';
import { createMemo } from '@countersign/ocsf';
import {
  type DecisionBody,
  DIRECTORY_AGE_MAX_MS,
  evaluatePolicies,
  type PolicyInformation,
  type PolicySet,
  REPLAY_ENTRIES_MAX,
} from '@countersign/policy';
import {
  PolicyInformationPoint,
  RULES_STAGE,
} from '../../enforcement/decisions/policy-information-point.ts';
import { parseObject } from '../../projection/entries/own-entry.ts';
import type { CheckRow } from '../../store/sqlite/check-table.ts';
import type { DecisionRow } from '../../store/sqlite/decision-table.ts';
import type { StoreReader } from '../../store/store-reader.ts';
import { type CheckContext, evaluateSignIn, isVendors } from './check-sign-in.ts';
import { detailOf } from './check-stage.ts';
import { type Replay, ReplayTally, type Suspicion } from './replay-tally.ts';
import { type ReportedSignIn, reportedSignIn } from './reported-sign-in.ts';

const DAY_MS = 86_400_000;

export type ReplaySources = { readonly store: StoreReader; readonly ledger: LedgerReader };

export type ReplayOf = {
  readonly policies: PolicySet;
  readonly tenant: string | undefined;
  readonly fromMs: number | undefined;
  readonly toMs: number | undefined;
};

/**
 * Evaluates other policies on every past decision, and on every sign-in without one.
 *
 * Both sides use what is known about that time now. If this does not reproduce the actual decision,
 * the result is unknown.
 */
export async function replay(world: ReplaySources, of: ReplayOf): Promise<Replay> {
  const { store, ledger } = world;
  const { information } = await PolicyInformationPoint.open({ store, reader: ledger });
  const isChecked = store.stageCursor(RULES_STAGE) > 0;
  const decided = new Map<string, CheckRow>();
  const { fromMs = -Infinity, toMs = Infinity } = of;
  // A decision is made near the time of its sign-in.
  const near = { fromMs: fromMs - DAY_MS, toMs: toMs + DAY_MS };
  for (const check of store.access.checks(near)) {
    if (check.decision !== null && check.state === 'decided') decided.set(check.decision, check);
  }
  const tally = new ReplayTally(suspicionsIn(store, of), REPLAY_ENTRIES_MAX);
  const replaying: ReplayContext = {
    ...{ ...world, ...of, information, decided, tally },
    risk: isChecked ? 'evaluated' : 'not evaluated',
  };
  for (const fact of store.access.decisions(of)) await replayDecision(fact, replaying);
  await replaySignIns(replaying);
  return tally.report();
}

type ReplayContext = ReplaySources &
  ReplayOf & {
    readonly information: PolicyInformation;
    readonly risk: CheckContext['risk'];
    /** The sign-in of each decision. */
    readonly decided: ReadonlyMap<string, CheckRow>;
    readonly tally: ReplayTally;
  };

/** A disagreement with a policy is not an attack by itself. */
function suspicionsIn(store: StoreReader, { tenant }: ReplayOf): Suspicion[] {
  return store.findings
    .list({ tenant })
    .filter(({ draft }) => !draft.rule.startsWith('check/'))
    .map(({ uid, draft: { title, severity, entries, sessions } }) => {
      return { uid, title, severity, entries, sessions };
    });
}

async function replayDecision(fact: DecisionRow, replaying: ReplayContext): Promise<void> {
  const { ledger, information, policies, risk, decided, tally } = replaying;
  const read = await ledger.body(fact.index);
  const body = read.kind === 'present' ? parseObject(read.bytes) : undefined;
  const { request, decision } = (body ?? {}) as Partial<DecisionBody>;
  if (request === undefined || decision === undefined) {
    tally.cannotTell('the request is erased');
    return;
  }
  const { tenant, enforcementPoint, atMs, effect } = decision;
  const directory = information.suiteAt(atMs, risk);
  const asked = { ...request, tenant, enforcementPoint };
  const world = { directory, ages: () => DIRECTORY_AGE_MAX_MS, nowMs: atMs };
  const then = information.policiesOf(decision.policyVersion);
  const signIn = decided.get(decision.id);
  tally.add({
    ...{ tenant, enforcementPoint, flow: null, atMs, principal: request.subject.id },
    entries: [fact.index, ...(signIn?.entries ?? [])],
    session: signIn?.session ?? fact.session,
    wasIn: effect === 'permit',
    answered: effect,
    before: then === undefined ? null : evaluatePolicies(asked, { ...world, policies: then }),
    after: evaluatePolicies(asked, { ...world, policies }),
  });
}

async function replaySignIns(replaying: ReplayContext): Promise<void> {
  const { store, ledger, fromMs, toMs, decided } = replaying;
  const memo = createMemo();
  const passed = new Set([...decided.values()].map(keyOf));
  for await (const row of store.access.signIns({ fromMs, toMs })) {
    if (replaying.tenant !== undefined && row.tenant !== replaying.tenant) continue;
    const signIn = reportedSignIn(row, await detailOf(row, ledger, memo));
    // A sign-in with a decision is replayed as that decision. Policies do not apply to failed
    // sign-ins.
    if (signIn === undefined || signIn.outcome === 'not in' || passed.has(keyOf(row))) continue;
    replaySignIn(signIn, replaying);
  }
}

function replaySignIn(signIn: ReportedSignIn, replaying: ReplayContext): void {
  const { information, policies, tally } = replaying;
  const cause = unplayable(signIn);
  if (cause !== undefined) {
    tally.cannotTell(cause);
    return;
  }
  const { tenant, flow, timeMs: atMs, entries, session, who, names } = signIn;
  const then = information.policiesAt(atMs);
  tally.add({
    ...{
      tenant,
      flow,
      atMs,
      entries,
      session,
      enforcementPoint: 'check',
      wasIn: true,
      answered: null,
    },
    principal: names.find((name) => name.includes('@')) ?? who.id,
    before: then === undefined ? null : evaluateSignIn(signIn, replaying, then),
    after: evaluateSignIn(signIn, replaying, policies),
  });
}

function unplayable(signIn: ReportedSignIn): string | undefined {
  if (signIn.erased) return 'erased';
  if (signIn.outcome === 'not stated') return 'the outcome is not stated';
  if (isVendors(signIn)) return "the vendor's own service";
  return signIn.who.id === '' ? 'the sign-in names no principal' : undefined;
}

function keyOf({ tenant, action }: { readonly tenant: string; readonly action: string }): string {
  return `${tenant}\n${action}`;
}

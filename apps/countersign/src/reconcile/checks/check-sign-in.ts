import {
  CHECK_AGE_MAX_MS,
  type DecisionRequest,
  evaluatePolicies,
  type PolicyInformation,
  type PolicyOutcome,
  type PolicySet,
} from '@countersign/policy';
import type { Pass } from '../../enforcement/passes/pass.ts';
import type { CheckDisagreement, CheckRow } from '../../store/sqlite/check-table.ts';
import type { DecisionRow } from '../../store/sqlite/decision-table.ts';
import { type Match, matchDecision } from './match-decision.ts';
import { ReportedDevices } from './reported-devices.ts';
import type { ReportedSignIn } from './reported-sign-in.ts';
import { factorOf, proofOf } from './sign-in-factor.ts';

export type CheckContext = {
  readonly information: PolicyInformation;
  /** Whether findings state who is at risk. */
  readonly risk: 'evaluated' | 'not evaluated';
  /** Decisions about this principal near the time of the sign-in. */
  readonly decisions: readonly DecisionRow[];
  /** Decisions that certainly belong to other sign-ins. */
  readonly taken: ReadonlySet<string>;
  /** Passes of this principal. */
  readonly passes: readonly Pass[];
};

/** The vendor's own tenants. */
const VENDOR_TENANTS: ReadonlySet<string> = new Set([
  'f8cdef31-a31e-4b4a-93e4-5f571e91255a',
  '72f988bf-86f1-41af-91ab-2d7cd011db47',
]);

/**
 * Checks one sign-in. The result depends on the ledger alone: policies and directory are those of
 * the sign-in's time.
 */
export function checkSignIn(signIn: ReportedSignIn, world: CheckContext): CheckRow {
  const { tenant, action, entries, timeMs, flow, who, address, session, app } = signIn;
  const match = matchDecision(signIn, world.decisions, world.taken);
  const joined = match.kind === 'exact' || match.kind === 'probable' ? match : undefined;
  const verdict = verdictOf(signIn, world, match);
  return {
    ...{ tenant, action, entries, timeMs, flow, address, session, app },
    principal: who.id,
    decision: joined?.decision.id ?? null,
    strength: joined?.kind ?? null,
    ...verdict,
  };
}

/** The vendor's own services sign in to each other. The company's policies do not apply. */
export function isVendors({ detail }: ReportedSignIn): boolean {
  return VENDOR_TENANTS.has(detail?.homeTenant ?? '');
}

type Verdict = Pick<CheckRow, 'state' | 'cause' | 'disagreements'>;

function verdictOf(signIn: ReportedSignIn, world: CheckContext, match: Match): Verdict {
  const joined = match.kind === 'exact' || match.kind === 'probable' ? match.decision : undefined;
  if (joined?.effect === 'permit') {
    return { state: 'decided', cause: null, disagreements: besides(signIn, world) };
  }
  const denied = joined !== undefined && signIn.outcome === 'in' ? [insteadOfDeny(joined)] : [];
  if (match.kind === 'ambiguous') return unverified('ambiguous: two decisions match');
  if (signIn.erased) return unverified('erased');
  const policies = world.information.policiesAt(signIn.timeMs);
  if (policies === undefined) return unverified('no policy', denied);
  if (signIn.outcome === 'not stated') return unverified('the outcome is not stated', denied);
  // The sign-in failed, so every policy holds.
  if (signIn.outcome === 'not in') return { state: 'checked', cause: null, disagreements: [] };
  if (isVendors(signIn)) {
    return unverified("the vendor's own service");
  }
  if (signIn.who.id === '') return unverified('the sign-in names no principal');
  const outcome = evaluateSignIn(signIn, world, policies);
  const { effect, cause, obligations, because } = outcome;
  if (because[0]?.code === 'not-asked-for') {
    return unverified(`no policy for ${signIn.who.type.toLowerCase()} sign-ins`, denied);
  }
  if (cause === 'unknown' || cause === 'error') {
    return unverified(lackText(outcome), [...denied, ...besides(signIn, world)]);
  }
  const alarms = obligations.filter((owed) => owed.startsWith('alarm:'));
  const disagreements = [
    ...denied,
    ...(effect === 'deny' ? against(outcome) : alarms.map((owed) => alarmed(owed, outcome))),
    ...besides(signIn, world),
  ];
  return { state: 'checked', cause: null, disagreements };
}

function unverified(cause: string, disagreements: readonly CheckDisagreement[] = []): Verdict {
  return { state: 'unverified', cause, disagreements };
}

/** Evaluates policies for a sign-in with the data known around its time. */
export function evaluateSignIn(
  signIn: ReportedSignIn,
  { information, risk }: Pick<CheckContext, 'information' | 'risk'>,
  policies: PolicySet,
): PolicyOutcome {
  const { timeMs } = signIn;
  const directory = new ReportedDevices(information.suiteAt(timeMs, risk), signIn);
  const ages = (): number => CHECK_AGE_MAX_MS;
  return evaluatePolicies(requestOf(signIn), { policies, directory, ages, nowMs: timeMs });
}

function requestOf(signIn: ReportedSignIn): DecisionRequest {
  const { tenant, who, flow, address, device, app, resource, detail } = signIn;
  const isPerson = who.type === 'Person';
  const factor = factorOf(signIn);
  const stated = {
    address,
    flow,
    ...(isPerson
      ? {
          factor,
          proof: proofOf(signIn),
          device,
          app,
          conditionalAccess: detail?.conditionalAccess,
        }
      : { scope: resource, credential: detail?.credential }),
  };
  const context = Object.fromEntries(
    Object.entries(stated).filter(([, value]) => value !== null && value !== undefined),
  );
  return {
    enforcementPoint: 'check',
    tenant,
    subject: { type: who.type, id: who.id },
    action: { name: isPerson ? 'signIn' : 'runAs' },
    resource: { type: 'Suite', id: tenant },
    context,
  };
}

/** The first missing input. There are few such causes, so that they can be counted. */
export function lackText({ inputs, because, cause }: PolicyOutcome): string {
  const lacking = inputs.find(({ state }) => state !== 'fresh');
  if (lacking === undefined) return `${cause}: ${because[0]?.text ?? 'not said'}`;
  return `${lacking.state}: ${lacking.name}`;
}

function against({ policies, because, cause }: PolicyOutcome): readonly CheckDisagreement[] {
  if (cause === 'no-policy') {
    return [{ rule: 'check/no-policy-permits', text: 'No policy permits this sign-in.' }];
  }
  return policies.map((id) => ({
    rule: `check/${id}`,
    text: because.find(({ code }) => code === `policy:${id}`)?.text ?? id,
  }));
}

function alarmed(owed: string, { policies, because }: PolicyOutcome): CheckDisagreement {
  return { rule: `check/${policies[0] ?? owed}`, text: because[0]?.text ?? owed };
}

function insteadOfDeny({ id }: DecisionRow): CheckDisagreement {
  return {
    rule: 'check/denied-and-in',
    text: `An enforcement point denied this sign-in (decision ${id}), but it succeeded.`,
  };
}

/** Disagreements that do not depend on the policies. */
function besides(signIn: ReportedSignIn, { passes }: CheckContext): readonly CheckDisagreement[] {
  if (signIn.outcome !== 'in') return [];
  const found: CheckDisagreement[] = [];
  const isSingle = factorOf(signIn) === 'single';
  if (isSingle && signIn.detail?.factorPolicy === 'notApplied') {
    found.push({
      rule: 'check/baseline-scope',
      text:
        "The vendor's policy that requires a second factor did not apply, and one factor was " +
        'enough: a baseline scope, an exclusion, or a client without policies.',
    });
  }
  const ended = endedPass(signIn, passes);
  if (ended !== undefined) {
    found.push({
      rule: 'check/ended-pass',
      text: `The pass ${ended.id} had ended, and none was open (${ended.reason ?? 'no reason'}).`,
    });
  }
  return found;
}

/** A pass that ended early before this sign-in, is not expired, and has no open pass beside it. */
function endedPass({ timeMs }: ReportedSignIn, passes: readonly Pass[]): Pass | undefined {
  const live = passes.filter(({ openedMs, expiresMs }) => openedMs <= timeMs && timeMs < expiresMs);
  const isOpen = ({ state, closedMs }: Pass): boolean =>
    state !== 'ended' || (closedMs ?? 0) > timeMs;
  if (live.some(isOpen)) return undefined;
  return live.find(({ state }) => state === 'ended');
}

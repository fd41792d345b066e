import { JOIN_AFTER_MS, JOIN_BEFORE_MS } from '@countersign/policy';
import type { DecisionRow } from '../../store/sqlite/decision-table.ts';
import type { ReportedSignIn } from './reported-sign-in.ts';
import { factorOf, isExternal } from './sign-in-factor.ts';

/** The decision of a sign-in, and the strength of the match. */
export type Match =
  | { readonly kind: 'exact' | 'probable'; readonly decision: DecisionRow }
  | { readonly kind: 'none' }
  | { readonly kind: 'ambiguous'; readonly decisions: readonly string[] };

/** Enforcement points that cover sign-ins to the suite. */
export const SIGN_IN_ENDPOINTS: readonly string[] = ['eam'];

/** Flows in which an enforcement point may ask a person. The others are not interactive. */
const ASKED_FLOWS: ReadonlySet<string> = new Set(['interactiveUser']);

/**
 * Matches a sign-in with its decision: by a shared request id, otherwise by person, time, address
 * and method. Two equally good decisions are `ambiguous`. `taken`: decisions that certainly belong
 * to other sign-ins.
 */
export function matchDecision(
  signIn: ReportedSignIn,
  decisions: readonly DecisionRow[],
  taken: ReadonlySet<string>,
): Match {
  const ours = decisions.filter(
    ({ enforcementPoint, tenant }) =>
      SIGN_IN_ENDPOINTS.includes(enforcementPoint) && tenant === signIn.tenant,
  );
  const exact = exactMatch(signIn, ours);
  if (exact !== undefined) return { kind: 'exact', decision: exact };
  if (!ASKED_FLOWS.has(signIn.flow) || !isExternal(signIn)) return { kind: 'none' };
  const candidates = ours.filter((each) => !taken.has(each.id) && fits(signIn, each));
  const [only, ...more] = candidates;
  if (only === undefined) return { kind: 'none' };
  if (more.length > 0) return { kind: 'ambiguous', decisions: candidates.map(({ id }) => id) };
  return { kind: 'probable', decision: only };
}

/**
 * The last decision of a request counts, because an enforcement point may ask before and after a
 * proof.
 */
export function exactMatch(
  { detail }: ReportedSignIn,
  decisions: readonly DecisionRow[],
): DecisionRow | undefined {
  const requests = new Set(detail?.requests ?? []);
  return decisions.filter(({ requestId }) => requestId !== null && requests.has(requestId)).at(-1);
}

function fits(signIn: ReportedSignIn, decision: DecisionRow): boolean {
  const { atMs, principal, address, method, effect } = decision;
  const aheadMs = signIn.timeMs - atMs;
  const isInTime = aheadMs <= JOIN_BEFORE_MS && aheadMs >= -JOIN_AFTER_MS;
  const isSamePlace = address === null || signIn.address === null || address === signIn.address;
  const factor = factorOf(signIn);
  const isSameMethod = method === null || factor === undefined || factor !== 'single';
  return (
    effect === 'permit' &&
    isInTime &&
    isSamePlace &&
    isSameMethod &&
    signIn.names.includes(principal)
  );
}

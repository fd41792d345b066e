import type { Reason, TenantId } from '@countersign/core';

/** Who, or what: as in AuthZEN 1.0 section 5. */
export type Party = {
  readonly type: string;
  readonly id: string;
  readonly properties?: Properties | undefined;
};

export type Properties = Readonly<Record<string, unknown>>;

/**
 * May this subject do this to that? The parts are AuthZEN's; the enforcement point says how it was
 * asked.
 */
export type DecisionRequest = {
  readonly enforcementPoint: string;
  readonly tenant: TenantId;
  readonly subject: Party;
  readonly action: { readonly name: string; readonly properties?: Properties | undefined };
  readonly resource: Party;
  readonly context: Properties;
};

export type InputState = 'fresh' | 'stale' | 'missing';

/** One thing that the policies looked at, as it was when they did. */
export type DecisionInput = {
  /** As policies write it, e.g. `principal.risk`. */
  readonly name: string;
  /** Null where nobody states it. */
  readonly source: string | null;
  readonly ageMs: number | null;
  readonly state: InputState;
};

/**
 * - `policy`     policies decided
 * - `no-policy`  none permits it
 * - `unknown`    an input that a policy reads is missing or stale, so that nobody can tell
 * - `error`      a policy could not be evaluated
 */
export type DecisionCause = 'policy' | 'no-policy' | 'unknown' | 'error';

/** The smallest change of inputs under which the effect would be the other one. */
export type Counterfactual = {
  readonly changes: readonly { readonly input: string; readonly to: string }[];
};

/** What policies say to a request: not given to anybody until it is accounted for. */
export type PolicyOutcome = {
  readonly effect: 'permit' | 'deny';
  readonly cause: DecisionCause;
  /** Ids of the policies that decided. */
  readonly policies: readonly string[];
  readonly obligations: readonly string[];
  readonly inputs: readonly DecisionInput[];
  /** Sentences for people, the deciding ones first. */
  readonly because: readonly Reason[];
  readonly policyVersion: string;
};

export type OpenedPass = { readonly id: string; readonly expiresMs: number };

export type Decision = PolicyOutcome & {
  /** UUIDv7. */
  readonly id: string;
  readonly atMs: number;
  readonly enforcementPoint: string;
  readonly tenant: TenantId;
  readonly pass?: OpenedPass | undefined;
  readonly flip?: Counterfactual | null | undefined;
};

/**
 * A decision, and the entry of the ledger that holds it: only now may an enforcement point act on
 * it.
 */
export type DecidedEntry = { readonly decision: Decision; readonly entry: number };

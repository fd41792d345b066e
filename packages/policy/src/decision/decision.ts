import type { Reason, TenantId } from '@countersign/core';

/** A subject or resource, as in AuthZEN 1.0 section 5. */
export type Party = {
  readonly type: string;
  readonly id: string;
  readonly properties?: Properties | undefined;
};

export type Properties = Readonly<Record<string, unknown>>;

/**
 * May this subject perform this action on this resource? The parts are AuthZEN's. The enforcement
 * point names itself.
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

/** One input that the policies read, with its value at the time. */
export type DecisionInput = {
  /** In policy notation, e.g. `principal.risk`. */
  readonly name: string;
  /** Null if no source states it. */
  readonly source: string | null;
  readonly ageMs: number | null;
  readonly state: InputState;
};

/**
 * - `policy`     policies decided
 * - `no-policy`  no policy permits it
 * - `unknown`    an input that a policy reads is missing or stale
 * - `error`      a policy could not be evaluated
 */
export type DecisionCause = 'policy' | 'no-policy' | 'unknown' | 'error';

/** The smallest change of inputs that flips the effect. */
export type Counterfactual = {
  readonly changes: readonly { readonly input: string; readonly to: string }[];
};

/** The result of policy evaluation. Not returned to a caller before it is logged. */
export type PolicyOutcome = {
  readonly effect: 'permit' | 'deny';
  readonly cause: DecisionCause;
  /** Ids of the deciding policies. */
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

/** A decision with its ledger entry. Only now may an enforcement point act on it. */
export type DecidedEntry = { readonly decision: Decision; readonly entry: number };

import type { Reason } from '@countersign/core';
import type { CedarResponse } from '../cedar/cedar-engine.ts';
import { readText } from '../cedar/policy-reads.ts';
import type { Directory } from '../directory/directory.ts';
import { schemaTypeOf } from '../policies/enforcement-point.ts';
import type { Policy } from '../policies/policy.ts';
import type { PolicySet, Slice } from '../policies/policy-set.ts';
import type { DecisionRequest, PolicyOutcome } from './decision.ts';
import {
  type Ages,
  gather,
  type PolicyInputs,
  type RequestTypes,
  type WhatIf,
} from './gather-inputs.ts';

export type EvaluationContext = {
  readonly policies: PolicySet;
  readonly directory: Directory;
  readonly ages: Ages;
  readonly nowMs: number;
  readonly whatIf?: WhatIf | undefined;
};

/**
 * Evaluates the policies of the enforcement point. A permit needs every input that any policy of
 * the slice reads. Cedar skips a policy that it cannot evaluate, and a skipped forbid would permit
 * the request.
 */
export function evaluatePolicies(
  request: DecisionRequest,
  world: EvaluationContext,
): PolicyOutcome {
  const { policies, directory, ages, nowMs, whatIf } = world;
  const meant = resolveTypes(request, policies);
  const nothing = { policies: [], obligations: [], inputs: [], policyVersion: policies.version };
  if (typeof meant === 'string') {
    const because = [{ code: 'not-asked-for', text: meant }];
    return { effect: 'deny', cause: 'no-policy', because, ...nothing };
  }
  const { point, ...kinds } = meant;
  const slice = policies.slice({ enforcementPoint: point.name, ...kinds });
  const { schema } = policies;
  const inputs = { schema, point, directory, ages, nowMs, whatIf };
  const gathered = gather(request, kinds, slice.reads, inputs);
  const response = slice.cedar.decide(gathered.call);
  return { ...verdict(slice, gathered, response), policyVersion: policies.version };
}

/** The applicable policies; undefined if there are none. */
export function sliceOf(request: DecisionRequest, policies: PolicySet): Slice | undefined {
  const meant = resolveTypes(request, policies);
  if (typeof meant === 'string') return undefined;
  const { point, ...kinds } = meant;
  return policies.slice({ enforcementPoint: point.name, ...kinds });
}

function resolveTypes(
  { enforcementPoint: name, subject, action, resource }: DecisionRequest,
  { points, schema }: PolicySet,
): (RequestTypes & { readonly point: NonNullable<ReturnType<typeof points.get>> }) | string {
  const point = points.get(name);
  if (point === undefined) return `there is no enforcement point ${name}`;
  const shape = schema.actions.get(action.name);
  if (shape === undefined) return `no policy knows the action ${action.name}`;
  const principal = schemaTypeOf(point, subject.type, schema.entities);
  if (principal === undefined) return `no policy knows a subject of type ${subject.type}`;
  const target = schemaTypeOf(point, resource.type, schema.entities);
  if (target === undefined) return `no policy knows a resource of type ${resource.type}`;
  if (!shape.principals.includes(principal) || !shape.resources.includes(target)) {
    return `the action ${action.name} is not one of a ${principal} on a ${target}`;
  }
  return { point, principal, action: action.name, resource: target };
}

type Verdict = Omit<PolicyOutcome, 'policyVersion'>;

function verdict(slice: Slice, gathered: PolicyInputs, response: CedarResponse): Verdict {
  const { inputs, lacking } = gathered;
  const deciding = response.satisfied.flatMap((id) => slice.byId.get(id) ?? []);
  // A certain forbid: none of its own inputs is in doubt.
  const isCertain = ({ reads }: Policy): boolean => !reads.some((r) => lacking.has(readText(r)));
  const certain = lacking.size === 0 ? deciding : deciding.filter(isCertain);
  if (response.decision === 'deny' && certain.length > 0) {
    return { effect: 'deny', cause: 'policy', ...decidedBy(certain), inputs };
  }
  if (lacking.size > 0) {
    const because = [...new Set(lacking.values())].map((text) => ({ code: 'unknown', text }));
    return { effect: 'deny', cause: 'unknown', policies: [], obligations: [], inputs, because };
  }
  if (response.errors.length > 0) {
    const because = response.errors.map(errorReason);
    return { effect: 'deny', cause: 'error', policies: [], obligations: [], inputs, because };
  }
  if (response.decision === 'allow') {
    return { effect: 'permit', cause: 'policy', ...decidedBy(deciding), inputs };
  }
  const because = [{ code: 'no-policy', text: 'no policy permits this' }];
  return { effect: 'deny', cause: 'no-policy', policies: [], obligations: [], inputs, because };
}

function decidedBy(
  satisfied: readonly Policy[],
): Pick<PolicyOutcome, 'policies' | 'obligations' | 'because'> {
  // The engine guarantees no order. Sorting makes equal decisions equal entries.
  const policies = satisfied.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return {
    policies: policies.map(({ id }) => id),
    obligations: [...new Set(policies.flatMap(({ obligations }) => obligations))].sort(),
    because: policies.map(({ id, sentence }) => ({ code: `policy:${id}`, text: sentence })),
  };
}

function errorReason({ policy, message }: CedarResponse['errors'][number]): Reason {
  if (policy === '') return { code: 'error', text: `the request cannot be evaluated: ${message}` };
  return { code: `error:${policy}`, text: `the policy ${policy} failed: ${message}` };
}

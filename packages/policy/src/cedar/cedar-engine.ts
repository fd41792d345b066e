import {
  type AuthorizationAnswer,
  type CedarValueJson,
  type DetailedError,
  type EntityJson,
  type Expr,
  type PolicyJson,
  policySetTextToParts,
  policyToJson,
  preparsePolicySet,
  schemaToJsonWithResolvedTypes,
  statefulIsAuthorized,
  type TypeAndId,
  type ValidationError,
  validate,
} from '@cedar-policy/cedar-wasm/nodejs';
import { assert } from '@countersign/core';

/** The only module that calls the official engine. */

export type { CedarValueJson, DetailedError, EntityJson, Expr, PolicyJson, TypeAndId };

/** Why a text is not valid Cedar. Offsets are in UTF-8 bytes of the text. */
export type CedarProblem = {
  readonly message: string;
  readonly help: string | null;
  readonly offset: number | undefined;
};

export type Parts =
  | { readonly kind: 'parts'; readonly policies: readonly string[]; readonly templates: number }
  | { readonly kind: 'problems'; readonly problems: readonly CedarProblem[] };

/** Splits a text into its policies, unchanged. */
export function partsOf(text: string): Parts {
  const answer = policySetTextToParts(text);
  if (answer.type === 'failure') return { kind: 'problems', problems: answer.errors.map(problem) };
  return {
    kind: 'parts',
    policies: answer.policies,
    templates: answer.policy_templates.length,
  };
}

/** The syntax tree of one policy. */
export function treeOf(policy: string): PolicyJson {
  const answer = policyToJson(policy);
  assert(answer.type === 'success', 'what was cut out of a set of policies is a policy');
  return answer.json;
}

export type SchemaTree = Extract<
  ReturnType<typeof schemaToJsonWithResolvedTypes>,
  { type: 'success' }
>['json'];

export function schemaTree(text: string): SchemaTree | readonly CedarProblem[] {
  const answer = schemaToJsonWithResolvedTypes(text);
  return answer.type === 'success' ? answer.json : answer.errors.map(problem);
}

export type ValidationMessage = {
  readonly policy: string;
  readonly kind: 'error' | 'warning';
  readonly problem: CedarProblem;
};

/** The official validator's result for policies under a schema, in strict mode. */
export function validatePolicies(
  schema: string,
  policies: Readonly<Record<string, string>>,
): readonly ValidationMessage[] {
  const answer = validate({ schema, policies: { staticPolicies: { ...policies } } });
  assert(answer.type === 'success', 'policies and schema were parsed before they are validated');
  const of = (
    kind: ValidationMessage['kind'],
    found: readonly ValidationError[],
  ): ValidationMessage[] =>
    found.map(({ policyId, error }) => ({ policy: policyId, kind, problem: problem(error) }));
  return [...of('error', answer.validationErrors), ...of('warning', answer.validationWarnings)];
}

export type CedarCall = {
  readonly principal: TypeAndId;
  readonly action: TypeAndId;
  readonly resource: TypeAndId;
  readonly context: Record<string, CedarValueJson>;
  readonly entities: EntityJson[];
};

/** The official engine's answer. `satisfied`: the permits of an allow, or the forbids of a deny. */
export type CedarResponse = {
  readonly decision: 'allow' | 'deny';
  readonly satisfied: readonly string[];
  readonly errors: readonly { readonly policy: string; readonly message: string }[];
};

/**
 * A policy set in the official engine, parsed once. The engine keeps sets by name for the life of
 * the process. So `name` MUST be derived from the policies, so that a name always means the same
 * set.
 */
export class CedarEngine {
  readonly #name: string;

  constructor(name: string, policies: Readonly<Record<string, string>>) {
    this.#name = name;
    const answer = preparsePolicySet(name, { staticPolicies: { ...policies } });
    assert(answer.type === 'success', 'policies were parsed before they are put into a set');
  }

  decide(call: CedarCall): CedarResponse {
    return responseOf(statefulIsAuthorized({ ...call, preparsedPolicySetId: this.#name }));
  }
}

function responseOf(answer: AuthorizationAnswer): CedarResponse {
  if (answer.type === 'failure') {
    // An error of the request itself, not of a policy: for example, an invalid address.
    const message = answer.errors.map((error) => error.message).join('; ');
    return { decision: 'deny', satisfied: [], errors: [{ policy: '', message }] };
  }
  const { decision, diagnostics } = answer.response;
  const errors = diagnostics.errors.map(({ policyId, error }) => ({
    policy: policyId,
    message: error.message,
  }));
  return { decision, satisfied: diagnostics.reason.toSorted(), errors };
}

function problem({ message, help, sourceLocations }: DetailedError): CedarProblem {
  return { message, help, offset: sourceLocations?.[0]?.start };
}

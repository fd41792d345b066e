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

/** The one place that speaks to the official engine. */

export type { CedarValueJson, DetailedError, EntityJson, Expr, PolicyJson, TypeAndId };

/** Something that a text of Cedar is not; offsets are in UTF-8 bytes of the text. */
export type CedarProblem = {
  readonly message: string;
  readonly help: string | null;
  readonly offset: number | undefined;
};

export type Parts =
  | { readonly kind: 'parts'; readonly policies: readonly string[]; readonly templates: number }
  | { readonly kind: 'problems'; readonly problems: readonly CedarProblem[] };

/** Cuts a text into its policies, each as it stands there. */
export function partsOf(text: string): Parts {
  const answer = policySetTextToParts(text);
  if (answer.type === 'failure') return { kind: 'problems', problems: answer.errors.map(problem) };
  return {
    kind: 'parts',
    policies: answer.policies,
    templates: answer.policy_templates.length,
  };
}

/** The tree of one policy that was cut out of a text. */
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

/** What the official validator says of policies under a schema; strict mode. */
export function validated(
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

/** What the official engine says. `satisfied`: of an allow its permits, of a deny its forbids. */
export type CedarResponse = {
  readonly decision: 'allow' | 'deny';
  readonly satisfied: readonly string[];
  readonly errors: readonly { readonly policy: string; readonly message: string }[];
};

/**
 * A set of policies in the official engine, parsed once. The engine keeps sets by name for as long
 * as the process lives: `name` MUST follow from the policies, so that a name means one set.
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
    // Not a policy: the request itself, e.g. an address that is none.
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

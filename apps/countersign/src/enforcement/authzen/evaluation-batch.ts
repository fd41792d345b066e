import { EndpointError, malformedRequest } from '../http/endpoint-error.ts';
import { given, isObject, type Json } from '../http/i-json.ts';
import { actionOf, contextOf, type Evaluation, evaluationOf, partyOf } from './evaluation.ts';
import { EVALUATIONS_MAX } from './limits.ts';

/** AuthZEN 1.0 section 7.1.2.1. */
export const SEMANTICS = ['execute_all', 'deny_on_first_deny', 'permit_on_first_permit'] as const;
export type Semantic = (typeof SEMANTICS)[number];

/** One item of a batch: its evaluation, or the reason why it cannot be read. */
export type BatchItem =
  | { readonly kind: 'evaluation'; readonly evaluation: Evaluation }
  | { readonly kind: 'problem'; readonly problem: EndpointError };

/** `single`: a request without evaluations is answered like one at the other endpoint (7.1). */
export type Batch =
  | { readonly kind: 'single'; readonly evaluation: Evaluation }
  | {
      readonly kind: 'batch';
      readonly semantic: Semantic;
      readonly count: number;
      /** Reads the item at a position, when it is needed. */
      readonly item: (at: number) => BatchItem;
    };

const DEFAULTS = ['subject', 'action', 'resource', 'context'] as const;

/**
 * Reads a batch. An error of the whole is thrown; an error of an item spoils only that item.
 * @throws EndpointError MALFORMED, TOO_LARGE
 */
export function batchOf(message: Json): Batch {
  const evaluations = given(message, 'evaluations');
  if (evaluations !== undefined && !Array.isArray(evaluations)) {
    throw malformedRequest('evaluations is not a list');
  }
  const items: readonly unknown[] = evaluations ?? [];
  if (items.length === 0) return { kind: 'single', evaluation: evaluationOf(message) };
  if (items.length > EVALUATIONS_MAX) {
    const what = `a batch has ${items.length} evaluations: the maximum is ${EVALUATIONS_MAX}`;
    throw new EndpointError('TOO_LARGE', what);
  }
  checkDefaults(message);
  return {
    kind: 'batch',
    semantic: semanticOf(message),
    count: items.length,
    item: (at) => itemOf(message, items[at]),
  };
}

/** An invalid default would spoil every item, so the whole payload is wrong. */
function checkDefaults(message: Json): void {
  const { subject, action, resource } = message;
  if (given(message, 'subject') !== undefined) partyOf(subject, 'subject');
  if (given(message, 'action') !== undefined) actionOf(action);
  if (given(message, 'resource') !== undefined) partyOf(resource, 'resource');
  contextOf(message);
}

function semanticOf(message: Json): Semantic {
  const options = given(message, 'options');
  if (options === undefined) return 'execute_all';
  if (!isObject(options)) throw malformedRequest('options is not an object');
  const stated = given(options, 'evaluations_semantic');
  if (stated === undefined) return 'execute_all';
  const semantic = SEMANTICS.find((known) => known === stated);
  if (semantic !== undefined) return semantic;
  throw malformedRequest(`options.evaluations_semantic must be one of ${SEMANTICS.join(', ')}`);
}

/** An item's member replaces the whole default; nothing is merged (7.1.1). */
function itemOf(message: Json, item: unknown): BatchItem {
  if (!isObject(item)) return problem(malformedRequest('the evaluation is not an object'));
  const members = DEFAULTS.map((name): [string, unknown] => [
    name,
    given(item, name) ?? given(message, name),
  ]);
  try {
    return { kind: 'evaluation', evaluation: evaluationOf(Object.fromEntries(members)) };
  } catch (error) {
    if (error instanceof EndpointError) return problem(error);
    throw error;
  }
}

function problem(error: EndpointError): BatchItem {
  return { kind: 'problem', problem: error };
}

/** Whether this result ends the batch. */
export function ends(semantic: Semantic, effect: 'permit' | 'deny'): boolean {
  switch (semantic) {
    case 'execute_all':
      return false;
    case 'deny_on_first_deny':
      return effect === 'deny';
    case 'permit_on_first_permit':
      return effect === 'permit';
  }
}

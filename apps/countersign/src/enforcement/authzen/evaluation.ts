import type { Party, Properties } from '@countersign/policy';
import { EndpointError, malformedRequest } from '../http/endpoint-error.ts';
import { given, isObject, type Json } from '../http/i-json.ts';
import { EVALUATION_CHARACTERS_MAX, TEXT_CHARACTERS_MAX } from './limits.ts';

export type Action = { readonly name: string; readonly properties?: Properties | undefined };

/** One evaluation request (AuthZEN 1.0 section 6). */
export type Evaluation = {
  readonly subject: Party;
  readonly action: Action;
  readonly resource: Party;
  readonly context: Properties;
};

/** @throws EndpointError MALFORMED, TOO_LARGE */
export function evaluationOf(message: Json): Evaluation {
  const evaluation = {
    subject: partyOf(given(message, 'subject'), 'subject'),
    action: actionOf(given(message, 'action')),
    resource: partyOf(given(message, 'resource'), 'resource'),
    context: contextOf(message),
  };
  if (weightOf(evaluation) <= EVALUATION_CHARACTERS_MAX) return evaluation;
  const what = `one evaluation has more than ${EVALUATION_CHARACTERS_MAX} characters`;
  throw new EndpointError('TOO_LARGE', what);
}

/**
 * Approximate number of characters. Every decision stores its request, so a default that occurs
 * once in a batch is stored once per item.
 */
export function weightOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 1;
  let weight = 1;
  for (const [name, item] of Object.entries(value)) weight += name.length + weightOf(item);
  return weight;
}

/** @throws EndpointError MALFORMED */
export function partyOf(value: unknown, of: 'subject' | 'resource'): Party {
  const member = objectOf(value, of);
  const type = textOf(member, of, 'type');
  const id = textOf(member, of, 'id');
  return { type, id, ...propertiesOf(member, of) };
}

/**
 * The type that a search looks for. Its `id` is ignored if present (8.1).
 * @throws EndpointError MALFORMED
 */
export function subjectOf(value: unknown, of: 'subject' | 'resource'): Omit<Party, 'id'> {
  const member = objectOf(value, of);
  return { type: textOf(member, of, 'type'), ...propertiesOf(member, of) };
}

/** @throws EndpointError MALFORMED */
export function actionOf(value: unknown): Action {
  const member = objectOf(value, 'action');
  return { name: textOf(member, 'action', 'name'), ...propertiesOf(member, 'action') };
}

/** @throws EndpointError MALFORMED */
export function contextOf(message: Json): Properties {
  const context = given(message, 'context');
  if (context === undefined) return {};
  if (!isObject(context)) throw malformedRequest('context is not an object');
  return context;
}

function objectOf(value: unknown, of: string): Json {
  if (value === undefined) throw malformedRequest(`${of} is missing`);
  if (!isObject(value)) throw malformedRequest(`${of} is not an object`);
  return value;
}

function textOf(member: Json, of: string, name: string): string {
  const value = given(member, name);
  if (value === undefined) throw malformedRequest(`${of}.${name} is missing`);
  if (typeof value !== 'string') throw malformedRequest(`${of}.${name} is not a string`);
  if (value === '') throw malformedRequest(`${of}.${name} is empty`);
  if (value.length <= TEXT_CHARACTERS_MAX) return value;
  throw malformedRequest(`${of}.${name} is longer than ${TEXT_CHARACTERS_MAX} characters`);
}

function propertiesOf(member: Json, of: string): { readonly properties?: Properties } {
  const properties = given(member, 'properties');
  if (properties === undefined) return {};
  if (!isObject(properties)) throw malformedRequest(`${of}.properties is not an object`);
  return { properties };
}

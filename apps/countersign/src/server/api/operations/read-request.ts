import { parseInput } from '../../../operations/definition/parse-input.ts';
import { refuse } from '../http/problem.ts';
import type { ApiMember, ApiRoute } from './api-route.ts';

/** Parameters of the interface itself, beside those of the operation. */
const OWN_PARAMETERS = ['tenant', 'limit', 'cursor', 'wait'] as const;

const MEDIA_TYPES: ReadonlySet<string> = new Set([
  'application/json',
  // RFC 7396: the members that are given change, the others stay.
  'application/merge-patch+json',
]);

/** The values of a request, as text or JSON. */
export type RequestValues = {
  readonly path: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
};

/**
 * The validated input of an operation. A parameter that no one knows is refused: a misspelled
 * filter must not widen an answer.
 *
 * @throws ProblemError, OperationError INVALID_INPUT
 */
export function inputOf({ operation, members }: ApiRoute, values: RequestValues): object {
  const known = new Map(members.map((member) => [member.name, member]));
  for (const name of values.query.keys()) {
    const isOwn = (OWN_PARAMETERS as readonly string[]).includes(name);
    if (!isOwn && known.get(name)?.place !== 'query') unknownMember(name, 'parameter', known);
  }
  for (const name of Object.keys(values.body)) {
    if (known.get(name)?.place !== 'body') unknownMember(name, 'member', known);
  }
  const input: Record<string, unknown> = {};
  for (const member of members) {
    const value = requestValueOf(member, values);
    if (value !== undefined) input[member.name] = value;
    else if (member.isRequired) {
      refuse(400, 'invalid-input', `"${member.name}" is missing in the ${member.place}`);
    }
  }
  return parseInput(operation.input as Parameters<typeof parseInput<object>>[0], input);
}

function unknownMember(name: string, what: string, known: ReadonlyMap<string, unknown>): never {
  const names = [...known.keys(), ...OWN_PARAMETERS].join(', ');
  refuse(400, 'unknown-parameter', `there is no ${what} "${name.slice(0, 80)}", only ${names}`);
}

function requestValueOf(member: ApiMember, { path, query, body }: RequestValues): unknown {
  switch (member.place) {
    case 'body':
      return Object.hasOwn(body, member.name) ? body[member.name] : undefined;
    case 'path':
      return scalarOf(member, path[member.name] ?? '');
    case 'query': {
      const given = query.getAll(member.name);
      if (given.length === 0) return undefined;
      if (member.isRepeatable) return given.map((text) => scalarOf(member, text));
      if (given.length > 1) refuse(400, 'invalid-input', `"${member.name}" is given twice`);
      return scalarOf(member, given[0] ?? '');
    }
  }
}

/** Other text stays text, so that the error of the schema names it. */
function scalarOf({ kind }: ApiMember, text: string): unknown {
  if (kind === 'switch' && (text === 'true' || text === 'false')) return text === 'true';
  if (kind === 'number' && /^-?\d+(?:\.\d+)?$/.test(text)) return Number(text);
  return text;
}

/** @throws ProblemError 400 for text that is not one JSON object, 415 for another media type */
export function bodyOf(contentType: string | undefined, text: string): Record<string, unknown> {
  if (text.trim() === '') return {};
  const type = contentType?.split(';')[0]?.trim().toLowerCase() ?? '';
  if (!MEDIA_TYPES.has(type)) {
    refuse(415, 'media-type', `send application/json, not "${type.slice(0, 80)}"`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    refuse(400, 'invalid-json', 'the body is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    refuse(400, 'invalid-json', 'the body is not a JSON object');
  }
  const twice = repeatedMember(text);
  if (twice !== undefined) {
    refuse(400, 'repeated-member', `the body has the member ${twice.slice(0, 80)} twice`);
  }
  return value as Record<string, unknown>;
}

/**
 * The first name that one object has twice. Parsers differ in which one they take, so that two
 * readers of one request could see two requests (RFC 8259, section 4).
 *
 * @param json valid JSON
 */
function repeatedMember(json: string): string | undefined {
  const scopes: (Set<string> | undefined)[] = [];
  const tokens = /"(?:[^"\\]|\\.)*"|[{}[\]]/g;
  const colon = /\s*:/y;
  for (let token = tokens.exec(json); token !== null; token = tokens.exec(json)) {
    const [text] = token;
    if (text === '{') scopes.push(new Set());
    else if (text === '[') scopes.push(undefined);
    else if (text === '}' || text === ']') scopes.pop();
    else if (text.startsWith('"')) {
      colon.lastIndex = tokens.lastIndex;
      const names = colon.test(json) ? scopes.at(-1) : undefined;
      const name = names === undefined ? '' : (JSON.parse(text) as string);
      if (names?.has(name) === true) return text;
      names?.add(name);
    }
  }
  return undefined;
}

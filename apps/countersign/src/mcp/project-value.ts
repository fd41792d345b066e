import { instantOfMs } from '@countersign/core';
import { entryUri } from './entry-uri.ts';
import { CLAIM_EVIDENCE_MAX, TEXT_MAX, VALUE_DEPTH_MAX } from './limits.ts';
import { type ObjectShape, type Shape, textMaxOf } from './shape.ts';
import { type PeopleView, type UntrustedText, untrusted, WITHHELD } from './untrusted-text.ts';

const BASE64 = /^[\w+/-]*={0,2}$/;

/** What was shown besides the values: the entries that were cited, and what was left out. */
export type Projection = {
  readonly origin: string;
  readonly evidence: Set<number>;
  /** Items of inner lists that were left out, by the name of the list. */
  readonly left: Map<string, number>;
  /** Items that an inner list may have; smaller if the result is too large otherwise. */
  readonly innerMax: number;
  /** `withheld`: texts that may name people are not shown. */
  readonly people: PeopleView;
};

/** A word of Countersign: an enumeration, a time, an id. Nothing in it can be an instruction. */
const OWN_WORD = /^[\w.:/#+@=-]{0,120}$/;

/** The same with single blanks, for states such as `cannot tell`; a sentence needs more words. */
const OWN_WORDS = /^[\w.:/#+@=-]{1,60}(?: [\w.:/#+@=-]{1,60}){0,3}$/;

/** A value of an operation's output in the form of its shape. */
export function project(value: unknown, shape: Shape, projection: Projection, name = ''): unknown {
  if (value === null || value === undefined) return null;
  if (typeof shape !== 'string') {
    return shape.kind === 'object'
      ? projectObject(value, shape, projection)
      : projectList(value, shape, projection, name);
  }
  switch (shape) {
    case 'own':
      return ownWord(value);
    case 'content':
      return untrusted(textOf(value), textMaxOf(shape));
    case 'untrusted':
    case 'prose':
    case 'body':
      return projection.people !== 'withheld'
        ? untrusted(textOf(value), textMaxOf(shape))
        : WITHHELD;
    case 'number':
      return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : null;
    case 'boolean':
      return value === true;
    case 'instant':
      return typeof value === 'number' ? (instantOfMs(value) ?? null) : null;
    case 'base64':
      return typeof value === 'string' && BASE64.test(value) ? value : null;
    case 'entry':
      return typeof value === 'number' ? cite(value, projection) : null;
    case 'entries':
      return entriesOf(value, projection, name);
    case 'value':
      return projection.people !== 'withheld' ? anyValue(value, 0) : WITHHELD;
    case 'counts':
      return countsOf(value, ownWord);
    case 'untrusted counts':
      return countsOf(value, (text) => untrusted(text, TEXT_MAX));
  }
}

function projectObject(
  value: unknown,
  { members }: ObjectShape,
  projection: Projection,
): object | null {
  if (typeof value !== 'object') return null;
  const shown: Record<string, unknown> = {};
  for (const [name, { path, shape }] of Object.entries(members)) {
    const member = memberAt(value, path);
    if (member !== undefined) shown[name] = project(member, shape, projection, name);
  }
  return shown;
}

function memberAt(value: unknown, path: readonly string[]): unknown {
  let at: unknown = value;
  for (const name of path) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as Readonly<Record<string, unknown>>)[name];
  }
  return at;
}

function projectList(
  value: unknown,
  shape: Extract<Shape, { kind: 'list' }>,
  projection: Projection,
  name: string,
): unknown[] | null {
  if (!Array.isArray(value)) return null;
  const max = Math.min(shape.max, projection.innerMax);
  if (value.length > max) {
    projection.left.set(name, (projection.left.get(name) ?? 0) + value.length - max);
  }
  return value.slice(0, max).map((item) => project(item, shape.of, projection, name));
}

/** A text that is not a word of Countersign is fenced, whatever the shape promised. */
function ownWord(value: unknown): string | UntrustedText {
  const text = textOf(value);
  if (OWN_WORD.test(text) || OWN_WORDS.test(text)) return text;
  return untrusted(text, textMaxOf('own'));
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
}

function entriesOf(value: unknown, projection: Projection, name: string): string[] | null {
  if (!Array.isArray(value)) return null;
  const indices = value.filter((each) => typeof each === 'number');
  for (const index of indices) projection.evidence.add(index);
  const left = indices.length - CLAIM_EVIDENCE_MAX;
  if (left > 0) projection.left.set(name, (projection.left.get(name) ?? 0) + left);
  return indices.slice(0, CLAIM_EVIDENCE_MAX).map((index) => entryUri(projection.origin, index));
}

function cite(index: number, projection: Projection): string {
  projection.evidence.add(index);
  return entryUri(projection.origin, index);
}

/** A value of a record. Its member names are from the record too, so they are values here. */
function anyValue(value: unknown, depth: number): unknown {
  if (value === null || value === undefined) return null;
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value !== 'object' || depth >= VALUE_DEPTH_MAX) {
    return untrusted(textOf(value), TEXT_MAX);
  }
  if (Array.isArray(value)) return value.map((each) => anyValue(each, depth + 1));
  return Object.entries(value).map(([name, member]) => ({
    name: untrusted(name, TEXT_MAX),
    value: anyValue(member, depth + 1),
  }));
}

function countsOf(
  value: unknown,
  nameOf: (text: string) => string | UntrustedText,
): { readonly name: string | UntrustedText; readonly count: number }[] | null {
  if (typeof value !== 'object') return null;
  return Object.entries(value as object).flatMap(([name, count]) =>
    typeof count === 'number' ? [{ name: nameOf(name), count }] : [],
  );
}

import { isIP } from 'node:net';
import {
  type Atom,
  and,
  atom,
  DATE_PARTS,
  type DatePart,
  type Expression,
  not,
  or,
  type ValueTest,
} from '../expressions/expression.ts';
import { CASE_INSENSITIVE, checkRegex, DOTALL, MULTILINE } from '../expressions/regex.ts';
import {
  isLiteral,
  literalOf,
  MANY,
  parsePattern,
  type TextPattern,
} from '../expressions/text-pattern.ts';
import { EXPANSIONS_MAX } from '../limits.ts';
import { COMPARISONS, type Comparison, type DetectionItem, type Scalar } from '../rule-document.ts';
import { RuleError } from '../rule-problem.ts';

/** The values of `%name%`; undefined if none are defined. */
export type Placeholders = (name: string) => readonly string[] | undefined;

type Form = 'equals' | 'contains' | 'starts' | 'ends';

/** The state of a value while modifiers are applied. */
type Value =
  | { readonly kind: 'text'; readonly pattern: TextPattern }
  | { readonly kind: 'bytes'; readonly bytes: Buffer }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'null' };

type State = {
  readonly item: DetectionItem;
  readonly placeholders: Placeholders;
  values: Value[];
  form: Form;
  join: 'any' | 'all';
  isCased: boolean;
  isNegated: boolean;
  as: 'value' | 'regex' | 'cidr' | 'field' | 'exists';
  op: Comparison | undefined;
  part: DatePart | undefined;
  flags: number;
};

/**
 * The expression of a detection item (Sigma 2.1.0, "Value Modifiers"). Modifiers apply from left to
 * right.
 * @throws RuleError
 */
export function expressionOfItem(item: DetectionItem, placeholders: Placeholders): Expression {
  const state: State = {
    item,
    placeholders,
    values: item.values.map(toValue),
    form: 'equals',
    join: 'any',
    isCased: false,
    isNegated: false,
    as: 'value',
    op: undefined,
    part: undefined,
    flags: 0,
  };
  for (const modifier of item.modifiers) apply(state, modifier);
  if (item.values.length < 2 && state.join === 'all' && item.field !== null) {
    fail(state, 'the modifier "all" needs several values', 'remove it, or give a list');
  }
  const tests = state.values.map((value) => test(state, value));
  const parts = tests.map((each) => (state.isNegated && isTest(each) ? negated(each) : each));
  const atoms = parts.map((part) => ofField(item, part));
  return state.join === 'all' ? and(atoms) : or(atoms);
}

function toValue(value: Scalar): Value {
  if (value === null) return { kind: 'null' };
  if (typeof value === 'number') return { kind: 'number', value };
  if (typeof value === 'boolean') return { kind: 'boolean', value };
  return { kind: 'text', pattern: parsePattern(value) };
}

function apply(state: State, modifier: string): void {
  const part = DATE_PARTS.find((name) => name === modifier);
  if (part !== undefined) {
    state.part = part;
    return;
  }
  const compared = COMPARISONS.find((op) => op === modifier && op !== 'neq' && op !== 'eq');
  if (compared !== undefined) {
    state.op = compared;
    return;
  }
  const work = MODIFIERS.get(modifier);
  if (work === undefined) {
    const known = [...MODIFIERS.keys(), ...DATE_PARTS, 'lt', 'lte', 'gt', 'gte'].sort();
    fail(state, `the modifier "${modifier}" is not one of Sigma's`, `use ${known.join(', ')}`);
  }
  work(state);
}

const MODIFIERS: ReadonlyMap<string, (state: State) => void> = new Map([
  ['contains', (state: State) => around(state, 'contains')],
  ['startswith', (state: State) => around(state, 'starts')],
  ['endswith', (state: State) => around(state, 'ends')],
  ['all', (state: State) => set(state, { join: 'all' })],
  ['cased', (state: State) => set(state, { isCased: true })],
  ['neq', (state: State) => set(state, { isNegated: true })],
  ['exists', (state: State) => set(state, { as: 'exists' })],
  ['re', (state: State) => set(state, { as: 'regex' })],
  ['i', (state: State) => flag(state, CASE_INSENSITIVE)],
  ['m', (state: State) => flag(state, MULTILINE)],
  ['s', (state: State) => flag(state, DOTALL)],
  ['cidr', (state: State) => set(state, { as: 'cidr' })],
  ['fieldref', (state: State) => set(state, { as: 'field' })],
  ['base64', (state: State) => encode(state, (bytes) => [bytes.toString('base64')])],
  ['base64offset', (state: State) => encode(state, base64Offsets)],
  ['wide', (state: State) => widen(state, (text) => utf16(text, 'le'))],
  ['utf16le', (state: State) => widen(state, (text) => utf16(text, 'le'))],
  ['utf16be', (state: State) => widen(state, (text) => utf16(text, 'be'))],
  [
    'utf16',
    (state: State) =>
      widen(state, (text) => Buffer.concat([Buffer.from([0xff, 0xfe]), utf16(text, 'le')])),
  ],
  ['windash', (state: State) => expand(state, dashes)],
  ['expand', (state: State) => expand(state, (pattern) => filled(state, pattern))],
]);

function set(state: State, change: Partial<State>): void {
  Object.assign(state, change);
}

function flag(state: State, flags: number): void {
  if (state.as !== 'regex') fail(state, 'i, m and s belong to "re"', 'write |re|i');
  state.flags |= flags;
}

/** Adds wildcards around the value; for a regular expression, sets its anchors. */
function around(state: State, form: Form): void {
  state.form = form;
  if (state.as === 'regex' || state.as === 'field') return;
  state.values = state.values.map((value): Value => {
    if (value.kind === 'bytes') return value;
    const pattern = patternOf(state, value);
    const front: TextPattern = form === 'starts' || pattern[0] === MANY ? [] : [MANY];
    const isOpen = form === 'ends' || pattern.at(-1) === MANY;
    const back: TextPattern = isOpen ? [] : [MANY];
    return { kind: 'text', pattern: [...front, ...pattern, ...back] };
  });
}

function patternOf(state: State, value: Value): TextPattern {
  switch (value.kind) {
    case 'text':
      return value.pattern;
    case 'number':
    case 'boolean':
      return [String(value.value)];
    case 'bytes':
      return [value.bytes.toString('latin1')];
    case 'null':
      return fail(state, 'null is not text', 'match null without modifiers');
  }
}

function plainText(state: State, value: Value): string {
  const pattern = patternOf(state, value);
  if (isLiteral(pattern)) return literalOf(pattern);
  return fail(state, 'a value with wildcards cannot be encoded', 'escape them: \\* and \\?');
}

function encode(state: State, variants: (bytes: Buffer) => readonly string[]): void {
  state.values = state.values.flatMap((value) => {
    const bytes = value.kind === 'bytes' ? value.bytes : Buffer.from(plainText(state, value));
    return variants(bytes).map((text): Value => ({ kind: 'text', pattern: [text] }));
  });
}

/** The value may begin at each of three offsets within a base64 group. */
function base64Offsets(bytes: Buffer): readonly string[] {
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset, 0x20), bytes]).toString('base64');
    const start = [0, 2, 3][offset];
    const end = [undefined, -3, -2][(bytes.length + offset) % 3];
    return encoded.slice(start, end);
  });
}

function widen(state: State, bytesOf: (text: string) => Buffer): void {
  state.values = state.values.map((value): Value => {
    return { kind: 'bytes', bytes: bytesOf(plainText(state, value)) };
  });
}

function utf16(text: string, order: 'le' | 'be'): Buffer {
  const bytes = Buffer.from(text, 'utf16le');
  return order === 'le' ? bytes : bytes.swap16();
}

function expand(state: State, variants: (pattern: TextPattern) => readonly TextPattern[]): void {
  const values = state.values.flatMap((value) => {
    const found = variants(patternOf(state, value));
    return found.map((pattern): Value => ({ kind: 'text', pattern }));
  });
  checkExpansions(state, values.length);
  state.values = values;
}

function checkExpansions(state: State, count: number): void {
  if (count <= EXPANSIONS_MAX) return;
  const what = `the values become more than ${EXPANSIONS_MAX} with their modifiers`;
  fail(state, what, 'give fewer values, or placeholders with fewer');
}

/** A dash that begins an option: hyphen, slash, en dash, em dash, horizontal bar. */
const DASHES = ['-', '/', '\u2013', '\u2014', '\u2015'] as const;
const OPTION = /(?<![\w])[-/](?=\w)/g;

function dashes(pattern: TextPattern): readonly TextPattern[] {
  return product(pattern, (text) => {
    const places = [...text.matchAll(OPTION)].map(({ index }) => index);
    let found = [text];
    for (const at of places) {
      found = found.flatMap((each) =>
        DASHES.map((dash) => each.slice(0, at) + dash + each.slice(at + 1)),
      );
      if (found.length > EXPANSIONS_MAX) break;
    }
    return found.map((each) => [each]);
  });
}

const PLACEHOLDER = /%([^%\s]+)%/g;

function filled(state: State, pattern: TextPattern): readonly TextPattern[] {
  return product(pattern, (text) => {
    let found: TextPattern[] = [[]];
    let from = 0;
    const append = (pieces: readonly TextPattern[]): void => {
      found = found.flatMap((each) => pieces.map((piece) => [...each, ...piece]));
      checkExpansions(state, found.length);
    };
    for (const match of text.matchAll(PLACEHOLDER)) {
      const name = match[1] as string;
      const values = state.placeholders(name);
      if (values === undefined || values.length === 0) {
        const cure = `give its values in a pipeline: vars: { ${name}: […] } and a transformation`;
        fail(state, `the placeholder %${name}% has no values`, cure);
      }
      append([[text.slice(from, match.index)]]);
      append(values.map(parsePattern));
      from = match.index + match[0].length;
    }
    append([[text.slice(from)]]);
    return found.map((each) => each.filter((piece) => piece !== ''));
  });
}

/** Every combination of the alternatives for each literal piece, in order. */
function product(
  pattern: TextPattern,
  variants: (text: string) => readonly TextPattern[],
): readonly TextPattern[] {
  let found: TextPattern[] = [[]];
  for (const piece of pattern) {
    const next: readonly TextPattern[] = typeof piece === 'string' ? variants(piece) : [[piece]];
    found = found.flatMap((each) => next.map((more) => [...each, ...more]));
    if (found.length > EXPANSIONS_MAX) return found;
  }
  return found;
}

type ModifiedTest =
  | ValueTest
  | { readonly kind: 'null' }
  | { readonly kind: 'exists'; is: boolean };

function isTest(asked: ModifiedTest): asked is ValueTest {
  return asked.kind !== 'null' && asked.kind !== 'exists';
}

function negated(from: ValueTest): ValueTest {
  return { kind: 'differs', from };
}

function test(state: State, value: Value): ModifiedTest {
  switch (state.as) {
    case 'exists':
      if (value.kind === 'boolean') return { kind: 'exists', is: value.value };
      return fail(state, '"exists" takes true or false', 'write true or false, without quotes');
    case 'regex':
      return regexTest(state, value);
    case 'cidr':
      return cidrTest(state, value);
    case 'field': {
      const field = plainText(state, value);
      return { kind: 'field', field, form: state.form, isCased: state.isCased };
    }
    case 'value':
      return plainTest(state, value);
  }
}

function plainTest(state: State, value: Value): ModifiedTest {
  const { op, part } = state;
  if (part !== undefined || op !== undefined) {
    const number = value.kind === 'number' ? value.value : Number(numberText(state, value));
    if (!Number.isFinite(number)) {
      fail(state, 'a numeric comparison needs a number', 'give one, without quotes');
    }
    return part === undefined
      ? { kind: 'number', op: op ?? 'eq', value: number }
      : { kind: 'date', part, op: op ?? 'eq', value: number };
  }
  if (value.kind === 'null') {
    if (state.item.modifiers.some((name) => name !== 'neq')) {
      fail(state, 'null takes no modifier', 'match null by itself');
    }
    return { kind: 'null' };
  }
  if (value.kind === 'number') return { kind: 'number', op: 'eq', value: value.value };
  return { kind: 'text', pattern: patternOf(state, value), isCased: state.isCased };
}

function numberText(state: State, value: Value): string {
  const text = value.kind === 'text' ? plainText(state, value).trim() : '';
  return text === '' ? 'none' : text;
}

/** The text of a regular expression is used as written: its backslashes belong to it. */
function regexTest(state: State, value: Value): ValueTest {
  const at = state.values.indexOf(value);
  const written = state.item.values[at];
  const isPlain = state.item.modifiers.every((name) => name !== 'expand');
  const text = isPlain && typeof written === 'string' ? written : plainText(state, value);
  const front = state.form === 'starts' ? '^(?:' : '(?:';
  const back = state.form === 'ends' ? ')$' : ')';
  const source = state.form === 'equals' || state.form === 'contains' ? text : front + text + back;
  const wrong = checkRegex(source, state.flags);
  if (wrong !== undefined) fail(state, wrong.what, wrong.cure);
  return { kind: 'regex', source, flags: state.flags };
}

function cidrTest(state: State, value: Value): ValueTest {
  const network = plainText(state, value);
  const [address = '', length = ''] = network.split('/');
  const version = isIP(address);
  const bits = /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN;
  if (version === 0 || !(bits <= (version === 4 ? 32 : 128))) {
    fail(state, `"${network}" is not a network`, 'write it like 192.0.2.0/24 or 2001:db8::/32');
  }
  return { kind: 'cidr', network };
}

function ofField(item: DetectionItem, asked: ModifiedTest): Expression {
  const { field } = item;
  if (field === null) {
    if (isTest(asked) && asked.kind !== 'field') return atom({ kind: 'keyword', test: asked });
    throw new RuleError(item.path, 'a keyword must be text', 'name the field to match');
  }
  if (asked.kind === 'null') {
    const isNull: Atom = { kind: 'null', field };
    return item.modifiers.includes('neq') ? not(atom(isNull)) : atom(isNull);
  }
  if (asked.kind === 'exists') {
    const exists = atom({ kind: 'exists', field });
    return asked.is ? exists : not(exists);
  }
  return atom({ kind: 'field', field, test: asked });
}

function fail(state: State, what: string, cure: string): never {
  const { item } = state;
  const name = item.field === null ? 'keywords' : `field "${item.field}"`;
  throw new RuleError(item.path, `${name}: ${what}`, cure);
}

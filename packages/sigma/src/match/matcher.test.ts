import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { runs } from '../../../../tools/property.ts';
import { type EventModel, type PlainEvent, pathReader, plainModel } from '../event-model.ts';
import type { Atom, Expression, ValueTest } from '../expressions/expression.ts';
import { globTest, MANY, parsePattern, patternText } from '../expressions/text-pattern.ts';
import { FIELD_VALUES_MAX } from '../limits.ts';
import { problemsOf, ruleSet, ruleYaml } from '../testing/rule.ts';
import { textsOf } from './event-fields.ts';
import { Matcher } from './matcher.ts';
import { textTest } from './value-test.ts';

const word = fc.constantFrom('x', 'y', 'z', 'xy', 'X', '12', 'y1');
const field = fc.constantFrom('a', 'b', 'c');
const item = fc.oneof(
  fc.tuple(field, word).map(([f, v]) => `${f}: ${v}`),
  fc.tuple(field, word, word).map(([f, v, w]) => `${f}: [${v}, ${w}]`),
  fc.tuple(field, word).map(([f, v]) => `${f}|contains: ${v}`),
  field.map((f) => `${f}|contains: [x1, y, z, q]`),
  fc.tuple(field, word).map(([f, v]) => `${f}|neq: ${v}`),
  field.map((f) => `${f}|cased: X`),
  field.map((f) => `${f}|gte: 12`),
  field.map((f) => `${f}|re: '^x'`),
  field.map((f) => `${f}: null`),
  field.map((f) => `${f}|exists: true`),
);
const condition = fc.constantFrom(
  ...['one and two', 'one or two', 'not one', 'one and not two', '1 of them', 'all of them'],
  ...['not (one or two) or one', '2 of them'],
);
const rule = fc
  .tuple(item, item, condition)
  .map(([one, two, of]) => ruleYaml(`one:\n  ${one}\ntwo:\n  ${two}\ncondition: ${of}`));
const event = fc.dictionary(
  field,
  fc.oneof(word, fc.constant(null), fc.constant(12), fc.boolean(), fc.array(word)),
);

test('planning per key changes no result, for any rules', () => {
  fc.assert(
    fc.property(
      fc.array(rule, { minLength: 1, maxLength: 6 }),
      fc.array(event),
      (yamls, events) => {
        const { rules } = ruleSet(yamls.join('\n---\n'));
        const expressions = rules.map(({ expression }) => expression);
        const matchers = [[], ['a'], ['a', 'b', 'c']].map(
          (fixed) => new Matcher(expressions, plainModel(fixed)),
        );
        for (const each of [...events, ...events]) {
          const [plain, ...ahead] = matchers.map((matcher) => [...matcher.match(each)]);
          for (const found of ahead) assert.deepEqual(found, plain);
        }
      },
    ),
    runs(150),
  );
});

/** The definition of an expression, word for word. */
function fits(of: Expression, event: PlainEvent): boolean {
  switch (of.kind) {
    case 'always':
      return true;
    case 'never':
      return false;
    case 'and':
      return of.of.every((part) => fits(part, event));
    case 'or':
      return of.of.some((part) => fits(part, event));
    case 'not':
      return !fits(of.of, event);
    case 'some':
      return of.of.filter((part) => fits(part, event)).length >= of.count;
    case 'atom':
      return atomFits(of.atom, event);
  }
}

function atomFits(of: Atom, event: PlainEvent): boolean {
  if (of.kind === 'source') return true;
  assert.ok(of.kind !== 'keyword', 'no rule of these tests has keywords');
  const value = pathReader(of.field)(event);
  if (of.kind === 'exists') return value !== undefined;
  if (of.kind === 'null') return value === undefined || value === null;
  return valueFits(of.test, textsOf(value));
}

function valueFits(of: ValueTest, texts: readonly string[]): boolean {
  if (of.kind === 'differs') return texts.length > 0 && !valueFits(of.from, texts);
  assert.ok(of.kind !== 'field', 'no rule of these tests compares fields');
  const is = textTest(of);
  return texts.some((text) => is(text, text.toLowerCase()));
}

/** The indices of the matching expressions, by the definition. */
function matching(expressions: readonly Expression[], event: PlainEvent): readonly number[] {
  return [...expressions.keys()].filter((at) => fits(expressions[at] as Expression, event));
}

/** Events with the same members have the same shape. */
function modelWithShapes(fixed: readonly string[]): EventModel<PlainEvent> {
  const shapes = new Map<string, object>();
  return {
    ...plainModel(fixed),
    shapeOf: (of) => {
      const names = Object.keys(of).sort().join();
      const shape = shapes.get(names) ?? {};
      shapes.set(names, shape);
      return shape;
    },
    lacks: (of, name) => !Object.hasOwn(of, name),
  };
}

test('the matcher finds what the rules mean, word for word', () => {
  fc.assert(
    fc.property(fc.array(rule, { minLength: 1 }), fc.array(event), (yamls, events) => {
      const { rules } = ruleSet(yamls.join('\n---\n'));
      const expressions = rules.map(({ expression }) => expression);
      const models = [plainModel(['a']), modelWithShapes([]), modelWithShapes(['a'])];
      const matchers = models.map((model) => new Matcher(expressions, model));
      // At the second time, results of the first are known.
      for (const each of [...events, ...events]) {
        const wanted = matching(expressions, each);
        for (const matcher of matchers) assert.deepEqual([...matcher.match(each)], wanted);
      }
    }),
    runs(150),
  );
});

test('texts are matched alike, however many there are and whether or not they repeat', () => {
  const details = ['a|contains: 7', 'a|re: "9$"', 'a|contains: 7\n  b: x', 'a: text 5', 'a|neq: x'];
  const yaml = details.map((detail) => ruleYaml(`selection:\n  ${detail}`)).join('\n---\n');
  const expressions = ruleSet(yaml).rules.map(({ expression }) => expression);
  const matcher = new Matcher(expressions, plainModel());
  const long = 'x'.repeat(1_000);
  const numbers = Array.from({ length: 5_000 }, (_, n) => n);
  for (const n of [...numbers, ...numbers.map((each) => each % 10)]) {
    const each = { a: n % 100 === 0 ? `${long} ${n}` : `Text ${n}`, b: n % 3 === 0 ? 'x' : 'y' };
    assert.deepEqual([...matcher.match(each)], matching(expressions, each));
  }
});

test('a glob agrees with an equivalent regular expression', () => {
  const pattern = fc
    .array(fc.constantFrom('a', 'b', '*', '?', '\\*', '\\\\'))
    .map((p) => p.join(''));
  const text = fc.array(fc.constantFrom('a', 'b', '*', '\\')).map((p) => p.join(''));
  fc.assert(
    fc.property(pattern, text, (written, of) => {
      const parsed = parsePattern(written);
      const source = parsed
        .map((piece) => {
          if (typeof piece === 'string') return piece.replaceAll(/[*\\]/g, '\\$&');
          return piece === MANY ? '.*' : '.';
        })
        .join('');
      assert.equal(globTest(parsed)(of), new RegExp(`^${source}$`).test(of));
      assert.deepEqual(parsePattern(patternText(parsed)), parsed);
    }),
    runs(500),
  );
});

test('a pattern that is designed to stall does not stall', () => {
  const text = 'a'.repeat(100_000);
  const star = parsePattern(`${'*a'.repeat(30)}*b`);
  assert.equal(globTest(star)(text), false);
  const { rules } = ruleSet(ruleYaml("selection:\n  a|re: '^(a+)+$'"));
  const matcher = new Matcher(
    rules.map(({ expression }) => expression),
    plainModel(),
  );
  assert.equal(matcher.match({ a: `${text}b` }).length, 0);
});

test('a rule is unsure about an event with too many values in its field', () => {
  const detections = [
    'selection:\n  list: evil',
    'selection:\n  list|re: ev.l',
    'selection:\n  list: good',
    'selection:\n  other: evil',
    'selection:\n  other: x\n  list: evil',
    'selection:\n  list|neq: good',
    'selection:\n  inner.list|contains: evil',
  ];
  const { rules } = ruleSet(detections.map((each) => ruleYaml(each)).join('\n---\n'));
  const matcher = new Matcher(
    rules.map(({ expression }) => expression),
    plainModel(),
  );
  const all = (most: number) => {
    const list = [...Array.from({ length: most }, () => 'good'), 'evil'];
    const fit = [...matcher.match({ list, inner: { list: [list] } })];
    return { fit, unsure: [...matcher.unsure] };
  };
  assert.deepEqual(all(FIELD_VALUES_MAX - 1), { fit: [0, 1, 2, 6], unsure: [] });
  // A rule that does not use the field, or is decided otherwise, stays sure.
  assert.deepEqual(all(FIELD_VALUES_MAX), { fit: [2], unsure: [0, 1, 5, 6] });
  assert.deepEqual([[...matcher.match({ list: 'x' })], matcher.unsure], [[5], []]);
});

test('an event of any shape is matched without a throw', () => {
  const { rules } = ruleSet(
    [
      ruleYaml("selection:\n  a.b|contains: x\n  c|re: 'y+'\n  d|cidr: 10.0.0.0/8"),
      ruleYaml('selection:\n  a|hour: 3\n  b|gt: 5'),
      ruleYaml('selection:\n  - evil\ncondition: not selection'),
      ruleYaml('selection:\n  __proto__: x'),
      ruleYaml('selection:\n  constructor|exists: true'),
    ].join('\n---\n'),
  );
  const matcher = new Matcher(
    rules.map(({ expression }) => expression),
    plainModel(['a']),
  );
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (any) => {
      assert.ok(!matcher.match(any).includes(4) || Object.hasOwn(any, 'constructor'));
    }),
    runs(300),
  );
});

test('refuses YAML that is designed to exhaust memory or stack, and reads the rest', () => {
  const good = ruleYaml('selection:\n  a: 1');
  const bomb = ['a: &a [x, x, x, x, x, x, x, x, x]', 'b: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]']
    .concat(
      [...'cdefghi'].map((n, i) => `${n}: &${n} [${Array(9).fill(`*${'bcdefgh'[i]}`).join(', ')}]`),
    )
    .join('\n');
  const deep = `x: ${'['.repeat(500)}${']'.repeat(500)}`;
  const abyss = `x: ${'['.repeat(100_000)}`;
  assert.match(problemsOf(`${bomb}\n---\n${good}`).join('\n'), /aliases cannot be followed/);
  assert.match(problemsOf(`${deep}\n---\n${good}`).join('\n'), /nests deeper/);
  assert.match(problemsOf(abyss).join('\n'), /not YAML/);
  assert.equal(problemsOf(`${bomb}\n---\n${good}`).length, 1);
});

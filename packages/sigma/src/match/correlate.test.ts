import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { runs } from '../../../../tools/property.ts';
import { parseRules } from '../parse/parse-rule.ts';
import type { Correlation } from '../rule-document.ts';
import { problemText } from '../rule-problem.ts';
import { problemsOf, ruleSet, ruleYaml } from '../testing/rule.ts';
import { correlate, type Sample, samplesMin } from './correlate.ts';

const MINUTE_MS = 60_000;

function correlation(text: string): Correlation {
  const lines = text.trim().split('\n');
  const yaml = ['title: C', 'correlation:', ...lines.map((line) => `  ${line}`)].join('\n');
  const { rules, problems } = parseRules('c.yml', yaml);
  assert.deepEqual(problems.map(problemText), []);
  return rules[0] as Correlation;
}

/** Samples of one value per minute; a gap is null. `part` by letter. */
function minutes(values: readonly (string | number | null)[], parts = ''): Sample[] {
  return values.flatMap((value, at) => {
    if (value === null) return [];
    const part = Math.max('abc'.indexOf(parts[at] ?? 'a'), 0);
    return [{ timeMs: at * MINUTE_MS, part, values: [String(value)] }];
  });
}

function hits(of: Correlation, samples: readonly Sample[]): string {
  return correlate(of, samples)
    .map(({ first, last }) => `${first}-${last}`)
    .join(' ');
}

const COUNT =
  'type: event_count\nrules: [r]\ngroup-by: [user]\ntimespan: 2m\ncondition: { gte: 3 }';

describe('event_count', () => {
  test('counts the events of a sliding window', () => {
    assert.equal(hits(correlation(COUNT), minutes([1, null, 1, 1, 1])), '1-3');
    assert.equal(hits(correlation(COUNT), minutes([1, null, null, 1, null, 1])), '');
  });

  test('a window as long as the timespan includes both ends', () => {
    assert.equal(hits(correlation(COUNT), minutes([1, 1, 1])), '0-2');
  });

  test('accepts all comparisons, and two of them as a range', () => {
    const of = (condition: string): string =>
      hits(correlation(COUNT.replace('{ gte: 3 }', condition)), minutes([1, 1, 1, 1]));
    assert.equal(of('{ gt: 2 }'), '0-3');
    assert.equal(of('{ lt: 2 }'), '0-0');
    assert.equal(of('{ lte: 2 }'), '0-1');
    assert.equal(of('{ eq: 2 }'), '0-1');
    assert.equal(of('{ neq: 3 }'), '0-1');
    assert.equal(of('{ gte: 2, lt: 3 }'), '0-1');
  });

  test('counts simultaneous events together', () => {
    const samples = [0, 0, 0].map((timeMs) => ({ timeMs, part: 0, values: [] }));
    assert.equal(hits(correlation(COUNT.replace('gte: 3', 'eq: 2')), samples), '');
    assert.equal(hits(correlation(COUNT), samples), '0-2');
  });

  test('examines windows that end within an interval, and includes earlier samples', () => {
    const samples = minutes([1, 1, 1, 1]);
    const within = { from: 3 * MINUTE_MS, to: 4 * MINUTE_MS };
    assert.deepEqual(correlate(correlation(COUNT), samples, within), [{ first: 1, last: 3 }]);
    assert.deepEqual(correlate(correlation(COUNT), samples, { from: 0, to: MINUTE_MS }), []);
  });
});

describe('value_count', () => {
  const VALUES = COUNT.replace('event_count', 'value_count');
  const of = correlation(VALUES.replace('{ gte: 3 }', '{ field: x, gte: 3 }'));

  test('counts distinct values', () => {
    assert.equal(hits(of, minutes(['a', 'a', 'b'])), '');
    assert.equal(hits(of, minutes(['a', 'a', 'b', 'c'])), '1-3');
  });

  test('ignores a missing value', () => {
    const samples: Sample[] = minutes(['a', 'b', 'c']).map((s, at) =>
      at === 0 ? { ...s, values: [null] } : s,
    );
    assert.equal(hits(of, samples), '');
  });

  test('several fields are one tuple', () => {
    const two = correlation(VALUES.replace('{ gte: 3 }', '{ field: [x, y], gte: 3 }'));
    const tuple = (at: number, ...values: string[]): Sample => ({ timeMs: at, part: 0, values });
    assert.equal(hits(two, [tuple(0, 'a', 'b'), tuple(1, 'ab', ''), tuple(2, 'a', 'c')]), '0-2');
  });
});

describe('value_sum, value_avg, value_percentile', () => {
  const numeric = (type: string, condition: string): Correlation =>
    correlation(`type: ${type}\nrules: [r]\ntimespan: 2m\ncondition: { field: x, ${condition} }`);

  test('sums numbers, and ignores other values', () => {
    assert.equal(hits(numeric('value_sum', 'gte: 10'), minutes([4, 'x', 6, 1])), '0-2');
    assert.equal(hits(numeric('value_sum', 'gte: 10'), minutes(['x', 'y'])), '');
  });

  test('computes the average of a window', () => {
    assert.equal(hits(numeric('value_avg', 'gt: 4'), minutes([1, 9, 1, 1])), '0-1');
    assert.equal(hits(numeric('value_avg', 'lt: 5'), minutes(['none'])), '');
  });

  test('computes a percentile by nearest rank', () => {
    const samples = minutes([1, 5, 9]);
    assert.equal(hits(numeric('value_percentile', 'percentile: 50, eq: 5'), samples), '0-2');
    assert.equal(hits(numeric('value_percentile', 'percentile: 100, gte: 9'), samples), '0-2');
    assert.equal(hits(numeric('value_percentile', 'gte: 9'), samples), '0-2');
  });
});

describe('temporal', () => {
  const of = correlation('type: temporal\nrules: [a, b]\ngroup-by: [u]\ntimespan: 2m');

  test('requires all rules in a window, in any order', () => {
    assert.equal(hits(of, minutes([1, 1, 1], 'bxa')), '0-2');
    assert.equal(hits(of, minutes([1, null, null, 1], 'bxxa')), '');
    assert.equal(hits(of, minutes([1, 1], 'aa')), '');
  });

  test('with a bound, requires that many of them', () => {
    const two = correlation(
      'type: temporal\nrules: [a, b, c]\ngroup-by: [u]\ntimespan: 2m\ncondition: { gte: 2 }',
    );
    assert.equal(hits(two, minutes([1, 1], 'ca')), '0-1');
  });
});

describe('temporal_ordered', () => {
  const of = correlation('type: temporal_ordered\nrules: [a, b, c]\ngroup-by: [u]\ntimespan: 4m');

  test('requires the listed order', () => {
    assert.equal(hits(of, minutes([1, 1, 1], 'abc')), '0-2');
    assert.equal(hits(of, minutes([1, 1, 1], 'bac')), '');
    assert.equal(hits(of, minutes([1, 1, 1, 1], 'abac')), '0-3');
  });

  test('starts at the latest possible event', () => {
    assert.equal(hits(of, minutes([1, null, 1, 1, null, 1, 1], 'axabxbc')), '1-4');
    assert.equal(hits(of, minutes([1, 1, null, null, null, 1], 'abxxxc')), '');
  });

  test('simultaneous events count in any order', () => {
    const at = (timeMs: number, part: number): Sample => ({ timeMs, part, values: [] });
    assert.equal(hits(of, [at(0, 2), at(0, 1), at(0, 0)]), '0-2');
  });
});

test('the order of arrival has no effect on sorted samples', () => {
  const sample = fc.record({
    timeMs: fc.integer({ min: 0, max: 20 }).map((n) => n * MINUTE_MS),
    part: fc.integer({ min: 0, max: 2 }),
    values: fc.tuple(fc.constantFrom('a', 'b', 'c')),
  });
  const types = ['event_count', 'value_count', 'temporal', 'temporal_ordered'] as const;
  fc.assert(
    fc.property(fc.array(sample, { maxLength: 30 }), fc.constantFrom(...types), (all, type) => {
      const bound = type.startsWith('temporal') ? '' : '\ncondition: { field: x, gte: 3 }';
      const of = correlation(`type: ${type}\nrules: [a, b, c]\ntimespan: 5m${bound}`);
      const inOrder = [...all].sort((a, b) => a.timeMs - b.timeMs);
      const other = [...all].reverse().sort((a, b) => a.timeMs - b.timeMs);
      const times = (samples: Sample[]): number[][] =>
        correlate(of, samples).map(({ first, last }) =>
          [first, last].map((i) => (samples[i] as Sample).timeMs),
        );
      assert.deepEqual(times(inOrder), times(other));
    }),
    runs(200),
  );
});

test('a correlation is never fulfilled with fewer samples than its minimum', () => {
  const sample = fc.record({
    timeMs: fc.integer({ min: 0, max: 6 }).map((n) => n * MINUTE_MS),
    part: fc.integer({ min: 0, max: 2 }),
    values: fc.tuple(fc.constantFrom('1', '2', '3')),
  });
  const types = ['event_count', 'value_count', 'value_sum', 'temporal', 'temporal_ordered'];
  const bounds = ['gte: 2', 'gt: 2', 'eq: 2', 'lt: 2', 'neq: 1', 'gte: 1, lte: 3', ''];
  fc.assert(
    fc.property(
      fc.array(sample, { maxLength: 6 }),
      fc.constantFrom(...types),
      fc.constantFrom(...bounds),
      (all, type, bound) => {
        fc.pre(type === 'temporal' || (bound === '') === (type === 'temporal_ordered'));
        const field = type.startsWith('value') ? 'field: x, ' : '';
        const condition = bound === '' ? '' : `\ncondition: { ${field}${bound} }`;
        const of = correlation(`type: ${type}\nrules: [a, b, c]\ntimespan: 5m${condition}`);
        const inOrder = [...all].sort((a, b) => a.timeMs - b.timeMs);
        if (correlate(of, inOrder).length > 0) assert.ok(all.length >= samplesMin(of));
      },
    ),
    runs(300),
  );
  const least = (text: string): number => samplesMin(correlation(text));
  assert.equal(least(COUNT), 3);
  assert.equal(least(COUNT.replace('gte: 3', 'gt: 3')), 4);
  assert.equal(least(COUNT.replace('gte: 3', 'lte: 3')), 1);
  assert.equal(least('type: temporal\nrules: [a, b, a]\ntimespan: 2m'), 2);
  assert.equal(least('type: temporal_ordered\nrules: [a, b, a]\ntimespan: 2m'), 3);
});

test('windows agree with a count by hand', () => {
  const times = fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 25 });
  fc.assert(
    fc.property(times, fc.integer({ min: 1, max: 6 }), (unsorted, gte) => {
      const sorted = [...unsorted].sort((a, b) => a - b);
      const of = correlation(
        `type: event_count\nrules: [r]\ntimespan: 10s\ncondition: { gte: ${gte} }`,
      );
      const samples = sorted.map((s) => ({ timeMs: s * 1_000, part: 0, values: [] }));
      const isAny = sorted.some(
        (to) => sorted.filter((s) => s <= to && s >= to - 10).length >= gte,
      );
      assert.equal(correlate(of, samples).length > 0, isAny);
    }),
    runs(300),
  );
});

test('resolves names, ids, chains and aliases, and silences the referenced rules', () => {
  const base = (name: string): string => ruleYaml('selection:\n  a: 1', `name: ${name}`);
  const set = ruleSet(
    [
      'title: Outer\ncorrelation:\n  type: event_count\n  rules: [inner]\n  timespan: 1h\n' +
        '  condition: { gte: 2 }',
      'title: Inner\nname: inner\ncorrelation:\n  type: temporal\n  rules: [one, two]\n' +
        '  timespan: 1h\n  group-by: [who]\n  aliases:\n    who: { one: user, two: account }',
      base('one'),
      base('two'),
      base('three'),
    ].join('\n---\n'),
  );
  assert.deepEqual(
    set.rules.map(({ rule, alerts }) => [rule.name, alerts]),
    [
      ['one', false],
      ['two', false],
      ['three', true],
    ],
  );
  assert.deepEqual(
    set.correlations.map(({ correlation: of, alerts }) => [of.title, alerts]),
    [
      ['Inner', false],
      ['Outer', true],
    ],
  );
  assert.deepEqual(set.correlations[1]?.parts, [{ kind: 'correlation', at: 0 }]);
  assert.equal(set.correlations[0]?.correlation.aliases.get('who')?.get('two'), 'account');
});

test('with "generate" the rules also alert', () => {
  const yaml = `${ruleYaml('selection:\n  a: 1', 'name: one')}
---
title: C
correlation:
  { type: event_count, rules: [one], timespan: 1h, condition: { gte: 2 }, generate: true }`;
  assert.equal(ruleSet(yaml).rules[0]?.alerts, true);
});

for (const [what, section, problem] of [
  ['an unknown rule', 'type: temporal, rules: [x], timespan: 1h', /no rule is called "x"/],
  ['itself', 'type: temporal, rules: [me], timespan: 1h', /no rule is called "me"/],
  ['no type', 'rules: [x], timespan: 1h', /the type cannot be what is written; use event_count/],
  ['not a timespan', 'type: temporal, rules: [x]', /the timespan is missing/],
  ['an odd timespan', 'type: temporal, rules: [x], timespan: 1w', /"1w" is not a timespan/],
  ['no bound', 'type: event_count, rules: [x], timespan: 1h', /needs a bound/],
  [
    'no field',
    'type: value_count, rules: [x], timespan: 1h, condition: { gte: 2 }',
    /needs the field/,
  ],
  [
    'an odd bound',
    'type: event_count, rules: [x], timespan: 1h, condition: { ge: 2 }',
    /use gt, gte/,
  ],
] as const) {
  test(`reports with position and fix: ${what}`, () => {
    const problems = problemsOf(`title: C\nname: me\ncorrelation: { ${section} }`);
    assert.equal(problems.length, 1);
    assert.match(problems[0] as string, problem);
  });
}

test('reports a cycle of correlations, and continues with the rest', () => {
  const of = (name: string, other: string): string =>
    `title: ${name}\nname: ${name}\ncorrelation:
  { type: temporal, rules: [${other}], timespan: 1h }`;
  const problems = problemsOf(
    [of('a', 'b'), of('b', 'a'), ruleYaml('selection:\n  x: 1')].join('\n---\n'),
  );
  assert.ok(problems.length > 0 && problems.every((text) => /refers to itself|no rule/.test(text)));
});

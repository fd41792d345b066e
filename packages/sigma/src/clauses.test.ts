import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { PlainEvent } from './event-model.ts';
import { fits, problemsOf, ruleYaml } from './testing/rule.ts';

/** Clause by clause of Sigma 2.1.0: a detection, events, and the expected matches. */
type Clause = readonly [what: string, detection: string, events: PlainEvent[], found: string];

const A = (...values: readonly unknown[]): PlainEvent[] => values.map((a) => ({ a }));
const select = (item: string): string => `selection:\n  ${item}`;

const DETECTIONS: readonly Clause[] = [
  ['a map requires all of its items', select('a: 1\n  b: 2'), [{ a: 1, b: 2 }, { a: 1 }], 'yn'],
  [
    'a list of maps requires any of them',
    'selection:\n  - a: 1\n  - b: 2',
    [{ b: 2 }, { c: 3 }],
    'yn',
  ],
  ['a list of values requires any of them', select('a: [x, y]'), A('x', 'y', 'z'), 'yyn'],
  ['a list of texts is a keyword search', 'selection:\n  - evil\n  - bad', A('an EVIL', 'x'), 'yn'],
  ['one text is a keyword search', 'selection: evil', A('an evil', 'x'), 'yn'],
  ['all keywords', "selection:\n  '|all':\n    - x\n    - y", A('x and y', 'x'), 'yn'],
  ['keywords have wildcards', 'selection:\n  - ev*l', A('an evil thing', 'x'), 'yn'],
  [
    'keywords and maps in one list',
    'selection:\n  - evil\n  - b: 2',
    [{ b: 2 }, { a: 'evil' }],
    'yy',
  ],
  ['texts match in any case', select('a: AbC'), A('aBc', 'abcd'), 'yn'],
  ['a star matches any length', select("a: 'x*z'"), A('xz', 'xyyz', 'xy'), 'yyn'],
  ['a question mark matches one character', select("a: 'x?z'"), A('xyz', 'xz', 'xyyz'), 'ynn'],
  ['an escaped star is itself', select("a: 'x\\*'"), A('x*', 'xy'), 'yn'],
  ['an escaped question mark is itself', select("a: 'x\\?'"), A('x?', 'xy'), 'yn'],
  ['a backslash before a wildcard', select("a: 'x\\\\*'"), A('x\\', 'x\\y', 'xy'), 'yyn'],
  ['a backslash and a star, both literal', select("a: 'x\\\\\\*'"), A('x\\*', 'x\\y'), 'yn'],
  ['a single backslash is itself', select("a: 'C:\\Windows'"), A('c:\\windows'), 'y'],
  ['four backslashes are two', select("a: '\\\\\\\\srv'"), A('\\\\srv', '\\srv'), 'yn'],
  ['an empty text', select("a: ''"), [...A('', 'x'), {}], 'ynn'],
  ['null matches null and a missing field', select('a: null'), [...A(null, '', 'x'), {}], 'ynny'],
  ['numbers are equal as numbers', select('a: 50126'), A(50126, '50126', '50126.0', 5), 'yyyn'],
  ['booleans in any case', select('a: true'), A(true, 'True', false), 'yyn'],
  ['a field with several values', select('a: x'), A(['w', 'x'], ['w']), 'yn'],
  [
    'a field below another',
    select('a.b: x'),
    [{ a: { b: 'x' } }, { 'a.b': 'x' }, { b: 'x' }],
    'yyn',
  ],
  ['fields of the members of a list', select('a.b: x'), [{ a: [{ b: 'w' }, { b: 'x' }] }], 'y'],
];

const MODIFIERS: readonly Clause[] = [
  ['contains', select('a|contains: b'), A('abc', 'B', 'ac'), 'yyn'],
  ['contains with wildcards in the value', select("a|contains: 'b?d'"), A('abcde', 'abd'), 'yn'],
  ['startswith', select('a|startswith: ab'), A('ABc', 'cab'), 'yn'],
  ['endswith', select('a|endswith: bc'), A('aBC', 'bca'), 'yn'],
  ['contains of an object', select('a|contains: Forward'), A([{ Name: 'ForwardTo' }]), 'y'],
  ['all', select('a|contains|all: [x, y]'), A('xy', 'x'), 'yn'],
  ['all, of several values', select('a|all: [x, y]'), A(['x', 'y'], ['x']), 'yn'],
  ['cased', select('a|cased: Ab'), A('Ab', 'ab'), 'yn'],
  ['contains, cased', select('a|contains|cased: Ab'), A('xAb', 'xab'), 'yn'],
  ['exists', select('a|exists: true'), [...A('x', null), { b: 1 }], 'yyn'],
  ['exists not', select('a|exists: false'), [...A('x', null), { b: 1 }], 'nny'],
  ['neq', select('a|neq: x'), [...A('x', 'y', ['x', 'y']), {}], 'nynn'],
  ['neq of a number', select('a|neq: 5'), A(5, '5', 6), 'nny'],
  ['neq of all of a list', select('a|neq|all: [x, y]'), A('x', 'z'), 'ny'],
  ['re matches anywhere', select("a|re: 'b[cd]+e'"), A('abcde', 'abe'), 'yn'],
  ['re has anchors', select("a|re: '^ab$'"), A('ab', 'xab'), 'yn'],
  ['re is case-sensitive', select('a|re: AB'), A('AB', 'ab'), 'yn'],
  ['re with i', select('a|re|i: AB'), A('ab'), 'y'],
  ['re with m', select("a|re|m: '^b$'"), A('a\nb', 'ab'), 'yn'],
  ['re without s', select("a|re: 'a.b'"), A('a\nb'), 'n'],
  ['re with s', select("a|re|s: 'a.b'"), A('a\nb'), 'y'],
  ['re with several flags', select("a|re|i|s: 'A.B'"), A('a\nb'), 'y'],
  ['re with startswith', select("a|re|startswith: 'b|c'"), A('bx', 'xb', 'xc'), 'ynn'],
  ['re with endswith', select("a|re|endswith: 'b|c'"), A('xc', 'cx'), 'yn'],
  ['re keeps its backslashes', select("a|re: 'a\\.b\\\\c'"), A('a.b\\c', 'axb\\c'), 'yn'],
  ['cidr, IPv4', select('a|cidr: 192.0.2.0/24'), A('192.0.2.7', '192.0.3.7', 'x'), 'ynn'],
  ['cidr, IPv6', select("a|cidr: '2001:db8::/32'"), A('2001:db8::7', '2001:db9::7'), 'yn'],
  ['cidr, with a port', select('a|cidr: [192.0.2.0/24]'), A('192.0.2.7:443'), 'y'],
  ['cidr, several', select("a|cidr: [10.0.0.0/8, '::1/128']"), A('10.1.1.1', '[::1]:5'), 'yy'],
  ['lt', select('a|lt: 5'), A(4, '4', 5, 'x'), 'yynn'],
  ['lte', select('a|lte: 5'), A(5, 6), 'yn'],
  ['gt', select('a|gt: 5'), A(5, 6.5), 'ny'],
  ['gte', select('a|gte: 5'), A(5, 4), 'yn'],
  ['base64', select('a|base64: foobar'), A('Zm9vYmFy', 'foobar'), 'yn'],
  ['base64offset', select('a|base64offset|contains: foobar'), A(at(0), at(1), at(2), 'x'), 'yyyn'],
  ['wide', select('a|wide|base64: ab'), A(Buffer.from('ab', 'utf16le').toString('base64')), 'y'],
  ['utf16le', select('a|utf16le|base64: ab'), A('YQBiAA=='), 'y'],
  ['utf16be', select('a|utf16be|base64: ab'), A('AGEAYg=='), 'y'],
  ['utf16 has a byte order mark', select('a|utf16|base64: ab'), A('//5hAGIA'), 'y'],
  ['wide, then contains', select('a|wide|base64offset|contains: foobar'), A(wideAt(1)), 'y'],
  ['windash', select("a|windash|contains: ' -f'"), A('x -f', 'x /f', 'x \u2013f', 'x f'), 'yyyn'],
  ['windash, twice', select("a|windash|contains: '-a -b'"), A('/a \u2014b', 'a b'), 'yn'],
  ['minute', select('a|minute: 30'), A('2026-03-02T09:30:00Z', '2026-03-02T09:31:00Z'), 'yn'],
  ['hour', select('a|hour|gte: 22'), A('2026-03-02T23:30:00', '2026-03-02T09:31:00'), 'yn'],
  ['day', select('a|day: 2'), A('2026-03-02', 1_772_442_000_000, 'x'), 'yyn'],
  ['week', select('a|week: 53'), A('2027-01-01', '2026-12-31', '2027-01-04'), 'yyn'],
  ['month', select('a|month: [1, 2]'), A('2026-02-01', '2026-03-01'), 'yn'],
  ['year', select('a|year|lt: 2026'), A('2025-12-31', '2026-01-01'), 'yn'],
  [
    'fieldref',
    select('a|fieldref: b'),
    [{ a: 'X', b: 'x' }, { a: 'x', b: 'y' }, { a: 'x' }],
    'ynn',
  ],
  [
    'fieldref, not equal',
    select('a|fieldref|neq: b'),
    [
      { a: 'x', b: 'x' },
      { a: 'x', b: 'y' },
    ],
    'ny',
  ],
  ['fieldref with endswith', select('a|fieldref|endswith: b'), [{ a: 'wx', b: 'x' }], 'y'],
];

function at(offset: number): string {
  return Buffer.from(`${'x'.repeat(offset)}foobar!!`).toString('base64');
}

function wideAt(offset: number): string {
  const bytes = Buffer.concat([Buffer.alloc(offset), Buffer.from('foobar', 'utf16le')]);
  return Buffer.concat([bytes, Buffer.alloc(3)]).toString('base64');
}

const THREE = 's_one:\n  a: 1\ns_two:\n  b: 2\nother:\n  c: 3\n_hidden:\n  d: 4\n';
const B = { b: 2 };
const D = { d: 4 };
const CONDITIONS: readonly Clause[] = [
  ['and', `${THREE}condition: s_one and s_two`, [{ a: 1, ...B }, { a: 1 }], 'yn'],
  ['or', `${THREE}condition: s_one or s_two`, [{ a: 1 }, B, { c: 3 }], 'yyn'],
  ['not', `${THREE}condition: not s_one`, [{ a: 1 }, B], 'ny'],
  ['not not', `${THREE}condition: not not s_one`, [{ a: 1 }, B], 'yn'],
  ['and binds closer than or', `${THREE}condition: other or s_one and s_two`, [{ c: 3 }, B], 'yn'],
  ['not binds closest', `${THREE}condition: not s_one and s_two`, [B, { a: 1, ...B }], 'yn'],
  [
    'parentheses',
    `${THREE}condition: (other or s_one) and s_two`,
    [{ c: 3 }, { a: 1, ...B }],
    'ny',
  ],
  [
    'keywords in any case',
    `${THREE}condition: s_one AND NOT s_two`,
    [{ a: 1 }, { a: 1, ...B }],
    'yn',
  ],
  ['1 of them', `${THREE}condition: 1 of them`, [{ c: 3 }, {}, D], 'ynn'],
  ['all of them', `${THREE}condition: all of them`, [{ a: 1, ...B, c: 3 }, { a: 1 }], 'yn'],
  ['1 of a pattern', `${THREE}condition: 1 of s_*`, [B, { c: 3 }], 'yn'],
  ['all of a pattern', `${THREE}condition: all of s_*`, [{ a: 1, ...B }, { a: 1 }], 'yn'],
  ['a pattern with a leading star', `${THREE}condition: 1 of *er`, [{ c: 3 }, B], 'yn'],
  ['a pattern with a star in the middle', `${THREE}condition: 1 of s*o`, [B, { a: 1 }], 'yn'],
  ['any of', `${THREE}condition: any of s_*`, [B, { c: 3 }], 'yn'],
  ['2 of', `${THREE}condition: 2 of them`, [{ a: 1, c: 3 }, { a: 1 }], 'yn'],
  ['not 1 of', `${THREE}condition: other and not 1 of s_*`, [{ c: 3 }, { c: 3, ...B }], 'yn'],
  ['a list is any of them', `${THREE}condition:\n  - s_one\n  - s_two`, [{ a: 1 }, B, D], 'yyn'],
  ['a hidden detection by its name', `${THREE}condition: _hidden`, [D, { a: 1 }], 'yn'],
];

for (const [name, clauses] of [
  ['detections', DETECTIONS],
  ['modifiers', MODIFIERS],
  ['conditions', CONDITIONS],
] as const) {
  describe(name, () => {
    for (const [what, detection, events, found] of clauses) {
      test(what, () => assert.equal(fits(ruleYaml(detection), events), found));
    }
  });
}

test('reads every field of a rule, and keeps members that Sigma does not define', () => {
  const rest = 'level: high\nstatus: test\ntags: [attack.t1110.003]\nmine: { a: 1 }\nlicense: MIT';
  assert.deepEqual(problemsOf(ruleYaml('selection:\n  a: 1', rest)), []);
});

const BAD: readonly (readonly [what: string, yaml: string, problem: RegExp])[] = [
  [
    'an unknown modifier',
    ruleYaml(select('a|contian: x')),
    /^a\.yml:6:\d+: .*"contian".*; use all/,
  ],
  [
    'an unknown detection',
    ruleYaml('selection:\n  a: 1\ncondition: slection'),
    /there are selection/,
  ],
  ['a condition cut short', ruleYaml('selection:\n  a: 1\ncondition: selection and'), /too early/],
  ['a parenthesis left open', ruleYaml('x:\n  a: 1\ncondition: (x'), /close it with/],
  ['two detections in a row', ruleYaml('x:\n  a: 1\ny:\n  b: 1\ncondition: x y'), /join the parts/],
  ['an aggregation of Sigma 1', ruleYaml('x:\n  a: 1\ncondition: x | count() > 5'), /correlation/],
  ['a timeframe of Sigma 1', ruleYaml('x:\n  a: 1\ntimeframe: 5m\ncondition: x'), /timespan/],
  ['null in a list', ruleYaml(select('a: [null, x]')), /separate detection/],
  ['all of one value', ruleYaml(select('a|all: x')), /several values/],
  ['exists of a text', ruleYaml(select('a|exists: maybe')), /true or false/],
  ['a flag without re', ruleYaml(select('a|i: x')), /\|re\|i/],
  ['look-around', ruleYaml(select("a|re: '(?=x)y'")), /linear time/],
  ['no network', ruleYaml(select('a|cidr: 192.0.2.0/40')), /write it like/],
  ['lt of a text', ruleYaml(select('a|lt: many')), /needs a number/],
  ['wildcards in base64', ruleYaml(select("a|base64: 'x*'")), /escape them/],
  ['a placeholder without a value', ruleYaml(select("a|expand: '%admins%'")), /%admins%.*vars/],
  ['no title', 'logsource: { product: x }\ndetection: { s: { a: 1 }, condition: s }', /title/],
  ['no log source', 'title: T\ndetection: { s: { a: 1 }, condition: s }', /log source/],
  [
    'an empty log source',
    'title: T\nlogsource: {}\ndetection: { s: { a: 1 }, condition: s }',
    /empty/,
  ],
  ['no detection', 'title: T\nlogsource: { product: x }', /"detection", a correlation/],
  [
    'a level that Sigma does not define',
    ruleYaml('selection:\n  a: 1', 'level: severe'),
    /use informational/,
  ],
  ['broken YAML', 'title: "T', /not YAML/],
  ['a list where a map should be', '- 1', /map/],
];

for (const [what, yaml, problem] of BAD) {
  test(`reports with position and fix: ${what}`, () => {
    const problems = problemsOf(yaml);
    assert.equal(problems.length, 1, problems.join('\n'));
    assert.match(problems[0] as string, problem);
    assert.match(problems[0] as string, /^a\.yml:\d+:\d+: error: .+; .+/);
  });
}

test('a detection that the condition does not use is a warning, and the rule works', () => {
  const yaml = ruleYaml('x:\n  a: 1\ny:\n  b: 1\ncondition: x');
  assert.match(problemsOf(yaml).join(), /warning: "Test": its condition does not use "y"/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePipelines } from '../parse/parse-pipeline.ts';
import { problemText } from '../rule-problem.ts';
import { fits, pipelinesOf, problemsOf, ruleYaml } from '../testing/rule.ts';

const rule = (item: string): string => ruleYaml(`selection:\n  ${item}`);
const pipeline = (...transformations: string[]): string =>
  ['name: Test', 'transformations:', ...transformations.map((one) => `  - ${one}`)].join('\n');

test('renames a field, to one name or to any of several', () => {
  const mapping = pipeline('{ type: field_name_mapping, mapping: { user: [a, b], ip: c } }');
  assert.equal(fits(rule('user: x'), [{ a: 'x' }, { b: 'x' }, { user: 'x' }], mapping), 'yyn');
  assert.equal(fits(rule('ip|startswith: x'), [{ c: 'xy' }, { ip: 'xy' }], mapping), 'yn');
  // "all" holds for each name separately.
  const events = [{ a: 'xy' }, { a: 'x', b: 'y' }];
  assert.equal(fits(rule('user|contains|all: [x, y]'), events, mapping), 'yn');
});

test('renames by prefix, and adds a prefix or suffix', () => {
  const mapping = pipeline('{ type: field_name_prefix_mapping, mapping: { "p.": "q." } }');
  assert.equal(fits(rule('p.u: x'), [{ q: { u: 'x' } }, { p: { u: 'x' } }], mapping), 'yn');
  const prefix = pipeline('{ type: field_name_prefix, prefix: "q." }');
  assert.equal(fits(rule('u: x'), [{ q: { u: 'x' } }], prefix), 'y');
  const suffix = pipeline('{ type: field_name_suffix, suffix: Text }');
  assert.equal(fits(rule('u: x'), [{ uText: 'x' }], suffix), 'y');
});

test('changes values', () => {
  const map = pipeline('{ type: map_string, mapping: { Success: [ok, fine], "1": 0 } }');
  assert.equal(fits(rule('a: Success'), [{ a: 'ok' }, { a: 'fine' }, { a: 'x' }], map), 'yyn');
  assert.equal(fits(rule('a: 1'), [{ a: 0 }, { a: 1 }], map), 'yn');
  const replace = pipeline(
    '{ type: replace_string, regex: "^MICROSOFT\\\\.(.+)$", replacement: "\\\\1" }',
  );
  assert.equal(fits(rule('a: MICROSOFT.X/WRITE'), [{ a: 'x/write' }], replace), 'y');
  const set = pipeline('{ type: set_value, value: 7 }');
  assert.equal(fits(rule('a: x'), [{ a: 7 }], set), 'y');
  const number = pipeline('{ type: convert_type, target_type: num }');
  assert.equal(fits(rule("a: '07'"), [{ a: 7 }], number), 'y');
  const text = pipeline('{ type: convert_type, target_type: str }');
  assert.equal(fits(rule('a: 7'), [{ a: 7 }, { a: '7.0' }], text), 'yn');
  const lower = pipeline('{ type: case, method: upper }');
  assert.equal(fits(rule('a|cased: x'), [{ a: 'X' }], lower), 'y');
});

test('adds plain and negated conditions, and drops items', () => {
  const add = pipeline('{ type: add_condition, conditions: { b: [1, 2] } }');
  assert.equal(fits(rule('a: 1'), [{ a: 1, b: 2 }, { a: 1 }], add), 'yn');
  const none = pipeline('{ type: add_condition, negated: true, conditions: { b|contains: x } }');
  assert.equal(fits(rule('a: 1'), [{ a: 1 }, { a: 1, b: 'xy' }], none), 'yn');
  const drop = pipeline(
    '{ type: drop_detection_item, field_name_conditions: [{ type: include_fields, fields: [b] }] }',
  );
  assert.equal(fits(rule('a: 1\n  b: 2'), [{ a: 1 }], drop), 'y');
});

test('applies if its conditions hold: rule, item and field', () => {
  const of = (conditions: string): string =>
    pipeline(`{ type: field_name_mapping, mapping: { a: z }, ${conditions} }`);
  const isRenamed = (conditions: string, item = 'a: x', rest = ''): boolean =>
    fits(ruleYaml(`selection:\n  ${item}`, rest), [{ z: 'x' }], of(conditions)) === 'y';
  const ruleIf = (condition: string): string => `rule_conditions: [{ ${condition} }]`;
  assert.ok(isRenamed(ruleIf('type: logsource, product: test')));
  assert.ok(!isRenamed(ruleIf('type: logsource, product: other')));
  assert.ok(isRenamed(ruleIf('type: contains_field, field: a')));
  assert.ok(!isRenamed(ruleIf('type: contains_field, field: b')));
  assert.ok(isRenamed(ruleIf('type: contains_detection_item, field: a, value: x')));
  assert.ok(isRenamed(ruleIf('type: tag, tag: attack.t1110'), 'a: x', 'tags: [attack.T1110]'));
  assert.ok(isRenamed(ruleIf('type: taxonomy, taxonomy: sigma')));
  assert.ok(isRenamed(`${ruleIf('type: tag, tag: x')}, rule_cond_not: true`));
  const two = '[{ type: tag, tag: x }, { type: taxonomy, taxonomy: sigma }]';
  assert.ok(!isRenamed(`rule_conditions: ${two}`));
  assert.ok(isRenamed(`rule_conditions: ${two}, rule_cond_op: or`));
  const itemIf = (condition: string): string => `detection_item_conditions: [{ ${condition} }]`;
  assert.ok(isRenamed(itemIf('type: match_string, pattern: "^x$"')));
  assert.ok(!isRenamed(itemIf('type: match_string, pattern: "^y$"')));
  assert.ok(!isRenamed(itemIf('type: is_null')));
  const fieldIf = (condition: string): string => `field_name_conditions: [{ ${condition} }]`;
  assert.ok(isRenamed(fieldIf('type: include_fields, fields: ["[ab]"], match_type: re')));
  assert.ok(!isRenamed(fieldIf('type: exclude_fields, fields: [a]')));
});

test('knows earlier transformations and stored state', () => {
  const chained = pipeline(
    '{ id: first, type: field_name_mapping, mapping: { a: m } }',
    '{ type: set_state, key: k, val: v }',
    '{ type: field_name_mapping, mapping: { m: n }, detection_item_conditions: ' +
      '[{ type: processing_item_applied, processing_item_id: first }] }',
    '{ type: field_name_mapping, mapping: { n: o }, rule_conditions: ' +
      '[{ type: processing_state, key: k, val: v }, ' +
      '{ type: processing_item_applied, processing_item_id: first }] }',
  );
  assert.equal(fits(rule('a: x'), [{ o: 'x' }], chained), 'y');
  assert.equal(fits(rule('m: x'), [{ n: 'x' }, { o: 'x' }, { m: 'x' }], chained), 'nny');
});

test('placeholders become their values, or a wildcard', () => {
  const filled = `vars: { admins: [ada, 'bob*'] }\n${pipeline('{ type: value_placeholders }')}`;
  const item = rule("a|expand: 'x-%admins%'");
  assert.equal(fits(item, [{ a: 'x-ada' }, { a: 'x-bobby' }, { a: 'x-eve' }], filled), 'yyn');
  const wild = pipeline('{ type: wildcard_placeholders, include: [admins] }');
  assert.equal(fits(item, [{ a: 'x-eve' }, { a: 'y' }], wild), 'yn');
  assert.match(problemsOf(rule("a|expand: '%other%'"), pipelinesOf(wild)).join(), /%other%/);
});

test('refuses a rule if it says so', () => {
  const refusal = pipeline('{ type: rule_failure, message: not for us }');
  assert.match(problemsOf(rule('a: x'), pipelinesOf(refusal)).join(), /"Test": not for us/);
  const item = pipeline('{ type: detection_item_failure, message: no such field }');
  assert.match(problemsOf(rule('a: x'), pipelinesOf(item)).join(), /no such field/);
});

test('changes the log source before later conditions are evaluated', () => {
  const moved = pipeline(
    '{ type: change_logsource, product: moved }',
    '{ type: field_name_mapping, mapping: { a: z }, rule_conditions: ' +
      '[{ type: logsource, product: moved }] }',
  );
  assert.equal(fits(rule('a: x'), [{ z: 'x' }], moved), 'y');
});

test('reports an invalid pipeline with position and fix', () => {
  for (const [yaml, problem] of [
    [pipeline('{ type: field_nam_mapping }'), /"field_nam_mapping" is not known here; use add/],
    [pipeline('{ type: field_name_mapping }'), /the mapping is not a map/],
    [pipeline('{ type: replace_string, regex: "(?=x)", replacement: y }'), /linear time/],
    [pipeline('{ type: case, rule_conditions: [{ type: moon }] }'), /cannot be "moon"; use log/],
    ['transformations: 5', /not a list/],
    ['[', /not YAML/],
  ] as const) {
    const problems = parsePipelines('p.yml', yaml).problems.map(problemText);
    assert.equal(problems.length, 1);
    assert.match(problems[0] as string, problem);
    assert.match(problems[0] as string, /^p\.yml:\d+:\d+: error: .+; .+/);
  }
});

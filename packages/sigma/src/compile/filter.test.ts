import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fits, problemsOf, ruleYaml } from '../testing/rule.ts';

const RULE = ruleYaml(
  'selection:\n  op: login',
  'name: logins\nid: 0A0B0C0D-0000-4000-8000-00000000000F',
);
const EVENTS = [
  { op: 'login', user: 'ada' },
  { op: 'login', user: 'bob' },
];

function filtered(filter: string, logsource = '{ product: test }'): string {
  const lines = ['title: F', `logsource: ${logsource}`, 'filter:', ...filter.trim().split('\n')];
  const yaml = `${RULE}\n---\n${lines.map((line, at) => (at < 3 ? line : `  ${line}`)).join('\n')}`;
  assert.deepEqual(problemsOf(yaml), []);
  return fits(yaml, EVENTS);
}

test('the condition of a filter describes the suppressed events', () => {
  assert.equal(filtered('rules: [logins]\nselection: { user: ada }\ncondition: selection'), 'ny');
});

test('a filter with "not selection" also suppresses the selection', () => {
  const filter = 'rules: [logins]\nselection: { user: ada }\ncondition: not selection';
  assert.equal(filtered(filter), 'ny');
});

test('an explicit polarity decides', () => {
  const keep = 'polarity: keep\nselection: { user: ada }\ncondition: selection';
  assert.equal(filtered(keep), 'yn');
  const suppress = 'polarity: suppress\nselection: { user: ada }\ncondition: not selection';
  assert.equal(filtered(suppress), 'yn');
});

test('a filter applies by name, by id in any case, or to all rules of its log source', () => {
  const rest = 'selection: { user: ada }\ncondition: selection';
  assert.equal(filtered(`rules: [0a0b0c0d-0000-4000-8000-00000000000f]\n${rest}`), 'ny');
  assert.equal(filtered(`rules: logins\n${rest}`), 'ny');
  assert.equal(filtered(`rules: any\n${rest}`), 'ny');
  assert.equal(filtered(rest), 'ny');
  assert.equal(filtered(`rules: [others]\n${rest}`), 'yy');
  assert.equal(filtered(rest, '{ product: other }'), 'yy');
});

test('fields of a filter pass through the pipelines of the rule', () => {
  const pipeline = 'transformations:\n  - { type: field_name_mapping, mapping: { who: user } }';
  const yaml = `${RULE}\n---\ntitle: F\nlogsource: { product: test }\nfilter:
  selection: { who: ada }
  condition: selection`;
  assert.equal(fits(yaml, EVENTS, pipeline), 'ny');
});

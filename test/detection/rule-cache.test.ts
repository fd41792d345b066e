import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { serialize } from 'node:v8';
import { recallRules } from '../../apps/countersign/src/detection/rules/rule-cache.ts';
import {
  type ContentFiles,
  ruleContent,
} from '../../apps/countersign/src/detection/rules/rule-content.ts';
import { readContent } from '../../apps/countersign/src/operations/host/load-detectors.ts';

const RULE = `title: A mailbox is read
id: c0de51a0-5160-4000-8000-00000000ffff
logsource: { product: m365 }
detection: { one: { Operation: MailItemsAccessed }, condition: one }
`;
const BROKEN = 'title: [';

function files(...texts: readonly string[]): ContentFiles {
  return { rules: texts.map((text, i) => ({ path: `${i}.yml`, text })), pipelines: [] };
}

function folder(t: TestContext): string {
  const made = mkdtempSync(join(tmpdir(), 'countersign-rule-memory-'));
  t.after(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

test('cached rules equal parsed rules', (t) => {
  const dir = folder(t);
  const shipped = readContent();
  const plain = ruleContent(shipped);
  for (const time of ['first', 'second']) {
    const recalled = ruleContent(recallRules(shipped, dir));
    assert.deepEqual(recalled.plan, plain.plan, time);
    assert.deepEqual(recalled.problems, plain.problems, time);
    assert.deepEqual([...recalled.sayings.keys()], [...plain.sayings.keys()], time);
  }
  assert.equal(readdirSync(dir).length, 1);
});

test('a broken file is reported each time, and changed texts are parsed again', (t) => {
  const dir = folder(t);
  for (let time = 0; time < 2; time++) {
    const { problems, sayings } = ruleContent(recallRules(files(BROKEN, RULE), dir));
    assert.deepEqual([problems.length, sayings.size], [1, 1]);
    assert.equal(problems[0]?.place.file, '0.yml');
  }
  const changed = RULE.replace('MailItemsAccessed', 'Send');
  const { plan } = ruleContent(recallRules(files(BROKEN, changed), dir));
  assert.match(JSON.stringify(plan), /Send/);
});

test('a broken pipeline is reported each time, and others are cached by their texts', (t) => {
  const dir = folder(t);
  const renamed = `name: p\npriority: 1\ntransformations:
  - { type: field_name_mapping, mapping: { Operation: Renamed } }\n`;
  for (const expected of ['Renamed', 'Renamed', 'Other']) {
    const text = renamed.replace('Renamed', expected);
    const pipelines = [BROKEN, text].map((each, i) => ({ path: `p${i}.yml`, text: each }));
    const { problems, plan } = ruleContent(recallRules({ ...files(RULE), pipelines }, dir));
    assert.deepEqual(
      problems.map(({ place }) => place.file),
      ['p0.yml'],
    );
    assert.ok(JSON.stringify(plan).includes(expected), expected);
  }
});

test('an unreadable cache is rebuilt', (t) => {
  const dir = folder(t);
  const expected = ruleContent(files(RULE)).plan;
  recallRules(files(RULE), dir);
  const [name = ''] = readdirSync(dir);
  for (const bytes of [
    '',
    'no values',
    serialize(7),
    serialize([]),
    serialize(['x']),
    serialize([['x']]),
  ]) {
    writeFileSync(join(dir, name), bytes);
    assert.deepEqual(ruleContent(recallRules(files(RULE), dir)).plan, expected);
  }
});

test('without a writable folder the rules are still available', (t) => {
  const dir = folder(t);
  writeFileSync(join(dir, 'a file'), '');
  for (const where of [undefined, '', join(dir, 'a file', 'below')]) {
    assert.equal(ruleContent(recallRules(files(RULE), where)).sayings.size, 1);
  }
});

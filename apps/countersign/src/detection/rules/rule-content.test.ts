import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { problemText } from '@countersign/sigma';
import { tellsOf } from '../../store/coverage/log-sources.ts';
import { ruleProfiles } from '../runner/detector-profile.ts';
import { LOGS } from '../runner/required-logs.ts';
import { ruleContent } from './rule-content.ts';
import { runRuleTests } from './rule-tests.ts';

const folder = join(import.meta.dirname, '../../../../../content/sigma/rules');
const files = readdirSync(folder)
  .sort()
  .map((path) => ({ path, text: readFileSync(join(folder, path), 'utf8') }));
const content = ruleContent({ rules: files, pipelines: [] });

test('the rules that ship with the program compile without a problem', () => {
  assert.deepEqual(content.problems.map(problemText), []);
  assert.ok(content.sayings.size >= 60);
});

test('each alerting rule has next steps, a technique and both tests', () => {
  for (const [key, { document, custom, alerts }] of content.sayings) {
    if (!alerts) continue;
    assert.match(document.tags.join(), /attack\.t\d{4}/, key);
    assert.ok(custom.next.length > 10 && custom.needs.length > 0, key);
    const isSuspect = ['medium', 'high', 'critical'].includes(levelOf(document));
    assert.equal(custom.steps.length > 0, isSuspect, `${key}: only suspects are steps of a chain`);
    const kinds = new Set(custom.tests.map(({ finds }) => finds));
    assert.deepEqual([...kinds].sort(), ['no', 'yes'], key);
  }
});

function levelOf(document: object): string {
  return 'level' in document ? String(document.level) : '';
}

test('all of their tests pass', () => {
  const failed = runRuleTests(content).filter(({ passed }) => passed === 'no');
  assert.deepEqual(failed, []);
});

test('the log source of each rule is among the logs that it needs', () => {
  const profiles = new Map(ruleProfiles(content, 'sigma').map((each) => [each.id, each]));
  let asked = 0;
  for (const [key, { custom }] of content.sayings) {
    const events = custom.tests.filter(({ finds }) => finds === 'yes').flatMap((of) => of.events);
    for (const workload of events.flatMap(workloadOf)) {
      const logs = profiles.get(key)?.logs ?? [];
      const source = 'm365.export/unified-audit-log';
      asked += 1;
      assert.ok(
        logs.some((name) => tellsOf(LOGS[name], { source, workload })),
        `${key} needs ${logs.join(', ')}, and finds what ${workload} tells of`,
      );
    }
  }
  assert.ok(asked > 50);
});

function workloadOf(event: unknown): string[] {
  const workload = (event as { readonly Workload?: unknown }).Workload;
  return typeof workload === 'string' ? [workload] : [];
}

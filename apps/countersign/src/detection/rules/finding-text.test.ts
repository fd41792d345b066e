import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fieldsNamedIn, filledIn } from './finding-text.ts';
import { ruleContent } from './rule-content.ts';

const words = (name: string): string | undefined =>
  new Map([
    ['actor', 'ada'],
    ['param.ForwardTo', 'drop@letters.example'],
    ['object', '{actor}[ {none}]'],
  ]).get(name);

test('a text names fields of the record, and omits a part whose field is missing', () => {
  const text = '{actor} forwarded mail[ to {param.ForwardTo}][ of {target}]';
  assert.equal(filledIn(text, words), 'ada forwarded mail to drop@letters.example');
  assert.equal(filledIn('{actor} read {target}', words), 'ada read (not stated)');
  assert.deepEqual(fieldsNamedIn({ says: text, next: 'Ask {actor}.' }), ['param.ForwardTo']);
});

test("braces in a record's value are text, not another field", () => {
  assert.equal(filledIn('{actor} deleted {object}', words), 'ada deleted {actor}[ {none}]');
});

test('each of our rules names the actor, and shares no text with another rule', () => {
  const dir = new URL('../../../../../content/sigma/rules/', import.meta.url);
  const rules = readdirSync(dir).map((path) => {
    return { path, text: readFileSync(new URL(path, dir), 'utf8') };
  });
  const all = [...ruleContent({ rules, pipelines: [] }).sayings.values()];
  const alerting = all.filter(({ alerts }) => alerts);
  assert.ok(alerting.length > 100);
  const texts = new Map<string, string>();
  for (const { document, custom } of alerting) {
    const { title, description, falsepositives } = document;
    const says = custom.says ?? '';
    // An alert of the vendor has no actor.
    if (title !== 'High-severity alert from Microsoft') {
      assert.match(says, /\{(?:actor|address|app|target)\}|^One client /, title);
    }
    assert.ok((description ?? '').length > 40 && falsepositives.length > 0, title);
    for (const text of [says, description ?? '', custom.next, ...falsepositives]) {
      assert.equal(texts.get(text), undefined, `"${title}" shares: ${text}`);
      texts.set(text, title);
    }
  }
});

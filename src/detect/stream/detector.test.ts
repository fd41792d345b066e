import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StreamDetector } from './detector.ts';
import { ask } from './sql.ts';
import { daily, foundIn, person, signIn } from './testing/scene.ts';

/** Finds nothing, in the first three sign-ins. */
const shortSighted: StreamDetector = {
  rules: ['stream/short-sighted'],
  title: 'a detector that sees three sign-ins',
  needs: [],
  find: async (scene) => {
    const rows = await ask(scene, 0, ['t'], (events) => `SELECT t FROM ${events} ORDER BY t`, 3);
    assert.ok(rows.length <= 3);
    return [];
  },
};

test('a detector that did not look at everything says so', async () => {
  const days = daily(4, (day) => signIn({ day, ...person(1) }));
  const [found, ...more] = await foundIn(shortSighted, days);
  assert.deepEqual(more, []);
  assert.equal(found?.rule, 'stream/cut-off');
  assert.match(found.title, /a detector that sees three sign-ins.* looked at the first 3/);
});

test('a detector that looked at everything has nothing to say of itself', async () => {
  for (const count of [2, 3]) {
    const days = daily(count, (day) => signIn({ day, ...person(1) }));
    assert.deepEqual(await foundIn(shortSighted, days), [], `${count} sign-ins, of 3 at most`);
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Population } from '../population/population.ts';
import { ActivityScene } from './activity-scene.ts';
import { SLOTS } from './sessions.ts';
import { programSignIn } from './sign-in-activity.ts';

const AT_MS = Date.UTC(2026, 2, 3, 9);

/** The help desk staff who reset the passwords of these people. */
function helpersOf(size: number, people: number): Map<string, number> {
  const population = new Population({ seed: 'helpers', size });
  const resets = new Map<string, number>();
  for (let index = 0; index < people; index++) {
    const number = SLOTS.helpDesk << 2;
    const scene = new ActivityScene(population, 'helpers', { index, number, atMs: AT_MS });
    const [record] = programSignIn(scene, SLOTS.helpDesk, 0);
    const who = String(record?.body['UserId']);
    resets.set(who, (resets.get(who) ?? 0) + 1);
  }
  return resets;
}

test('the help desk of a large company shares its work', () => {
  const resets = helpersOf(10_000, 400);
  assert.ok(!resets.has('undefined'));
  assert.ok(Math.max(...resets.values()) <= 40, `${[...resets.values()].join(', ')}`);
});

test('a small company has one person who resets passwords', () => {
  assert.ok(helpersOf(10, 10).size <= 3);
});

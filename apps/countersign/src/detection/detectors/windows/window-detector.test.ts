import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FindingDraft } from '../../../store/rows/finding.ts';
import { endOfItself } from '../../findings/limitation-finding.ts';
import { daily, foundIn, person, START_MS, signIn } from '../testing/scene.ts';
import { numberOf, queryEvents } from './event-query.ts';
import { CUT_OFF, DAY_MS, draftFrom, type WindowDetector } from './window-detector.ts';

/** Reports each sign-in, and examines at most three per period. */
const shortSighted: WindowDetector = {
  rules: ['stream/short-sighted'],
  title: 'a detector that sees three sign-ins',
  needs: [],
  find: async (window) => {
    const sqlOf = (events: string): string =>
      `SELECT "index", t FROM ${events} ORDER BY t, "index"`;
    const rows = await queryEvents(window, 0, ['index', 't'], sqlOf, 3);
    assert.ok(rows.length <= 3);
    return rows.map((row) => said(numberOf(row['index']), numberOf(row['t'])));
  },
};

function said(index: number, atMs: number): FindingDraft {
  const at = { index, atMs };
  return draftFrom({
    ...{ rule: 'stream/short-sighted', tenant: 't', group: String(index), at, seen: [at] },
    ...{ title: 'a sign-in', message: '', next: '', severity: 1, techniques: [] },
  });
}

function dayOfDraft({ windowMs }: FindingDraft): number {
  return (windowMs - START_MS) / DAY_MS;
}

test('a detector that did not examine a whole day reports that day', async () => {
  const flood = [0, 1, 2, 3, 4].map((minute) => signIn({ day: 5, minute, ...person(1) }));
  const days = daily(9, (day) => signIn({ day, ...person(1) }));
  const found = await foundIn(shortSighted, [...days, ...flood]);
  const [cut, ...more] = found.filter(({ rule }) => rule === CUT_OFF);
  assert.deepEqual(more, []);
  assert.match(
    cut?.title ?? '',
    /a detector that sees three sign-ins.* read only the first 3 .* on 2026-02-07$/,
  );
  assert.ok(cut !== undefined);
  assert.deepEqual([dayOfDraft(cut), endOfItself(cut)], [5, START_MS + 6 * DAY_MS]);
  // The flood hides nothing of other days, before or after.
  const others = found.filter(({ rule }) => rule !== CUT_OFF).map(dayOfDraft);
  assert.deepEqual(others, [0, 1, 2, 3, 4, 5, 5, 5, 6, 7, 8]);
});

test('a detector that examined everything reports no shortfall', async () => {
  for (const count of [2, 3]) {
    const days = Array.from({ length: count }, (_, minute) =>
      signIn({ day: 1, minute, ...person(1) }),
    );
    const found = await foundIn(shortSighted, days);
    assert.deepEqual(
      found.map(dayOfDraft),
      days.map(() => 1),
      `${count} sign-ins, of 3 at most`,
    );
  }
});

test('splits a long period that is too large for one query', async () => {
  const days = daily(40, (day) => signIn({ day, ...person(1) }));
  const found = await foundIn(shortSighted, days);
  assert.deepEqual(
    found.map(dayOfDraft),
    days.map((_, day) => day),
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Observation } from '../observation.ts';
import {
  DAY,
  delays,
  EXCHANGE,
  HOUR,
  hours,
  poll,
  reduced,
  reported,
  START,
  TENANT,
} from '../testing/feed.ts';
import { observationOfCheck } from './cross-check.ts';

const SEARCH = { source: 'graph/auditLogQuery', collector: 'cross-check', axis: 'event' } as const;

/** A single request hours later, and the comparison of each hour. */
function compared(both: number): Observation[] {
  const atMs = START + 30 * HOUR;
  const at = new Date(atMs).toISOString().replace('.000Z', 'Z');
  const search = poll(START, START + DAY, { ...SEARCH, delays: delays(24 * both), at });
  const checks = Array.from({ length: 20 }, (_, i) =>
    observationOfCheck(
      {
        ...{ tenant: TENANT, source: EXCHANGE, against: SEARCH.source, scope: 'workloads' },
        ...{ from: START + i * HOUR, to: START + (i + 1) * HOUR, asOfMs: atMs },
      },
      {
        ...{ against: SEARCH.source, both, onlySource: 0, onlyAgainst: 0 },
        ...{ share: 1, ids: [] },
      },
    ),
  );
  return [...hours(0, 30), search, ...checks];
}

test('is corroborated by a source that was requested once, at any time', () => {
  const rows = reduced(compared(40)).rows(START + 30 * HOUR);
  assert.deepEqual(reported(rows).slice(0, 2), ['corroborated 0 20', 'collected 20 29']);
  const [spot] = rows.filter(({ source }) => source === SEARCH.source);
  assert.match(spot?.because ?? '', /requested once, for a comparison/);
});

test('is not corroborated by an empty source, even if it is empty itself', () => {
  const rows = reduced(compared(0)).rows(START + 30 * HOUR);
  assert.deepEqual(reported(rows), ['collected 0 29', 'late 29 30']);
});

const SIGN_INS = { source: 'graph/signIns', collector: 'graph', axis: 'event' } as const;
const NARROW = {
  ...SIGN_INS,
  outcome: 'partial',
  code: 'types-not-asked servicePrincipal managedIdentity',
  because: 'of servicePrincipal, managedIdentity nothing is known',
} as const;

/** Three days of hourly sign-in reads, each repeated a day later. */
function signIns(but: Partial<Observation>): Observation[] {
  return [0, 1].flatMap((again) =>
    hours(0, 72, { ...SIGN_INS, ...but }).map((each, hour) => ({
      ...each,
      at: new Date(START + (hour + 1 + 24 * again) * HOUR).toISOString(),
    })),
  );
}

test('a part that was not requested is unknown, and is not expected later', () => {
  const reducer = reduced(signIns(NARROW));
  for (const [days, what] of [
    [4, /nothing is known$/],
    [40, /the source no longer keeps it/],
  ] as const) {
    const rows = reducer.rows(START + days * DAY).filter(({ toMs }) => toMs <= START + 3 * DAY);
    assert.ok(rows.length > 0);
    for (const { state, because } of rows) {
      assert.equal(state, 'unknown');
      assert.match(because, what);
      assert.match(because, /of servicePrincipal, managedIdentity nothing is known/);
    }
  }
});

test('a part that was read later is present, and a narrower request removes nothing', () => {
  const reread = signIns({ at: new Date(START + 5 * DAY).toISOString() });
  const wide = signIns({ at: new Date(START + 6 * DAY).toISOString(), ...NARROW });
  const rows = reduced([...signIns(NARROW), ...reread, ...wide]).rows(START + 6 * DAY);
  const [first, ...more] = reported(rows, SIGN_INS.source);
  assert.equal(first, 'collected 0 72');
  assert.ok(more.every((row) => row.startsWith('late 72')));
});

test('a wider request stays valid after a narrower one', () => {
  const narrower = { ...NARROW, code: `${NARROW.code} nonInteractiveUser`, because: 'much' };
  const rows = reduced([...signIns(NARROW), ...signIns(narrower)]).rows(START + 4 * DAY);
  const within = rows.filter(({ toMs }) => toMs <= START + 3 * DAY);
  assert.ok(within.length > 0);
  assert.ok(within.every(({ because }) => because.startsWith('of servicePrincipal, managed')));
});

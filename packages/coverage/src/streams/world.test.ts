import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Interval, instantOfMs } from '@countersign/core';
import fc from 'fast-check';
import type { CoverageInterval } from '../coverage-state.ts';
import { DelaySketch } from '../delay-sketch.ts';
import type { Observation } from '../observation.ts';
import { DAY, EXCHANGE, HOUR, MINUTE, poll, reduced, START } from '../testing/feed.ts';
import { type Faults, QUERY, type World, worldOf } from '../testing/world.ts';
import { CoverageReducer } from './coverage-reducer.ts';
import { compareIds, observationOfCheck } from './cross-check.ts';

const IS_LONG = process.env['COUNTERSIGN_LONG'] === '1';
const RUNS = IS_LONG ? 1_000 : 25;

const faults: fc.Arbitrary<Faults> = fc.record({
  uniform: fc.constantFrom(0, 0.003, 0.02),
  failing: fc.constantFrom(0, 0.1, 0.5),
  short: fc.constantFrom(0, 0.1),
  gone: fc.constantFrom(0, 0.02),
  off: fc.boolean(),
  outage: fc.boolean(),
  stragglers: fc.constantFrom(0, 0, 0.002),
});

test('every record that is known to be missing is in an interval that is late, lost or off', () => {
  fc.assert(
    fc.property(fc.nat(), faults, (seed, drawn) => {
      const world = worldOf(seed, drawn);
      const rows = base(reduced(world.observations).rows(world.endMs));
      assertTiled(rows, world.endMs);
      for (const event of missing(world)) {
        // No observation can show what the vendor never listed.
        if (event.withheld === 'uniform' || event.withheld === 'aimed') continue;
        const row = rows.find(({ fromMs, toMs }) => event.atMs >= fromMs && event.atMs < toMs);
        if (event.withheld === 'outage' && isEdge(world, event.atMs)) continue;
        if (isStraggler(event)) continue;
        assert.ok(
          row !== undefined && row.state !== 'collected' && row.state !== 'corroborated',
          `${event.id} of hour ${(event.atMs - START) / HOUR} (${event.withheld}): ${row?.state}`,
        );
      }
    }),
    { seed: 3, numRuns: RUNS },
  );
});

test('content that was not fetched in time is lost, also if requested later', () => {
  fc.assert(
    fc.property(fc.nat(), faults, (seed, drawn) => {
      const world = worldOf(seed, { ...drawn, uniform: 0, stragglers: 0, down: true, days: 12 });
      const rows = base(reduced(world.observations).rows(world.endMs + 30 * DAY));
      for (const event of missing(world)) {
        if (event.withheld === 'outage' && isEdge(world, event.atMs)) continue;
        const row = rows.find(({ fromMs, toMs }) => event.atMs >= fromMs && event.atMs < toMs);
        assert.ok(row?.state === 'lost' || row?.state === 'off', `${event.id}: ${row?.state}`);
      }
    }),
    { seed: 4, numRuns: Math.ceil(RUNS / 4) },
  );
});

test('the bound covers the true random loss in at least 95 of 100 runs', () => {
  let runs = 0;
  let covered = 0;
  const shares = [0.0005, 0.002, 0.006, 0.01, 0.03];
  for (let seed = 0; seed < (IS_LONG ? 1_500 : 60); seed++) {
    const uniform = shares[seed % shares.length] as number;
    const world = worldOf(seed * 7919 + 13, { uniform, canaryMinutes: 5, eventsPerHour: 60 });
    const rows = base(reduced(world.observations).rows(world.endMs));
    const good = rows.filter(({ state }) => state === 'collected');
    assert.ok(good.length > 0);
    runs += 1;
    covered += Number(good.every(({ bound }) => (bound ?? 1) >= uniform));
  }
  assert.ok(covered >= 0.95 * runs, `${covered} of ${runs}`);
});

test('a silent workload is found within its p99 delay and two canary periods', () => {
  fc.assert(
    fc.property(fc.nat(), (seed) => {
      const world = worldOf(seed, { outage: true, canaryMinutes: 10 });
      const { outage } = world;
      assert.ok(outage !== undefined);
      const delays = world.events
        .filter(({ isCanary, availableMs }) => isCanary && availableMs[0] !== undefined)
        .map(({ atMs, availableMs }) => (availableMs[0] as number) - atMs)
        .sort((a, b) => a - b);
      const p99Ms = delays[Math.ceil(0.99 * delays.length) - 1] as number;
      // A poll may be that long ago, and a p99 from a hundred samples is only approximate.
      const foundMs = outage.from + 1.5 * p99Ms + 2 * 10 * MINUTE + 20 * MINUTE;
      const before = world.observations.filter(({ at }) => Date.parse(at) <= foundMs);
      const row = reduced(before)
        .rows(foundMs)
        .find(({ because, toMs }) => because.includes('silent') && toMs >= outage.from);
      assert.equal(row?.state, 'late');
    }),
    { seed: 5, numRuns: Math.ceil(RUNS / 2) },
  );
});

test('the order of independent sources and the resume point have no effect', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), faults, (a, b, drawn) => {
      const first = worldOf(a, { ...drawn, days: 3 }).observations;
      const second = worldOf(b, { ...drawn, days: 3 }).observations.map((each) => ({
        ...each,
        source: 'm365.activity/Audit.SharePoint',
      }));
      const numbered = [...first, ...second].map((seen, index) => ({ index, seen }));
      const together = new CoverageReducer();
      for (const { index, seen } of numbered) together.observe(index, seen);
      const byTime = numbered.toSorted((x, y) => Date.parse(x.seen.at) - Date.parse(y.seen.at));
      let mixed = new CoverageReducer();
      for (const [place, { index, seen }] of byTime.entries()) {
        if (place % 97 === 0) mixed = CoverageReducer.of(JSON.parse(JSON.stringify(mixed.keep())));
        mixed.observe(index, seen);
      }
      const nowMs = START + 4 * DAY;
      assert.deepEqual(mixed.rows(nowMs), together.rows(nowMs));
    }),
    { seed: 6, numRuns: Math.ceil(RUNS / 4) },
  );
});

test('never reports corroborated for records withheld from one source', () => {
  let corroborated = 0;
  let unseen = 0;
  fc.assert(
    fc.property(fc.nat(), aims, faults, (seed, aimed, drawn) => {
      const world = worldOf(seed, { ...drawn, uniform: 0, outage: false, aimed });
      const reducer = reduced([...world.observations, queried(world)]);
      const nowMs = world.endMs;
      let index = world.observations.length + 1;
      for (const due of reducer.dueChecks(nowMs, 1_000)) {
        const ids = (feed: 0 | 1): Set<string> => idsWithin(world, feed, due);
        const check = compareIds({ source: ids(0), against: ids(1) }, due.against);
        reducer.observe(index++, observationOfCheck({ ...due, asOfMs: nowMs }, check));
      }
      for (const row of base(reducer.rows(nowMs))) {
        if (row.state !== 'corroborated') continue;
        corroborated += 1;
        assert.match(row.because, /omission from all these sources cannot be excluded/);
        const hidden = world.events.filter(
          ({ atMs, withheld }) => withheld === 'aimed' && atMs >= row.fromMs && atMs < row.toMs,
        );
        // Records withheld from both cannot be detected, and no state claims otherwise.
        if (aimed === 'both') unseen += hidden.length;
        else
          assert.deepEqual(
            hidden.map(({ id }) => id),
            [],
          );
      }
    }),
    { seed: 8, numRuns: RUNS },
  );
  assert.ok(corroborated > RUNS / 2 && unseen > 0, `${corroborated}, ${unseen}`);
});

const aims: fc.Arbitrary<Faults['aimed']> = fc.constantFrom('first', 'second', 'both');

/** The second source, requested once at the end for everything that has settled. */
function queried({ events, endMs }: World): Observation {
  const sketch = new DelaySketch();
  for (const { atMs, availableMs } of events) sketch.add((availableMs[1] ?? atMs) - atMs);
  return poll(START, endMs, {
    collector: 'graph',
    source: QUERY,
    axis: 'event',
    records: events.length,
    delays: sketch.observed(),
    at: instantOfMs(endMs) ?? '',
  });
}

function idsWithin({ events, received }: World, feed: 0 | 1, within: Interval): Set<string> {
  const here = events.filter(({ atMs }) => atMs >= within.from && atMs < within.to);
  return new Set(here.map(({ id }) => id).filter((id) => received[feed].has(id)));
}

function base(rows: readonly CoverageInterval[]): CoverageInterval[] {
  return rows.filter(
    ({ source, workload, subject }) => source === EXCHANGE && workload === null && subject === null,
  );
}

/** Events that should have been in the ledger at the last request, and are not. */
function missing({ events, received, endMs }: World): World['events'] {
  return events.filter(
    ({ id, atMs, availableMs }) =>
      atMs < endMs && !received[0].has(id) && (availableMs[0] ?? 0) < endMs,
  );
}

/** Within two canary periods of its ends, an outage looks like random loss. */
function isEdge({ outage }: World, atMs: number): boolean {
  if (outage === undefined) return false;
  return atMs < outage.from + 20 * MINUTE || atMs > outage.to - 20 * MINUTE;
}

/** Later than any justified wait: detected when it arrives, and not before. */
function isStraggler({ atMs, availableMs }: World['events'][number]): boolean {
  return (availableMs[0] ?? atMs) - atMs > DAY;
}

function assertTiled(rows: readonly CoverageInterval[], endMs: number): void {
  assert.equal(rows[0]?.fromMs, START);
  assert.equal(rows.at(-1)?.toMs, endMs);
  for (const [i, row] of rows.entries()) {
    if (i > 0) assert.equal(row.fromMs, rows[i - 1]?.toMs);
    assert.equal(row.bound === null, row.state !== 'collected' && row.state !== 'corroborated');
  }
}

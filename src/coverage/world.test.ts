import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { CoverageReducer } from './reducer.ts';
import type { CoverageInterval } from './states.ts';
import { DAY, EXCHANGE, HOUR, MINUTE, reduced, START } from './testing/feed.ts';
import { type Faults, type World, worldOf } from './testing/world.ts';

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

test('every record that is known to be missing lies in an interval that is late, lost or off', () => {
  fc.assert(
    fc.property(fc.nat(), faults, (seed, drawn) => {
      const world = worldOf(seed, drawn);
      const rows = base(reduced(world.observations).rows(world.endMs));
      assertTiled(rows, world.endMs);
      for (const event of missing(world)) {
        // Nothing can tell of what the vendor never listed.
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

test('what was not fetched in time ends lost, whatever is asked for afterwards', () => {
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

test('the bound covers the true loss at random in at least 95 of 100 runs', () => {
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
      // A poll may be that long ago, and a p99 out of a hundred is known to within a factor.
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

test('the order of independent sources means nothing, nor where it was taken up again', () => {
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

function base(rows: readonly CoverageInterval[]): CoverageInterval[] {
  return rows.filter(
    ({ source, workload, subject }) => source === EXCHANGE && workload === null && subject === null,
  );
}

/** Events that had to be in the ledger when it was asked last, and are not. */
function missing({ events, received, endMs }: World): World['events'] {
  return events.filter(
    ({ id, atMs, availableMs }) =>
      atMs < endMs && !received[0].has(id) && (availableMs[0] ?? 0) < endMs,
  );
}

/** Within two canary periods of its ends, an outage hides in what is lost by chance. */
function isEdge({ outage }: World, atMs: number): boolean {
  if (outage === undefined) return false;
  return atMs < outage.from + 20 * MINUTE || atMs > outage.to - 20 * MINUTE;
}

/** So late that nobody had reason to wait for it: seen when it comes, and not before. */
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

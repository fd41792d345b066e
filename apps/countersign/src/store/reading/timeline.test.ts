import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { runs } from '../../../../../tools/property.ts';
import type { EventRow } from '../rows/event-row.ts';
import { Store } from '../store.ts';
import { StoreReader } from '../store-reader.ts';
import { CONTOSO, FABRIKAM, folder, HEAD, post, row, START_MS, storeOf } from '../testing/rows.ts';
import { reachesOf, windowsOf } from './timeline.ts';
import type { TimelineFilter } from './timeline-filter.ts';

const DAY = 86_400_000;

async function indicesOf(reader: StoreReader, filter: TimelineFilter): Promise<number[]> {
  const indices: number[] = [];
  for await (const each of (await reader.timeline(filter, HEAD)).rows) indices.push(each.index);
  return indices;
}

const SESSION = '0f0f0f0f-0000-4000-8000-00000000abcd';

test('sorts events by event time, then index, across files and days', async (t) => {
  const dir = await folder(t);
  const at = [3 * DAY, 0, DAY, DAY, 2 * DAY + 5, 0, DAY - 1];
  const rows = at.map((ms, i) => row(i, { timeMs: START_MS + ms }));
  (await storeOf(dir, [rows.slice(0, 2), rows.slice(2, 5), rows.slice(5)])).close();
  const reader = await StoreReader.open(dir);
  t.after(() => reader.close());
  assert.deepEqual(await indicesOf(reader, {}), [1, 5, 6, 2, 3, 4, 0]);
  const some = { fromMs: START_MS + DAY, toMs: START_MS + 3 * DAY };
  assert.deepEqual(await indicesOf(reader, some), [2, 3, 4]);
});

test('each filter finds its events', async (t) => {
  const dir = await folder(t);
  const rows = [
    row(0, { ip: '203.0.113.7', sessionUid: SESSION, appUid: 'APP-1', appName: 'Outlook' }),
    row(1, { ip: '2001:db8::1', sessionUid: 's2', appName: 'Teams' }),
    row(2, { tenant: FABRIKAM }),
  ];
  (await storeOf(dir, [rows])).close();
  const reader = await StoreReader.open(dir);
  t.after(() => reader.close());
  const cases: [TimelineFilter, number[]][] = [
    [{ ip: '203.0.113.7' }, [0]],
    [{ ip: '::ffff:203.0.113.7' }, [0]],
    [{ ip: '[2001:0DB8:0:0::1]' }, [1]],
    [{ session: 's2' }, [1]],
    [{ session: SESSION.toUpperCase() }, [0]],
    [{ app: 'app-1' }, [0]],
    [{ app: 'teams' }, [1]],
    [{ tenant: CONTOSO }, [0, 1]],
    [{ tenant: FABRIKAM }, [2]],
    [{ ip: '203.0.113.7', session: 's2' }, []],
    [{ session: "s1' OR true --" }, []],
  ];
  for (const [filter, indices] of cases) {
    assert.deepEqual(await indicesOf(reader, filter), indices, JSON.stringify(filter));
  }
  await assert.rejects(reader.timeline({ ip: '203.0.113' }, HEAD), { code: 'FILTER_INVALID' });
});

test('no answer includes a superseded row', async (t) => {
  const dir = await folder(t);
  const rows = [row(0), row(1), row(2, { entries: [0, 2] })];
  (await storeOf(dir, [rows], [0])).close();
  const reader = await StoreReader.open(dir);
  t.after(() => reader.close());
  assert.deepEqual(await indicesOf(reader, {}), [1, 2]);
});

test('a reader sees later commits', async (t) => {
  const dir = await folder(t);
  const reader = await StoreReader.open(dir);
  t.after(() => reader.close());
  assert.deepEqual(await indicesOf(reader, {}), []);
  (await storeOf(dir, [[row(0)]])).close();
  assert.deepEqual(await indicesOf(reader, {}), [0]);
});

test('a compaction during a timeline loses and doubles nothing', async (t) => {
  const dir = await folder(t);
  const rows = Array.from({ length: 9000 }, (_, i) => row(i, { timeMs: START_MS + i * 60_000 }));
  const store = await storeOf(dir, [rows.slice(0, 4000), rows.slice(4000)]);
  t.after(() => store.close());
  const reader = await StoreReader.open(dir);
  t.after(() => reader.close());
  const { rows: events } = await reader.timeline({}, HEAD);
  const seen: number[] = [];
  for await (const each of events) {
    seen.push(each.index);
    if (seen.length === 10) await store.compact({ partitionRowsMin: 1 });
  }
  assert.deepEqual(
    seen,
    rows.map(({ index }) => index),
  );
});

test('reads a timeline in windows of whole days, and skips empty ones', () => {
  const days = [1, 2, 3].map((n) => ({
    startMs: n * DAY,
    path: `file ${n}`,
    actor: null,
    rows: 30_000,
  }));
  assert.deepEqual(
    windowsOf(days, {}),
    days.map((day) => ({ fromMs: day.startMs, toMs: day.startMs + DAY, places: [day] })),
  );
  const few = days.map((day) => ({ ...day, rows: 10 }));
  assert.deepEqual(windowsOf(few, { fromMs: DAY + 5, toMs: 3 * DAY + 9 }), [
    { fromMs: DAY + 5, toMs: 3 * DAY + 9, places: few },
  ]);
  assert.deepEqual(windowsOf([], {}), []);
});

test('cuts a day that does not fit into parts that follow each other', () => {
  const day = { startMs: DAY, path: 'file', actor: null, rows: 1_000_000 };
  const windows = windowsOf([day], { fromMs: DAY + 7 });
  assert.equal(windows.length, 100);
  assert.deepEqual([windows[0]?.fromMs, windows.at(-1)?.toMs], [DAY + 7, 2 * DAY]);
  for (const [at, { fromMs = 0, toMs = 0, places }] of windows.entries()) {
    assert.ok(fromMs < toMs);
    assert.equal(fromMs, windows[at - 1]?.toMs ?? DAY + 7);
    assert.deepEqual(places, [day]);
  }
});

test('a list of everything begins with the first events, and has each one once', async (t) => {
  const dir = await folder(t);
  // Eight events a millisecond: the end of a window is among events of one time.
  const rows = Array.from({ length: 7_000 }, (_, i) =>
    row(i, { timeMs: START_MS + Math.floor(((i * 3_571) % 7_000) / 8) }),
  );
  (await storeOf(dir, [rows.slice(0, 4000), rows.slice(4000)])).close();
  const reader = await StoreReader.open(dir);
  t.after(() => reader.close());
  const sorted = rows
    .toSorted((a, b) => a.event.timeMs - b.event.timeMs || a.index - b.index)
    .map(({ index }) => index);
  assert.deepEqual(await indicesOf(reader, {}), sorted);
  const period = { fromMs: START_MS + 100, toMs: START_MS + 140 };
  assert.deepEqual(await indicesOf(reader, period), sorted.slice(800, 1120));
});

test('a list of everything has the same events in any division into files', async (t) => {
  const event = fc.record({ second: fc.nat({ max: 200 }), isOther: fc.boolean() });
  const step = fc.record({
    events: fc.array(event, { minLength: 1, maxLength: 400 }),
    superseded: fc.array(fc.nat({ max: 400 }), { maxLength: 100 }),
    compaction: fc.constantFrom(undefined, 1, 1_000_000),
  });
  const period = fc.option(fc.nat({ max: 200 }), { nil: undefined });
  const property = fc.asyncProperty(
    fc.array(step, { minLength: 1, maxLength: 6 }),
    fc.record({ from: period, to: period, isOne: fc.boolean() }),
    async (steps, { from, to, isOne }) => {
      const dir = await folder(t);
      const store = await Store.open(dir);
      const rows: EventRow[] = [];
      const gone = new Set<number>();
      for (const { events, superseded, compaction } of steps) {
        const more = events.map(({ second, isOther }, at) =>
          row(rows.length + at, {
            timeMs: atSecond(second),
            tenant: isOther ? FABRIKAM : CONTOSO,
          }),
        );
        rows.push(...more);
        await post(store, more);
        const ended = superseded.filter((index) => index < rows.length);
        for (const index of ended) gone.add(index);
        store.post({ superseded: ended });
        store.commit(rows.length);
        if (compaction !== undefined) {
          await store.compact({ partitionRowsMin: compaction, hotFilesMax: 2 });
        }
      }
      store.close();
      const [fromMs, toMs] = [from, to].map((at) => (at === undefined ? at : atSecond(at)));
      const expected = rows
        .filter(({ index, event: { timeMs } }) => {
          return !gone.has(index) && timeMs >= (fromMs ?? timeMs) && timeMs < (toMs ?? timeMs + 1);
        })
        .filter(({ tenant }) => !isOne || tenant === CONTOSO)
        .toSorted((a, b) => a.event.timeMs - b.event.timeMs || a.index - b.index)
        .map(({ index }) => index);
      const reader = await StoreReader.open(dir);
      const tenant = isOne ? CONTOSO : undefined;
      assert.deepEqual(await indicesOf(reader, { fromMs, toMs, tenant }), expected);
      reader.close();
    },
  );
  await fc.assert(property, runs(15, 300));
});

/** A second is a quarter of an hour here, so that events are on three days. */
function atSecond(n: number): number {
  return START_MS + n * 900_000;
}

test('looks for the first events in the files that end first', () => {
  const file = (rows: number, fromMs: number, toMs: number) => {
    return { rows, minTimeMs: fromMs, maxTimeMs: toMs };
  };
  const days = [0, 1, 2, 3, 4, 5].map((day) => file(100, day * 10, day * 10 + 9));
  assert.deepEqual([...reachesOf(days, {}, 50)], [10, 50, undefined]);
  assert.deepEqual([...reachesOf(days, { toMs: 25 }, 50)], [10, 25]);
  assert.deepEqual([...reachesOf(days, { fromMs: 30 }, 150)], [50, undefined]);
  assert.deepEqual([...reachesOf(days, {}, 5_000)], [undefined]);
  assert.deepEqual([...reachesOf([], { toMs: 7 }, 50)], [7]);
});

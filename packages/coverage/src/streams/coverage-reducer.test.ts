import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CoverageInterval } from '../coverage-state.ts';
import type { Observation } from '../observation.ts';
import {
  canary,
  DAY,
  delays,
  EXCHANGE,
  HOUR,
  hours,
  MINUTE,
  poll,
  reduced,
  reported,
  START,
  TENANT,
} from '../testing/feed.ts';
import { CoverageReducer } from './coverage-reducer.ts';

function ofExchange(rows: readonly CoverageInterval[]): CoverageInterval[] {
  return rows.filter(({ source }) => source === EXCHANGE);
}

function reasons(rows: readonly CoverageInterval[]): string[] {
  return ofExchange(rows).map(({ because }) => because);
}

const FAILED = { outcome: 'failed', listed: 0, fetched: 0, records: 0, delays: null } as const;

test('is collected up to a settle time before the last request', () => {
  const rows = reduced(hours(0, 24)).rows(START + DAY);
  assert.deepEqual(reported(rows), ['collected 0 23', 'late 23 24']);
  const [good, late] = rows.filter(({ source }) => source === EXCHANGE);
  assert.equal(good?.bound, 1);
  assert.match(good?.because ?? '', /99 % of 2,400 records came within 1 h/);
  assert.match(good?.because ?? '', /no canary was sent/);
  assert.match(good?.because ?? '', /cannot be excluded/);
  assert.match(late?.because ?? '', /records may still come/);
  assert.deepEqual(good?.entries, [0, 23]);
});

test('is unknown until it has learned how late records arrive', () => {
  const rows = reduced(hours(0, 24, { delays: delays(12) })).rows(START + DAY);
  assert.deepEqual(reported(rows), ['unknown 0 24']);
});

test('uses the settle time of a sister source if its own is unknown, and says so', () => {
  const quiet = 'm365.activity/DLP.All';
  const rows = reduced([
    ...hours(0, 24),
    ...hours(0, 24, { source: quiet, records: 0, delays: null }),
  ]).rows(START + DAY);
  assert.deepEqual(reported(rows, quiet), ['collected 0 23', 'late 23 24']);
  const because = rows.find(({ source }) => source === quiet)?.because ?? '';
  assert.match(because, /of m365\.activity\/Audit\.Exchange: too few were seen here/);
});

test('a failed window makes all its possible events late, until it expires', () => {
  const polls = hours(0, 24).with(10, poll(START + 10 * HOUR, START + 11 * HOUR, FAILED));
  const reducer = reduced(polls);
  const before = reported(reducer.rows(START + DAY));
  assert.deepEqual(before, [
    'collected 0 8.5',
    'late 8.5 11.08',
    'collected 11.08 23',
    'late 23 24',
  ]);
  const after = reported(reducer.rows(START + 8 * DAY));
  assert.deepEqual(after.slice(0, 3), [
    'collected 0 8.5',
    'lost 8.5 11.08',
    'collected 11.08 22.5',
  ]);
  assert.match(reasons(reducer.rows(START + 8 * DAY))[1] ?? '', /until it expired/);
});

test('a window that was requested again in time is covered', () => {
  const failed = poll(START + 10 * HOUR, START + 11 * HOUR, FAILED);
  const polls = [...hours(0, 24).with(10, failed), poll(START + 10 * HOUR, START + 11 * HOUR)];
  assert.deepEqual(reported(reduced(polls).rows(START + DAY)), ['collected 0 23', 'late 23 24']);
});

test('a failure after a successful fetch removes nothing', () => {
  const polls = [...hours(0, 24), poll(START + 10 * HOUR, START + 11 * HOUR, FAILED)];
  assert.deepEqual(reported(reduced(polls).rows(START + DAY)), ['collected 0 23', 'late 23 24']);
});

test('a window that was never requested is late, then lost', () => {
  const reducer = reduced(hours(0, 24).toSpliced(10, 1));
  assert.equal(reported(reducer.rows(START + DAY))[1], 'late 8.5 11.08');
  assert.equal(reported(reducer.rows(START + 8 * DAY))[1], 'lost 8.5 11.08');
});

test('content that is listed and gone is lost, and a later list without it changes nothing', () => {
  const gone = { outcome: 'partial', code: 'gone', because: 'blob 17: AF20050' } as const;
  const polls = [
    ...hours(0, 24).with(10, poll(START + 10 * HOUR, START + 11 * HOUR, gone)),
    poll(START + 9 * HOUR, START + 12 * HOUR),
  ];
  const rows = reduced(polls).rows(START + DAY);
  assert.equal(reported(rows)[1], 'lost 8.5 11.08');
  assert.match(reasons(rows)[1] ?? '', /is not available: blob 17: AF20050/);
});

test('content that could not be fetched yet is late, until it is fetched', () => {
  const short = poll(START + 10 * HOUR, START + 11 * HOUR, { outcome: 'partial', code: '503' });
  const polls = hours(0, 24).with(10, short);
  assert.equal(reported(reduced(polls).rows(START + DAY))[1], 'late 8.5 11.08');
  const mended = reduced([...polls, poll(START + 10 * HOUR, START + 11 * HOUR)]);
  assert.deepEqual(reported(mended.rows(START + DAY)), ['collected 0 23', 'late 23 24']);
});

test("an exhausted quota is late: quota, with the collector's reason", () => {
  const quota = { ...FAILED, code: 'AF429', because: '42 minutes to catch up' };
  const polls = [...hours(0, 23), poll(START + 23 * HOUR, START + 24 * HOUR, quota)];
  const row = reduced(polls)
    .rows(START + DAY)
    .find(({ because }) => because.startsWith('quota'));
  assert.equal(row?.state, 'late');
  assert.match(row?.because ?? '', /^quota: 42 minutes to catch up; it is available until /);
});

test('a disabled subscription is off from the last good poll on', () => {
  const off = { ...FAILED, outcome: 'off', code: 'AF20023' } as const;
  const polls = [...hours(0, 10), poll(START + 9 * HOUR, START + 11 * HOUR, off)];
  assert.deepEqual(reported(reduced(polls).rows(START + 11 * HOUR)), [
    'collected 0 8.5',
    'off 8.5 11',
  ]);
});

test('content between stop and start is lost, even if a later list is complete', () => {
  const off = { ...FAILED, outcome: 'off', code: 'AF20023' } as const;
  const polls = [
    ...hours(0, 10),
    poll(START + 10 * HOUR, START + 11 * HOUR, off),
    poll(START + 9 * HOUR, START + 12 * HOUR),
    ...hours(12, 24),
  ];
  assert.deepEqual(reported(reduced(polls).rows(START + DAY)), [
    'collected 0 8.5',
    'lost 8.5 12.08',
    'collected 12.08 23',
    'late 23 24',
  ]);
});

test('before the first subscription the source was off, and not after it', () => {
  const before = { ...FAILED, outcome: 'off', code: 'AF20022' } as const;
  const day = START - DAY;
  // A list that includes a time without a subscription cannot be complete.
  const both = poll(START - 10 * MINUTE, START + MINUTE, { outcome: 'partial', code: 'AF20022' });
  const sweep = poll(day, START + 2 * HOUR, { outcome: 'partial', code: 'AF20022' });
  const off = poll(day, START, before);
  const polls = [off, both, ...hours(0, 12), sweep, ...hours(12, 24)];
  assert.deepEqual(reported(reduced(polls).rows(START + DAY)), [
    'off -24 -1.5',
    'lost -1.5 0.1',
    'collected 0.1 23',
    'late 23 24',
  ]);
});

test('requests for all workloads also cover a quiet workload', () => {
  const one = { workload: 'Planner', records: 1, delays: delays(1) } as const;
  const rows = reduced([...hours(2, 3, one), ...hours(0, 24)]).rows(START + DAY);
  assert.deepEqual(reported(rows), ['collected 0 23', 'late 23 24']);
  const planner = rows.filter(({ workload }) => workload === 'Planner');
  assert.deepEqual(
    planner.map(({ state }) => state),
    ['collected', 'late'],
  );
});

test('a record after its hour was settled visibly reopens the hour', () => {
  const late = {
    n: 1,
    p50Ms: 20 * HOUR,
    p99Ms: 20 * HOUR,
    maxMs: 20 * HOUR,
    buckets: delays(1, 20 * HOUR)?.buckets ?? [],
  };
  const reopening = poll(START + 25 * HOUR, START + 26 * HOUR, { delays: late });
  const reducer = reduced([...hours(0, 25), reopening]);
  const rows = ofExchange(reducer.rows(START + 26 * HOUR));
  assert.deepEqual(reported(rows), ['collected 0 5', 'late 5 7', 'collected 7 25', 'late 25 26']);
  assert.match(rows[1]?.because ?? '', /^reopened: a record came 20 h after its event/);
  assert.deepEqual(rows[1]?.entries, [25]);
  for (const [i, each] of hours(26, 28).entries()) reducer.observe(26 + i, each);
  const settled = ofExchange(reducer.rows(START + 28 * HOUR));
  assert.deepEqual(reported(settled), ['collected 0 27', 'late 27 28']);
  assert.match(settled[0]?.because ?? '', /2 hours were reopened by late records .*entry 25/);
});

test('has the exact bound of its canaries, including lost ones', () => {
  const sent = Array.from({ length: 300 }, (_, i) => START + i * 4 * MINUTE);
  const whole = sent.map((ms) => canary(ms, ms + HOUR, 1));
  const at = (all: readonly Observation[]): number | null | undefined =>
    reduced([...hours(0, 24), ...all])
      .rows(START + DAY)
      .find(({ workload, state }) => workload === 'Exchange' && state === 'collected')?.bound;
  const inRow = sent.filter((ms) => ms < START + 23 * HOUR).length;
  assert.equal(inRow, 300);
  assert.ok(Math.abs((at(whole) ?? 0) - 0.009936) < 1e-5, String(at(whole)));
  const lost = whole.with(100, canary(sent[100] as number, START + DAY, 0));
  assert.ok(Math.abs((at(lost) ?? 0) - 0.01572) < 1e-4, String(at(lost)));
  const late = [...lost, canary(sent[100] as number, START + DAY + 1, 1)];
  assert.equal(at(late), at(whole));
});

test('an interval of several canary pauses gets no bound', () => {
  const quarter = HOUR / 4;
  // Four per hour, and none from the sixth hour to the tenth.
  const sent = Array.from({ length: 64 }, (_, i) => START + (i < 24 ? i : i + 16) * quarter);
  const canaries = sent.map((ms) => canary(ms, ms + HOUR, 1));
  const rows = reduced([...hours(0, 24), ...canaries]).rows(START + DAY);
  const good = rows.filter(({ state, workload }) => state === 'collected' && workload !== null);
  const hour = (ms: number): number => (ms - START) / HOUR;
  const reported = good.map(({ fromMs, toMs, bound }) => [hour(fromMs), hour(toMs), bound === 1]);
  assert.deepEqual(reported.slice(0, 2), [
    [0, 6.25, false],
    [6.25, 9.5, true],
  ]);
  assert.match(good[1]?.because ?? '', /no canary was sent/);
});

test('a feed with two missing canaries in a row is silent from the last returned one', () => {
  const sent = Array.from({ length: 12 }, (_, i) => START + i * HOUR);
  const canaries = sent.map((ms, i) => canary(ms, ms + 2 * HOUR, i >= 6 && i < 9 ? 0 : 1));
  const rows = reduced([...hours(0, 24), ...canaries]).rows(START + DAY);
  const silent = rows.filter(({ because }) => because.includes('silent'));
  assert.ok(silent.length >= 2, 'the workload and the whole source are short');
  for (const { state, fromMs, toMs } of silent) {
    assert.deepEqual([state, fromMs, toMs], ['late', START + 5 * HOUR, START + 9 * HOUR]);
  }
});

test('one missing canary is a random loss', () => {
  const sent = Array.from({ length: 12 }, (_, i) => START + i * HOUR);
  const canaries = sent.map((ms, i) => canary(ms, ms + 2 * HOUR, i === 6 ? 0 : 1));
  const rows = reduced([...hours(0, 24), ...canaries]).rows(START + DAY);
  assert.ok(!rows.some(({ because }) => because.includes('silent')));
});

test('requests Graph again after the settle time, because Graph lists by event time', () => {
  const graph = { source: 'graph/signIns', collector: 'graph', axis: 'event' } as const;
  const reducer = reduced(hours(0, 24, graph));
  // Requested once, at the end of each hour: every hour may still be incomplete.
  assert.deepEqual(reported(reducer.rows(START + DAY), 'graph/signIns'), ['late 0 24']);
  const again = reduced(
    hours(0, 24, graph).concat(
      Array.from({ length: 24 }, (_, i) =>
        poll(START + i * HOUR, START + (i + 1) * HOUR, {
          ...graph,
          at: new Date(START + (i + 3) * HOUR).toISOString().replace('.000Z', 'Z'),
        }),
      ),
    ),
  );
  assert.equal(reported(again.rows(START + 27 * HOUR), 'graph/signIns')[0], 'collected 0 24');
});

test('reports the stated coverage of a mailbox, and nothing in between', () => {
  const bypass = poll(START + 3 * HOUR, START + 9 * HOUR, {
    ...FAILED,
    axis: 'event',
    outcome: 'off',
    workload: 'Exchange',
    subject: 'anna@contoso.example',
    because: 'mailbox audit bypass is on',
  });
  const [row] = reduced([...hours(0, 24), bypass])
    .rows(START + DAY)
    .filter(({ subject }) => subject !== null);
  assert.deepEqual(
    [row?.state, row?.subject, row?.because, row?.fromMs, row?.toMs],
    [
      'off',
      'anna@contoso.example',
      'mailbox audit bypass is on',
      START + 3 * HOUR,
      START + 9 * HOUR,
    ],
  );
});

test('uncollected content types are unknown beside collected ones', () => {
  const rows = reduced(hours(0, 24)).rows(START + DAY);
  const unknown = rows.filter(({ state }) => state === 'unknown').map(({ source }) => source);
  assert.deepEqual(unknown, [
    'm365.activity/Audit.AzureActiveDirectory',
    'm365.activity/Audit.General',
    'm365.activity/Audit.SharePoint',
  ]);
  assert.ok(rows.every(({ tenant }) => tenant === TENANT));
});

test('continues from its saved state as if it had never stopped', () => {
  const all = [
    ...hours(0, 10),
    poll(START + 10 * HOUR, START + 11 * HOUR, FAILED),
    ...hours(11, 24),
    ...Array.from({ length: 20 }, (_, i) => canary(START + i * HOUR, START + (i + 2) * HOUR, 1)),
  ];
  const whole = reduced(all);
  let kept = new CoverageReducer();
  for (const [index, each] of all.entries()) {
    kept = CoverageReducer.of(JSON.parse(JSON.stringify(kept.keep())));
    kept.observe(index, each);
  }
  assert.deepEqual(kept.rows(START + DAY), whole.rows(START + DAY));
});

test('an unreadable record is lost, not late: no more of it will arrive', () => {
  const quarantined = { outcome: 'partial', code: 'quarantined', because: '1 piece' } as const;
  const polls = hours(0, 24).with(10, poll(START + 10 * HOUR, START + 11 * HOUR, quarantined));
  for (const days of [1, 8]) {
    assert.equal(reported(reduced(polls).rows(START + days * DAY))[1], 'lost 8.5 11.08');
  }
});

test('a content type that was added later is unknown before, while others were read', () => {
  const added = 'm365.activity/Audit.General';
  const polls = [...hours(0, 72), ...hours(48, 72, { source: added })];
  const rows = reduced(polls).rows(START + 3 * DAY);
  assert.deepEqual(reported(rows, added), ['unknown 0 48', 'collected 48 71', 'late 71 72']);
  const first = rows.find(({ source }) => source === added);
  assert.match(first?.because ?? '', /no collector read this content type at that time/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Observation, parseObservation } from './observation.ts';

const POLL: Observation = {
  v: 2,
  collector: 'activity-api',
  tenant: '9f3d9d5a-6c1e-4f57-8f6e-2f4f0a1b2c3d',
  source: 'm365.activity/Audit.Exchange',
  workload: null,
  subject: null,
  from: '2026-03-02T08:00:00Z',
  to: '2026-03-02T09:00:00Z',
  axis: 'availability',
  outcome: 'complete',
  listed: 3,
  fetched: 3,
  records: 41,
  duplicates: 2,
  quarantined: 0,
  because: null,
  code: null,
  delays: { n: 39, p50Ms: 3_600_000, p99Ms: 5_400_000, maxMs: 7_200_000 },
  canaries: { sent: 2, seen: 2 },
  at: '2026-03-02T09:00:03.25Z',
};

test('reads back what it wrote', () => {
  assert.deepEqual(parseObservation(JSON.parse(JSON.stringify(POLL))), POLL);
  assert.notEqual(parseObservation({ ...POLL, delays: null, canaries: null }), undefined);
  assert.notEqual(
    parseObservation({
      ...POLL,
      ...delaysOf([
        [600, 20],
        [700, 19],
      ]),
    }),
    undefined,
  );
});

function delaysOf(buckets: unknown): object {
  return { delays: { ...POLL.delays, buckets } };
}

const CHECK = {
  against: 'graph/auditLogQuery',
  both: 40,
  onlySource: 0,
  onlyAgainst: 1,
  share: 1,
  ids: ['9f3d9d5a-6c1e-4f57-8f6e-2f4f0a1b2c3d'],
};

test('reads the result of a comparison', () => {
  const said = { ...POLL, collector: 'cross-check', check: CHECK };
  assert.deepEqual(parseObservation(said), said);
});

const REFUSED: readonly (readonly [string, object])[] = [
  ['another version', { v: 1 }],
  ['an unknown collector', { collector: 'imap' }],
  ['a tenant in capitals', { tenant: POLL.tenant.toUpperCase() }],
  ['an invalid tenant', { tenant: 'contoso' }],
  ['a source without a family', { source: 'signIns' }],
  ['a window that ends where it starts', { to: POLL.from }],
  ['a window that ends before it starts', { to: '2026-03-02T07:00:00Z' }],
  ['a date without a time', { from: '2026-03-02' }],
  ['an unknown axis', { axis: 'arrival' }],
  ['an unknown outcome', { outcome: 'fine' }],
  ['a negative count', { listed: -1 }],
  ['half a record', { records: 0.5 }],
  ['a count in quotes', { records: '41' }],
  ['an endless reason', { because: 'x'.repeat(1001) }],
  ['more canaries back than were sent', { canaries: { sent: 1, seen: 2 } }],
  ['delays without a maximum', { delays: { n: 1, p50Ms: 1, p99Ms: 1 } }],
  ['delays as a list', { delays: [1, 1, 1, 1] }],
  ['buckets with a different total', delaysOf([[700, 38]])],
  [
    'buckets out of order',
    delaysOf([
      [700, 20],
      [600, 19],
    ]),
  ],
  ['a bucket beyond the last', delaysOf([[1140, 39]])],
  [
    'an empty bucket',
    delaysOf([
      [600, 0],
      [700, 39],
    ]),
  ],
  ['buckets that are not pairs', delaysOf([700, 39])],
  ['a comparison by a poll', { check: CHECK }],
  ['an empty comparison', { collector: 'cross-check', check: { ...CHECK, share: 0 } }],
  ['a comparison with text values', { collector: 'cross-check', check: 'same' }],
  ['an unknown member', { state: 'corroborated' }],
];

for (const [what, change] of REFUSED) {
  test(`refuses ${what}`, () => {
    assert.equal(parseObservation({ ...POLL, ...change }), undefined);
  });
}

test('refuses a body with a missing member', () => {
  for (const member of Object.keys(POLL)) {
    const { [member]: _, ...rest } = { ...POLL } as Record<string, unknown>;
    assert.equal(parseObservation(rest), undefined, member);
  }
});

test('refuses a value that is not an object', () => {
  for (const value of [null, undefined, 2, 'text', [POLL]]) {
    assert.equal(parseObservation(value), undefined);
  }
});

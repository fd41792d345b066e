import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { CanaryTally } from '@countersign/coverage';
import type { Emulator, FeedDelay, FeedRecord } from '@countersign/emulator';
import type { Collector } from '@countersign/m365';
import { pollOnce } from '../../apps/countersign/src/ingest/collection/poll-once.ts';
import type { CoverageRow } from '../../apps/countersign/src/store/rows/entry-rows.ts';
import { IS_LONG, SEED } from '../../tools/property.ts';
import { assertFsckClean } from '../support/account.ts';
import { activityCollector } from '../support/collection/collection.ts';
import { addressOf, livelyTenant } from '../support/collection/emulated-tenants.ts';
import { type ProbedSink, withCanaries } from '../support/collection/with-canaries.ts';
import { temporaryFolder } from '../support/folders.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const EXCHANGE = 'm365.activity/Audit.Exchange';
const SOURCES = [
  'm365.activity/Audit.AzureActiveDirectory',
  EXCHANGE,
  'm365.activity/Audit.General',
  'm365.activity/Audit.SharePoint',
];

const root = temporaryFolder('canaries');

/** Lets time pass like `serve`: canaries are checked often, the feed is polled at intervals. */
async function live(
  emulator: Emulator,
  { sink, canaries }: Pick<ProbedSink, 'sink' | 'canaries'>,
  { collector, minutes, pollEvery }: { collector: Collector; minutes: number; pollEvery: number },
): Promise<string[]> {
  const problems: string[] = [];
  for (let minute = 1; minute <= minutes; minute++) {
    await emulator.advance(MINUTE_MS);
    if (minute % pollEvery === 0) await pollOnce(sink, collector);
    problems.push(...(await canaries.poll(sink)).problems);
  }
  await sink.post();
  return problems;
}

/** The true delays and losses of the records from draft canaries. */
function trueDraftDelays(
  { tenants, credentials, store, truth }: Emulator,
  untilMs: number,
): { readonly delays: readonly number[]; readonly lost: number } {
  const { tenantId = '' } = tenants[0] ?? {};
  const feed = 'activity/Audit.Exchange';
  const isOurs = (body: Readonly<Record<string, unknown>>): boolean =>
    body['ClientAppId'] === credentials.probe.clientId && body['Operation'] === 'Create';
  const delays = [...store.listed(feed, tenantId, 0, Number.MAX_SAFE_INTEGER)]
    .filter(({ record }) => record.atMs <= untilMs && isOurs(record.body))
    .map(({ record, availableMs }) => availableMs - record.atMs)
    .sort((a, b) => a - b);
  // Only drafts are withheld here, because people create none.
  return { delays, lost: truth().withheld.filter(({ atMs }) => atMs <= untilMs).length };
}

test('canaries act in every workload, and each returned record is recognized', async () => {
  const dir = join(root, 'all');
  const emulator = await livelyTenant({ seed: 11 });
  try {
    const collector = activityCollector(addressOf(emulator));
    const options = { dir, emulator, sources: SOURCES, periodMs: 5 * MINUTE_MS };
    await withCanaries(options, async (probed) => {
      const problems = await live(emulator, probed, { collector, minutes: 240, pollEvery: 10 });
      assert.deepEqual(problems, []);
      const tallies = probed.store.canaries();
      assert.deepEqual(
        tallies.map(({ key }) => `${key.source.split('.').at(-1)} ${key.workload}`).sort(),
        [
          'AzureActiveDirectory AzureActiveDirectory',
          'Exchange Exchange',
          'General MicrosoftTeams',
          'SharePoint SharePoint',
        ],
      );
      for (const { key, sent, seen } of tallies) {
        assert.ok(seen >= 20 && seen === sent, `${key.workload}: ${seen} of ${sent}`);
      }
    });
    await assertFsckClean(dir);
    assert.deepEqual(emulator.defects, []);
  } finally {
    await emulator.stop();
  }
});

/** Enough probes that a tenth of the loss exceeds three standard errors of its share. */
const MINUTES = IS_LONG ? 2880 : 600;

for (const seed of IS_LONG ? [SEED, SEED + 1, SEED + 2] : [SEED]) {
  test(`measures the injected delay and loss to a tenth (${seed})`, async (t) => {
    const dir = join(root, `measured-${seed}`);
    const lost = 0.3;
    const isCreate = fixedShare(lost);
    const emulator = await livelyTenant({ seed, faults: { aimed: [isCreate] } });
    try {
      const collector = activityCollector(addressOf(emulator));
      const common = { dir, emulator, acts: ['draft'], sources: [EXCHANGE] } as const;
      await withCanaries({ ...common, periodMs: MINUTE_MS }, async (probed) => {
        await live(emulator, probed, { collector, minutes: MINUTES, pollEvery: 10 });
        // Expected canaries return, and the others become overdue.
        const untilMs = emulator.clock.now();
        await emulator.advance(24 * HOUR_MS);
        await pollOnce(probed.sink, collector);
        await probed.canaries.poll(probed.sink);
        await probed.sink.post();
        const [tally, more] = probed.store.canaries();
        assert.ok(tally !== undefined && more === undefined);
        t.diagnostic(assertMeasured(tally, trueDraftDelays(emulator, untilMs), lost));
      });
    } finally {
      await emulator.stop();
    }
  });
}

/** Withholds this share of drafts, by their random ids. */
function fixedShare(share: number): (record: FeedRecord) => boolean {
  return ({ id, body }) =>
    body['Operation'] === 'Create' && Number.parseInt(id.slice(0, 8), 16) < share * 2 ** 32;
}

/** Compares the measured values with the true ones. */
function assertMeasured(
  { sent, seen, delays }: CanaryTally,
  truth: ReturnType<typeof trueDraftDelays>,
  lost: number,
): string {
  assert.ok(sent > 0.95 * MINUTES, `${sent} canaries in ${MINUTES} minutes`);
  assert.deepEqual([sent - seen, seen], [truth.lost, truth.delays.length], 'lost and seen');
  const share = (sent - seen) / sent;
  const said = [
    `${sent - seen} of ${sent} lost (${(100 * share).toFixed(1)} %, of ${100 * lost} %)`,
  ];
  // Fewer probes measure the share less precisely: chance alone allows three standard errors.
  const errors = 3 * Math.sqrt((lost * (1 - lost)) / sent);
  if (IS_LONG) assert.ok(errors < 0.1 * lost, 'enough probes to measure a tenth');
  assert.ok(Math.abs(share - lost) <= Math.max(errors, 0.1 * lost), said[0]);
  for (const [of, measuredMs] of [
    [0.5, delays?.p50Ms ?? 0],
    [0.99, delays?.p99Ms ?? 0],
  ] as const) {
    const trueMs = truth.delays[Math.ceil(of * truth.delays.length) - 1] ?? 0;
    const text = `p${100 * of} ${measuredMs / MINUTE_MS} min, in truth ${trueMs / MINUTE_MS} min`;
    assert.ok(isWithin(measuredMs, trueMs), text);
    said.push(text);
  }
  return said.join('; ');
}

function isWithin(measured: number, truth: number): boolean {
  return Math.abs(measured - truth) <= 0.1 * truth;
}

test('a silent workload is found within its p99 delay and two canary periods', async () => {
  const dir = join(root, 'silent');
  const periodMs = 5 * MINUTE_MS;
  // More than a hundred canaries have returned, so the feed's own p99 is known.
  const outFromMs = Date.parse('2026-03-02T00:00:00Z') + 12 * HOUR_MS;
  const out = { fromMs: outFromMs, toMs: outFromMs + 12 * HOUR_MS };
  const outages = [{ workload: 'SharePoint', afterwards: 'lost', ...out } as const];
  const emulator = await livelyTenant({ seed: SEED, faults: { outages } });
  try {
    const collector = activityCollector(addressOf(emulator));
    const sources = ['m365.activity/Audit.SharePoint'];
    const options = { dir, emulator, sources, acts: ['file'], periodMs } as const;
    await withCanaries(options, async (probed) => {
      await live(emulator, probed, { collector, minutes: 12 * 60, pollEvery: 10 });
      const [tally] = probed.store.canaries();
      assert.ok((tally?.delays?.n ?? 0) > 100, `${tally?.delays?.n}`);
      const p99Ms = tally?.delays?.p99Ms ?? 0;
      const rows = (): CoverageRow[] =>
        probed.store.coverage().filter(({ workload }) => workload === 'SharePoint');
      const silent = (row: CoverageRow): boolean => row.because.includes('silent');
      assert.deepEqual(rows().filter(silent), []);
      let foundMs = Number.POSITIVE_INFINITY;
      for (let minute = 0; minute < 6 * 60 && foundMs === Number.POSITIVE_INFINITY; minute++) {
        await live(emulator, probed, { collector, minutes: 1, pollEvery: 1 });
        if (rows().some(silent)) foundMs = emulator.clock.now();
      }
      // The canary of a period is sent at some moment in it, and is checked once per minute here.
      const promisedMs = p99Ms * 1.05 + 2 * periodMs + MINUTE_MS;
      const tookMs = foundMs - outFromMs;
      assert.ok(tookMs <= promisedMs, `${tookMs / MINUTE_MS} of ${promisedMs / MINUTE_MS} min`);
      const [row] = rows().filter(silent);
      assert.equal(row?.state, 'late');
      assert.ok((row?.toMs ?? 0) >= emulator.clock.now() - MINUTE_MS, 'up to now');
    });
  } finally {
    await emulator.stop();
  }
});

/** A feed that delivers nothing within two hours, and everything within four. */
const STEADY: FeedDelay = {
  windowMs: 5 * MINUTE_MS,
  usualMs: [2 * HOUR_MS, 4 * HOUR_MS],
  ...{ slowShare: 0, slowMeanMs: 0, shards: 3 },
};

test('canaries that returned before a crash are reported after it, and only once', async () => {
  const dir = join(root, 'crash');
  // Canaries are sent at random moments: with usual delays, some return within the hour.
  const delays = { activity: STEADY, graph: STEADY, azure: STEADY };
  const emulator = await livelyTenant({ seed: SEED, delays });
  try {
    const options = { dir, emulator, sources: SOURCES, periodMs: 5 * MINUTE_MS };
    const collector = activityCollector(addressOf(emulator));
    const sent = await withCanaries(options, async (probed) => {
      await live(emulator, probed, { collector, minutes: 60, pollEvery: 60 });
      await emulator.advance(12 * HOUR_MS);
      // The records are in the ledger, and the waiting process dies before its next check.
      await pollOnce(probed.sink, collector);
      return countOf(probed.store.canaries());
    });
    assert.deepEqual(sent, { sent: 0, seen: 0 });
    await withCanaries(options, async ({ canaries, sink, store }) => {
      await canaries.poll(sink);
      await sink.post();
      const { sent: answered, seen } = countOf(store.canaries());
      assert.ok(answered >= 44 && seen === answered, `${seen} of ${answered}`);
    });
    await withCanaries({ ...options, acts: [] }, async ({ canaries, sink }) => {
      const { windows } = await canaries.poll(sink);
      // The four canaries of the second process are pending, and the others were reported.
      assert.equal(windows, 0);
    });
    await assertFsckClean(dir);
  } finally {
    await emulator.stop();
  }
});

function countOf(tallies: readonly CanaryTally[]): { sent: number; seen: number } {
  return tallies.reduce(
    (sum, { sent, seen }) => ({ sent: sum.sent + sent, seen: sum.seen + seen }),
    { sent: 0, seen: 0 },
  );
}

test('a forbidden canary act is reported, and does not count as loss', async () => {
  const dir = join(root, 'refused');
  const emulator = await livelyTenant({ seed: SEED });
  try {
    const collector = activityCollector(addressOf(emulator));
    const { directories } = emulator.companies;
    const [directory] = directories.values();
    const app = directory?.state.find('servicePrincipals', emulator.credentials.probe.clientId);
    assert.ok(directory !== undefined && app !== undefined);
    for (const { id } of directory.state.related(app.id, 'appRoleAssignments')) {
      const nowMs = emulator.clock.now();
      directory.follow([{ act: 'delete', kind: 'appRoleAssignments', id }], nowMs);
    }
    await emulator.advance(10 * MINUTE_MS);
    const options = { dir, emulator, sources: SOURCES, periodMs: HOUR_MS };
    await withCanaries(options, async (probed) => {
      const time = { collector, minutes: 20 * 60, pollEvery: 30 };
      const problems = await live(emulator, probed, time);
      assert.ok(
        problems.some((text) => /no canary was sent in Exchange \(draft\).*403/.test(text)),
      );
      assert.deepEqual(countOf(probed.store.canaries()), { sent: 0, seen: 0 });
      const rows = probed.store.coverage().filter(({ state }) => state === 'collected');
      for (const { bound, because } of rows) {
        assert.equal(bound, 1);
        assert.match(because, /no canary was sent, so there is no upper bound/);
      }
      assert.ok(rows.length > 0);
    });
  } finally {
    await emulator.stop();
  }
});

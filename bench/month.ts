import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Emulator, type FaultPlan, startEmulator } from '../emulator/index.ts';
import type { Feed } from '../emulator/types.ts';
import { BooksReader } from '../src/books/index.ts';
import type { Collector } from '../src/intake/index.ts';
import { fsck, LedgerReader, parseLeaf } from '../src/ledger/index.ts';
import { type LedgerDesk, pollOnce } from '../src/pipeline/index.ts';
import { withDesk } from '../test/support/collecting.ts';
import { clockOf } from '../test/support/emulated.ts';
import { COLLECT, collectorsFor } from '../test/support/emulated-collectors.ts';
import { type BenchOptions, type Figure, interleaved } from './harness.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const START_MS = Date.UTC(2026, 2, 2);
const DAYS = 30;
/** The month in full takes hours, most of it to make what is collected. */
const PEOPLE = { short: 25, long: 10_000 } as const;
/** Less often than `serve` does: a month of its polls would be most of what is measured. */
const POLL_EVERY_MS = 2 * HOUR_MS;
/** After it nothing goes wrong any more, and what is late comes. */
const AFTER_MS = DAY_MS;

const FAULTS: Partial<FaultPlan> = {
  ...{ throttled: 0.01, failing: 0.01, slow: 0.005, slowMs: 5, cut: 0.01, expired: 0.01 },
  ...{ duplicated: 0.05, repeated: 0.05, late: 0.02, lateMs: [HOUR_MS, 3 * DAY_MS] },
  ...{ hidden: 0.02, gone: 0.002, lost: 0.002, unlisted: 0.002, unsearched: 0.002 },
  ...{ looping: 0.005, skewMs: 2 * MINUTE_MS, html: 0.005, redirected: 0.005 },
  ...{ bomb: 0.0001, huge: 0.0001, deep: 0.001, foreign: 0.001 },
  aimed: [({ id }) => id.startsWith('00')],
  outages: [
    { workload: 'SharePoint', fromMs: START_MS + 9 * DAY_MS, toMs: START_MS + 10 * DAY_MS },
    { workload: 'Exchange', fromMs: START_MS + 16 * DAY_MS, toMs: START_MS + 16.5 * DAY_MS },
  ].map((outage, n) => ({ ...outage, afterwards: n === 0 ? 'late' : 'lost' })),
  disabled: [
    { contentType: 'Audit.Exchange', atMs: START_MS + 20 * DAY_MS, by: 'a tenant admin' },
    { contentType: 'Audit.General', atMs: START_MS + 23 * DAY_MS, by: 'a service admin' },
  ],
};
const FEEDS: readonly Feed[] = [
  'activity/Audit.AzureActiveDirectory',
  'activity/Audit.Exchange',
  'activity/Audit.SharePoint',
  'activity/Audit.General',
  'activity/DLP.All',
];
const UNITS = {
  month: 'min',
  records: 'in the ledger',
  speed: 'records/s, emulator included',
  good: '% of the time of a source',
  known: '% late, lost or off',
  memory: 'MiB, emulator included',
};

/**
 * A month of a tenant in which everything goes wrong that can, collected by all ways at once. It
 * counts only if all that was offered is there once, and the archive is sound.
 */
export function run(options: BenchOptions): Promise<Figure[]> {
  const people = options.size ?? PEOPLE[options.form];
  const measure = (): Promise<Record<keyof typeof UNITS, number>> => measured(options, people);
  const variant = { name: `${DAYS} days of ${people} people, all faults`, units: UNITS, measure };
  return interleaved([variant], { ...options, runs: 1 });
}

async function measured(
  { folder, log }: BenchOptions,
  people: number,
): Promise<Record<keyof typeof UNITS, number>> {
  const dir = join(folder, 'month');
  rmSync(dir, { recursive: true, force: true });
  const began = performance.now();
  const emulator = await startEmulator({
    ...{ seed: 1, startMs: START_MS, subscribed: 'before', tenants: [{ people }], faults: FAULTS },
    activityApi: { requestsPerMinute: 60_000 },
  });
  try {
    const offered = new Set<string>();
    const { collectors, close } = collectorsFor(emulator, ACTIVITY, COLLECT.graph, COLLECT.storage);
    await withDesk(dir, clockOf(emulator), async (desk) => {
      for (let day = 1; day <= DAYS; day++) {
        await live(emulator, { desk, collectors, untilMs: START_MS + day * DAY_MS });
        noteOffered(emulator, offered);
        const minutes = (performance.now() - began) / MINUTE_MS;
        log(`day ${day}: ${offered.size} records offered, ${minutes.toFixed(1)} minutes`);
      }
      emulator.faults.clear();
      const { gone = 0, bomb = 0, huge = 0, deep = 0, skewMs = 0 } = FAULTS;
      emulator.faults.set({ gone, bomb, huge, deep, skewMs });
      await live(emulator, { desk, collectors, untilMs: START_MS + DAYS * DAY_MS + AFTER_MS });
    });
    await close();
    const minutes = (performance.now() - began) / MINUTE_MS;
    const records = await judged(dir, emulator, offered);
    const memory = process.resourceUsage().maxRSS / 1024;
    const speed = records / (minutes * 60);
    return { month: minutes, records, speed, ...(await statesOf(dir, emulator)), memory };
  } finally {
    await emulator.stop();
  }
}

const ACTIVITY = 'activityApi: {root: "MANAGE", requestsPerMinute: 60000}';

async function live(
  emulator: Emulator,
  of: {
    readonly desk: LedgerDesk;
    readonly collectors: readonly Collector[];
    readonly untilMs: number;
  },
): Promise<void> {
  while (emulator.clock.now() < of.untilMs) {
    await emulator.advance(POLL_EVERY_MS);
    for (const collector of of.collectors) await pollOnce(of.desk, collector);
  }
}

function noteOffered(emulator: Emulator, offered: Set<string>): void {
  const tenantId = emulator.tenants[0]?.tenantId ?? '';
  for (const feed of FEEDS) for (const id of emulator.offered(tenantId, feed)) offered.add(id);
}

/** @throws Error unless all that was offered is there once, and the archive is sound */
async function judged(
  dir: string,
  emulator: Emulator,
  offered: ReadonlySet<string>,
): Promise<number> {
  const { problems } = await fsck({ dir, threads: 1 });
  const ids: string[] = [];
  let records = 0;
  const reader = await LedgerReader.open(dir);
  for await (const batch of reader.scan()) {
    for (let position = 0; position < batch.count; position++) {
      const { kind, source, id } = parseLeaf(batch.leaf(position));
      if (kind !== 'record') continue;
      records++;
      if (source.startsWith('m365.activity/')) ids.push(id);
    }
  }
  reader.close();
  const there = new Set(ids);
  const missing = [...offered].filter((id) => !there.has(id)).length;
  const { strayed } = emulator.truth();
  const wrong = {
    problems: problems.length,
    defects: emulator.defects.length,
    strayed: strayed.all,
    twice: ids.length - there.size,
    missing,
  };
  if (Object.values(wrong).some((count) => count > 0)) throw new Error(JSON.stringify(wrong));
  return records;
}

/** Shares of the month, of all sources together. */
async function statesOf(dir: string, emulator: Emulator): Promise<{ good: number; known: number }> {
  const books = await BooksReader.open(dir, { clock: clockOf(emulator) });
  const sums = new Map<string, number>();
  for (const { workload, subject, fromMs, toMs, state } of books.coverage()) {
    if (workload !== null || subject !== null) continue;
    const from = Math.max(fromMs ?? START_MS, START_MS);
    const length = Math.min(toMs ?? Infinity, START_MS + DAYS * DAY_MS) - from;
    if (length > 0) sums.set(state, (sums.get(state) ?? 0) + length);
  }
  books.close();
  const all = [...sums.values()].reduce((sum, ms) => sum + ms, 0);
  const share = (...states: readonly string[]): number =>
    (100 * states.reduce((sum, state) => sum + (sums.get(state) ?? 0), 0)) / all;
  return { good: share('collected', 'corroborated'), known: share('late', 'lost', 'off') };
}

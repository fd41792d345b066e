import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { tenantId } from '@countersign/core';
import { type Emulator, type Feed, SeededRandom, startEmulator } from '@countersign/emulator';
import { NORTHMOOR } from '@countersign/emulator/testing/office-worker';
import { fsck, LedgerReader, parseLeaf } from '@countersign/ledger';
import {
  AuditLogQueryCollector,
  type Collector,
  GraphReader,
  HttpClient,
  RequestPace,
  Secret,
  TokenSource,
} from '@countersign/m365';
import { CrossCheck } from '../../../apps/countersign/src/ingest/collection/cross-check.ts';
import { pollOnce } from '../../../apps/countersign/src/ingest/collection/poll-once.ts';
import type { CoverageRow } from '../../../apps/countersign/src/store/rows/entry-rows.ts';
import { StoreReader } from '../../../apps/countersign/src/store/store-reader.ts';
import { activityCollector } from './collection.ts';
import { type DrawnFaults, drawFaults } from './coverage-faults.ts';
import { addressOf, clockOf } from './emulated-tenants.ts';
import { Office } from './office.ts';
import { type ProbedSink, withCanaries } from './with-canaries.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
export const START_MS: number = Date.parse('2026-03-02T00:00:00Z');
/** Hours of activity. Afterwards the run only catches up. */
const HOURS = 10;
const AFTER_HOURS = 8;
const CANARY_PERIOD_MS = 15 * MINUTE_MS;
const PER_HOUR = 40;
const SEARCH_LAG_MS = 2 * HOUR_MS;

/** The two feeds of a run, with the vendor's name and the ledger's source. */
export const FEEDS: readonly {
  readonly feed: Feed;
  readonly source: string;
  readonly workload: string;
}[] = ['Exchange', 'SharePoint'].map((workload) => ({
  feed: `activity/Audit.${workload}` as Feed,
  source: `m365.activity/Audit.${workload}`,
  workload,
}));

/** A run, with everything known about it at its end. */
export type CoverageRun = {
  readonly faults: DrawnFaults;
  readonly emulator: Emulator;
  readonly nowMs: number;
  /** When the feeds were last polled. */
  readonly askedMs: number;
  /** By source: the ids of its records, in order, with repetitions. */
  readonly ledgerIds: ReadonlyMap<string, readonly string[]>;
  readonly rows: readonly CoverageRow[];
  /** The same after everything still available has expired. */
  readonly laterRows: readonly CoverageRow[];
  readonly problems: readonly unknown[];
};

/** Simulates one run and passes it to `use`. The emulator ends afterwards. */
export async function coverageRun<T>(
  seed: number,
  root: string,
  read: (run: CoverageRun) => T,
): Promise<T> {
  const random = new SeededRandom(seed, 'coverage run');
  const faults = drawFaults(random, { startMs: START_MS, hours: HOURS });
  const dir = join(root, `run-${seed}`);
  const emulator = await startEmulator({
    seed,
    startMs: START_MS,
    tenants: [{ tenantId: NORTHMOOR, domain: 'northmoor.example' }],
    subscribed: 'before',
    actors: FEEDS.map((of) => new Office({ seed, tenantId: NORTHMOOR, perHour: PER_HOUR, ...of })),
    delays: { activity: DELAYS, graph: DELAYS, azure: DELAYS },
    recordsPerBlob: { min: 3, max: 20 },
    // Time does not pass during requests, so the next minute would never come.
    activityApi: { requestsPerMinute: 1_000_000, pageSize: 10 },
    faults: { ...faults.passing, ...faults.lasting },
  });
  try {
    const askedMs = await simulate(emulator, dir, faults);
    const nowMs = emulator.clock.now();
    const end = { faults, emulator, nowMs, askedMs };
    const { problems } = await fsck({ dir, threads: 0 });
    return read({ ...end, problems, ...(await readAll(dir, nowMs)) });
  } finally {
    await emulator.stop();
    // A thousand runs would fill a disk.
    rmSync(dir, { recursive: true, force: true });
  }
}

/** A feed faster than the vendor's, so that a day shows what a week would. */
const DELAYS = {
  windowMs: 2 * MINUTE_MS,
  usualMs: [8 * MINUTE_MS, 25 * MINUTE_MS],
  ...{ slowShare: 0.01, slowMeanMs: 20 * MINUTE_MS, shards: 2 },
} as const;

/** Returns when the feeds were last polled. */
async function simulate(emulator: Emulator, dir: string, faults: DrawnFaults): Promise<number> {
  const { restart = HOURS } = faults;
  const sources = FEEDS.map(({ source }) => source);
  const acts = ['draft', 'file'] as const;
  const options = { dir, emulator, sources, acts, periodMs: CANARY_PERIOD_MS };
  const life = { emulator, dir, faults };
  if (restart < HOURS) {
    await withCanaries(options, (probed) => live({ ...life, probed, from: 0, to: restart }));
  }
  const from = restart < HOURS ? restart : 0;
  return withCanaries(options, async (probed) => {
    await live({ ...life, probed, from, to: HOURS });
    const { gone = 0, deep = 0 } = faults.lasting;
    const { skewMs = 0 } = faults.passing;
    const { unlisted, unlistedAims, unsearched } = emulator.faults.plan;
    emulator.faults.clear();
    emulator.faults.set({ gone, deep, skewMs, unlisted, unlistedAims, unsearched });
    return live({ ...life, probed, from: HOURS, to: HOURS + AFTER_HOURS });
  });
}

async function live(life: {
  readonly emulator: Emulator;
  readonly dir: string;
  readonly faults: DrawnFaults;
  readonly probed: ProbedSink;
  readonly from: number;
  readonly to: number;
}): Promise<number> {
  const { emulator, dir, faults, probed } = life;
  const { sink, canaries, store } = probed;
  const reader = await LedgerReader.open(dir);
  const http = clientOf(emulator);
  const collector = activityCollector({ ...addressOf(emulator), contentTypes: TYPES });
  const search = searchOf(emulator, http);
  const check = new CrossCheck({ store, reader, clock: clockOf(emulator) });
  const step = CANARY_PERIOD_MS;
  let askedMs = emulator.clock.now();
  const poll = async (what: Collector): Promise<void> => {
    await pollOnce(sink, what);
  };
  try {
    for (let n = (life.from * HOUR_MS) / step + 1; n <= (life.to * HOUR_MS) / step; n++) {
      const untilMs = START_MS + n * step;
      await emulator.advance(Math.max(0, untilMs - emulator.clock.now()));
      if (isAway(faults, n * step)) continue;
      await canaries.poll(sink);
      const isAfter = life.from >= HOURS;
      if (isAfter ? n % 4 === 0 : n % 2 === 0) {
        askedMs = emulator.clock.now();
        await poll(collector);
      }
      if ((n * step) % (4 * HOUR_MS) === 0) await poll(search);
      if ((n * step) % (2 * HOUR_MS) === 0) await poll(check);
    }
    await poll(check);
  } finally {
    reader.close();
    http.close();
  }
  return askedMs;
}

const TYPES = ['Audit.Exchange', 'Audit.SharePoint'] as const;

function isAway({ away }: DrawnFaults, sinceStartMs: number): boolean {
  if (away === undefined) return false;
  return sinceStartMs > away.from * HOUR_MS && sinceStartMs < away.to * HOUR_MS;
}

const random = { fill: (into: Uint8Array): Uint8Array => crypto.getRandomValues(into) };

function clientOf(emulator: Emulator): HttpClient {
  const { login = '', graph = '' } = emulator.origins;
  const { clock = clockOf(emulator), wait } = addressOf(emulator);
  if (wait === undefined) throw new RangeError('waiting advances the time');
  return new HttpClient({ origins: [login, graph], clock, random, wait });
}

function searchOf(emulator: Emulator, http: HttpClient): Collector {
  const { login = '', graph: root = '' } = emulator.origins;
  const { clientId, clientSecret } = emulator.credentials;
  const { clock = clockOf(emulator), wait, tenant: id } = addressOf(emulator);
  if (wait === undefined) throw new RangeError('waiting advances the time');
  const tenant = tenantId(id);
  const authorization = new TokenSource({
    ...{ http, clock, random, authority: login, tenant, clientId },
    credential: { kind: 'secret', secret: new Secret(clientSecret) },
    scope: 'https://graph.microsoft.com/.default',
  });
  const pace = new RequestPace({ clock, wait, allowance: { requests: 1_000_000, perMs: 60_000 } });
  const graph = new GraphReader({ http, authorization, pace, root });
  return new AuditLogQueryCollector({ graph, clock, wait, tenant, lagMs: SEARCH_LAG_MS });
}

async function readAll(
  dir: string,
  nowMs: number,
): Promise<Pick<CoverageRun, 'ledgerIds' | 'rows' | 'laterRows'>> {
  const ledgerIds = new Map<string, string[]>();
  const reader = await LedgerReader.open(dir);
  try {
    for await (const batch of reader.scan()) {
      for (let position = 0; position < batch.count; position++) {
        const { kind, id, source } = parseLeaf(batch.leaf(position));
        if (kind !== 'record') continue;
        const ids = ledgerIds.get(source) ?? [];
        ids.push(id);
        ledgerIds.set(source, ids);
      }
    }
  } finally {
    reader.close();
  }
  return {
    ledgerIds,
    rows: await rowsAt(dir, nowMs),
    laterRows: await rowsAt(dir, nowMs + 400 * 24 * HOUR_MS),
  };
}

async function rowsAt(dir: string, nowMs: number): Promise<readonly CoverageRow[]> {
  const clock = { now: () => nowMs, monotonic: () => nowMs };
  const store = await StoreReader.open(dir, { clock });
  try {
    return store.coverage();
  } finally {
    store.close();
  }
}

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { startEmulator } from '@countersign/emulator';
import { NORTHMOOR } from '@countersign/emulator/testing/clerk';
import { pollOnce } from '../apps/countersign/src/ingest/collection/poll-once.ts';
import { activityCollector, withDesk } from '../test/support/collecting.ts';
import { addressOf, clockOf } from '../test/support/emulated.ts';
import { Office } from '../test/support/office.ts';
import { type BenchOptions, type Figure, interleaved } from './harness.ts';

const MINUTE_MS = 60_000;
const START_MS = Date.UTC(2026, 2, 2);
/** Contracts 1.10: the baseline of every tenant; larger ones have more. */
const QUOTA_PER_MINUTE = 2_000;
const RECORDS_PER_MINUTE = 1_200;
const BLOBS: readonly number[] = [1, 10, 100, 1000];
const MINUTES = { short: 20, long: 180 } as const;
/** Of a feed that is quick, so that all of the time counts. */
const DELAY = {
  windowMs: MINUTE_MS,
  usualMs: [MINUTE_MS, 2 * MINUTE_MS],
  ...{ slowShare: 0, slowMeanMs: 0, shards: 1 },
} as const;
const UNITS = {
  needed: 'requests/min',
  headroom: '% of what is needed',
  throttled: 'answers',
  behind: 'min',
};

/**
 * What is left of the real quota at 1,200 records a minute (1.7 million a day), by the size of
 * blobs. Time is the emulator's; its quota counts as the real one does.
 */
export async function run(options: BenchOptions): Promise<Figure[]> {
  const perMinute = options.size ?? RECORDS_PER_MINUTE;
  const variants = BLOBS.map((size) => ({
    name: `${perMinute} records/min in blobs of ${size}`,
    units: UNITS,
    measure: () => measured(options, { size, perMinute }),
  }));
  // Nothing in it depends on how fast the machine is: once says all.
  return interleaved(variants, { ...options, runs: 1 });
}

async function measured(
  { folder, form }: BenchOptions,
  { size, perMinute }: { size: number; perMinute: number },
): Promise<Record<keyof typeof UNITS, number>> {
  const dir = join(folder, `quota-${size}`);
  rmSync(dir, { recursive: true, force: true });
  const office = { seed: 1, tenantId: NORTHMOOR, feed: 'activity/Audit.Exchange' } as const;
  const emulator = await startEmulator({
    ...{ seed: 1, startMs: START_MS, subscribed: 'before' },
    tenants: [{ tenantId: NORTHMOOR, domain: 'northmoor.example' }],
    actors: [new Office({ ...office, workload: 'Exchange', perHour: perMinute * 60 })],
    delays: { activity: DELAY, graph: DELAY, azure: DELAY },
    recordsPerBlob: { min: size, max: size },
    activityApi: { requestsPerMinute: QUOTA_PER_MINUTE },
  });
  try {
    const address = { ...addressOf(emulator), requestsPerMinute: QUOTA_PER_MINUTE };
    const collector = activityCollector(address);
    let behindMs = 0;
    await withDesk(dir, clockOf(emulator), async (desk) => {
      const untilMs = START_MS + MINUTES[form] * MINUTE_MS;
      while (emulator.clock.now() < untilMs) {
        await emulator.advance(MINUTE_MS);
        ({ behindMs } = await pollOnce(desk, collector));
      }
    });
    const { neededPerMinute, allowedPerMinute } = collector.budget ?? failed();
    const headroom = 100 * (allowedPerMinute / neededPerMinute - 1);
    const throttled = emulator.api.throttledCount;
    return { needed: neededPerMinute, headroom, throttled, behind: behindMs / MINUTE_MS };
  } finally {
    await emulator.stop();
  }
}

function failed(): never {
  throw new Error('the collector has no budget');
}

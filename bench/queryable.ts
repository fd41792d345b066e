import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '@countersign/core';
import type { Emulator } from '@countersign/emulator';
import { Clerk, NORTHMOOR } from '@countersign/emulator/testing/clerk';
import { StoreReader } from '../apps/countersign/src/store/store-reader.ts';
import { quantile } from './door-client.ts';
import { type BenchOptions, type Figure, interleaved } from './harness.ts';
import { withHintedServing } from './hinted-serving.ts';

const RECORDS = { short: 60, long: 600 } as const;
const FEED = 'activity/Audit.Exchange';
/** Somebody does something so often: most are listed while the last are fetched. */
const EVERY_MS = 400;
const LOOK_EVERY_MS = 20;
/** Of a feed in which records are listed seconds after they happened. */
const SOON = { usualMs: [500, 1500] } as const;
const UNITS = { p50: 'ms', p99: 'ms', longest: 'ms' };

/**
 * From the moment at which the service lists a record until a question finds it, where the service
 * tells of new content: hint, list, fetch, ledger and books, in real time.
 */
export function run(options: BenchOptions): Promise<Figure[]> {
  const count = options.size ?? RECORDS[options.form];
  const measure = (): Promise<Record<keyof typeof UNITS, number>> => measured(options, count);
  const variant = { name: `${count} records, listed to found`, units: UNITS, measure };
  return interleaved([variant], { ...options, runs: Math.min(options.runs, 3) });
}

async function measured(
  { folder }: BenchOptions,
  count: number,
): Promise<Record<keyof typeof UNITS, number>> {
  const dir = join(folder, 'queryable');
  rmSync(dir, { recursive: true, force: true });
  const actor = new Clerk({ everyMs: EVERY_MS });
  return withHintedServing({ folder, dir, actor, soon: SOON }, async (emulator) => {
    const waits = Float64Array.from(await waitsOf(emulator, dir, count));
    return {
      p50: quantile(waits, 0.5),
      p99: quantile(waits, 0.99),
      longest: Math.max(...waits),
    };
  });
}

/** Of the records that are listed from now on: how long each took to be found. */
async function waitsOf(emulator: Emulator, dir: string, count: number): Promise<number[]> {
  const sinceMs = systemClock.now();
  const books = await StoreReader.open(dir);
  const found = new Map<string, number>();
  const waits = new Map<string, number>();
  try {
    while (waits.size < count) {
      const rows = await books.over({}, (source) => `SELECT action FROM ${source}`);
      const nowMs = systemClock.now();
      for (const [id] of rows) if (!found.has(String(id))) found.set(String(id), nowMs);
      for (const batch of emulator.store.batches(FEED, NORTHMOOR, sinceMs, nowMs)) {
        for (const id of emulator.store.ids(batch)) {
          const foundMs = found.get(id);
          if (foundMs !== undefined) waits.set(id, foundMs - batch.availableMs);
        }
      }
      await pause(LOOK_EVERY_MS);
    }
  } finally {
    books.close();
  }
  return [...waits.values()];
}

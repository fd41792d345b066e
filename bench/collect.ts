import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { runChild } from './child.ts';
import type { CollectionResult } from './collecting-process.ts';
import { emulatedTenant } from './emulated-tenant.ts';
import type { EmulatorReport } from './emulator-process.ts';
import { type BenchOptions, type Figure, interleaved, type Variant } from './harness.ts';

const PEOPLE = { short: 500, long: 5_000 } as const;
/** A working day, plus the hours until its last records become available. */
const HOURS = 14;
const START_MS = Date.UTC(2026, 2, 2, 5);
const BLOBS: Readonly<Record<string, { min: number; max: number }>> = {
  'blobs of 1 to 500 records': { min: 1, max: 500 },
  'blobs of 10 records': { min: 10, max: 10 },
};
const UNITS = { collected: 'records/s', processor: 'µs/record', memory: 'MiB' };

/**
 * The whole path over loopback without a quota: listed, fetched, parsed, durable and in the store.
 * The emulator runs in its own process and shares the machine's cores.
 */
export async function run(options: BenchOptions): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [name, recordsPerBlob] of Object.entries(BLOBS)) {
    const people = options.size ?? PEOPLE[options.form];
    options.log(`${name}: ${people} people work for ${HOURS} hours`);
    const asked = { people, startMs: START_MS, hours: HOURS, recordsPerBlob };
    await using tenant = await emulatedTenant(asked);
    const what = `${tenant.report.offered} records in ${name}`;
    const variant: Variant = {
      name: what,
      units: UNITS,
      measure: () => collected(options, tenant.report),
    };
    figures.push(...(await interleaved([variant], options)));
  }
  return figures;
}

async function collected(
  { folder }: BenchOptions,
  report: EmulatorReport,
): Promise<Record<keyof typeof UNITS, number>> {
  const dir = join(folder, 'collect');
  rmSync(dir, { recursive: true, force: true });
  const script = join(import.meta.dirname, 'collecting-process.ts');
  const { code, stdout, stderr, peakBytes } = await runChild([script, dir, JSON.stringify(report)]);
  if (code !== 0) throw new Error(stderr);
  const { records, events, seconds, cpuSeconds } = JSON.parse(stdout) as CollectionResult;
  if (records !== report.offered || events !== records) {
    throw new Error(`${records} records and ${events} events of ${report.offered} that there are`);
  }
  return {
    collected: records / seconds,
    processor: (cpuSeconds * 1e6) / records,
    memory: peakBytes / 2 ** 20,
  };
}

import { randomFillSync } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type RecordDraft, systemClock, tenantId } from '@countersign/core';
import {
  BatchScratch,
  DerivedKeys,
  fingerprintBatch,
  Ledger,
  prepareBatch,
} from '@countersign/ledger';
import { runChild } from './child.ts';
import { pieces } from './generator.ts';
import { type BenchOptions, type Figure, interleaved } from './harness.ts';

const COUNT = { short: 100_000, long: 1_000_000 } as const;
const TENANT = tenantId('3d0c7f52-91be-4a6e-8c14-7e5a2b9f60d8');
const BATCH_ENTRIES = 750;
/** Concurrent batches, as in the pipeline. */
const IN_FLIGHT = 4;
const UNITS = {
  durable: 'records/s',
  'with checkpoint': 'records/s',
  processor: 'µs/record (all threads)',
};

type Measurement = Record<keyof typeof UNITS, number>;

/**
 * Split, fingerprint, hash, log and group commit, on one thread and without parsing the JSON.
 * Measured until the last record is durable, and until a signed checkpoint covers it.
 */
export function run(options: BenchOptions): Promise<Figure[]> {
  const count = options.size ?? COUNT[options.form];
  const measure = async (): Promise<Measurement> => {
    const dir = join(options.folder, 'append');
    rmSync(dir, { recursive: true, force: true });
    const script = fileURLToPath(import.meta.url);
    const { code, stdout, stderr } = await runChild([script, String(count), dir]);
    if (code !== 0) throw new Error(stderr);
    return JSON.parse(stdout) as Measurement;
  };
  const targets = { durable: { atLeast: 120_000 } } as const;
  const variant = { name: `append of ${count} records`, units: UNITS, targets, measure };
  return interleaved([variant], options);
}

async function appendAll(count: number, dir: string): Promise<Measurement> {
  const random = { fill: (into: Uint8Array): Uint8Array => randomFillSync(into) };
  const bytes = Buffer.concat(Array.from(pieces({ count }), (piece) => Buffer.from(piece)));
  const ledger = await Ledger.open({ dir, clock: systemClock, random });
  const started = performance.now();
  const cpu = process.cpuUsage();
  // As a worker of the pipeline keeps them.
  const keys = new DerivedKeys(ledger.localKeys);
  const scratch = new BatchScratch();
  const inFlight: Promise<void>[] = [];
  for (let at = 0; at < bytes.length; ) {
    const { drafts, end } = split(bytes, at);
    at = end;
    const fingerprints = fingerprintBatch(drafts, ledger.localKeys, keys);
    const verdict = ledger.sequence(fingerprints);
    inFlight.push(ledger.commit(prepareBatch(drafts, fingerprints, verdict, random, scratch)));
    if (inFlight.length >= IN_FLIGHT) await inFlight.shift();
  }
  await Promise.all(inFlight);
  const durable = performance.now() - started;
  await ledger.publish();
  const whole = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  await ledger.close();
  if (ledger.size !== count) throw new Error(`${ledger.size} entries instead of ${count}`);
  return {
    durable: (count / durable) * 1000,
    'with checkpoint': (count / whole) * 1000,
    processor: (user + system) / count,
  };
}

/** Each line is a record whose id follows the time. */
function split(bytes: Buffer, from: number): { drafts: RecordDraft[]; end: number } {
  const drafts: RecordDraft[] = [];
  let at = from;
  while (drafts.length < BATCH_ENTRIES && at < bytes.length) {
    const end = bytes.indexOf(10, at);
    const timeAt = bytes.indexOf(TIME, at) + TIME.length;
    const idAt = timeAt + TIME_LENGTH + ID.length;
    drafts.push({
      kind: 'record',
      tenant: TENANT,
      source: 'm365.export/unified-audit-log',
      at: `${bytes.toString('latin1', timeAt, timeAt + TIME_LENGTH)}Z`,
      id: bytes.toString('latin1', idAt, idAt + ID_LENGTH),
      body: bytes.subarray(at, end),
      locus: { importNumber: 1, row: drafts.length + 1, offset: at, length: end - at },
    });
    at = end + 1;
  }
  return { drafts, end: at };
}

const TIME = '"CreationTime":"';
const TIME_LENGTH = '2026-03-02T08:31:07'.length;
const ID = '","Id":"';
const ID_LENGTH = 36;

if (import.meta.main) {
  const [count, dir] = process.argv.slice(2);
  process.stdout.write(JSON.stringify(await appendAll(Number(count), String(dir))));
}

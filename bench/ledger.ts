import { createCipheriv, randomFillSync } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type RecordDraft, systemClock, tenantId } from '@countersign/core';
import { BatchScratch, fingerprintBatch, Ledger, prepareBatch } from '@countersign/ledger';
import { runChild } from './child.ts';
import { type BenchOptions, type Figure, interleaved } from './harness.ts';
import { TENANT } from './synthetic/company.ts';

const COUNT = { short: 1_000_000, long: 100_000_000 } as const;
const BATCH_ENTRIES = 1000;
/** Batches under way at once, as the pipeline keeps them. */
const IN_FLIGHT = 4;
/** So often a line on the error stream says how far it came: such a run takes an hour. */
const STEPS = 20;

const UNITS = {
  append: 'records/s, durable',
  'append, last twentieth': 'records/s, durable',
  'append, processor': 'µs/record (all threads)',
  'append, memory': 'MiB at most',
  'open again': 's',
  again: 'records/s, each looked up',
  'again, processor': 'µs/record (all threads)',
  'again, memory': 'MiB',
} as const;

type Measurement = Record<keyof typeof UNITS, number>;

/**
 * A ledger by itself, on one thread: new records until the last is durable, then, opened again,
 * every one of them once more. Records of 180 bytes, so that a hundred million fit on a disk.
 */
export function run(options: BenchOptions): Promise<Figure[]> {
  const count = options.size ?? COUNT[options.form];
  const measure = async (): Promise<Measurement> => {
    const dir = join(options.folder, 'ledger');
    rmSync(dir, { recursive: true, force: true });
    const script = fileURLToPath(import.meta.url);
    const { code, stdout, stderr } = await runChild([script, String(count), dir]);
    if (code !== 0) throw new Error(stderr);
    options.log(stderr.trimEnd());
    return JSON.parse(stdout) as Measurement;
  };
  return interleaved([{ name: `ledger of ${count} records`, units: UNITS, measure }], {
    ...options,
    runs: count > 10_000_000 ? 1 : options.runs,
  });
}

async function measureAll(count: number, dir: string): Promise<Measurement> {
  const first = await openLedger(dir);
  const append = await feedAll(first, count, 'append');
  if (first.size !== count) throw new Error(`${first.size} entries instead of ${count}`);
  await first.close();
  const appendPeak = process.resourceUsage().maxRSS / 1024;
  const started = performance.now();
  const second = await openLedger(dir);
  const open = (performance.now() - started) / 1000;
  const again = await feedAll(second, count, 'again');
  if (second.size !== count) throw new Error(`${second.size - count} known records went in`);
  const memory = process.memoryUsage.rss() / 2 ** 20;
  await second.close();
  return {
    append: append.rate,
    'append, last twentieth': append.lastRate,
    'append, processor': append.micros,
    'append, memory': appendPeak,
    'open again': open,
    again: again.rate,
    'again, processor': again.micros,
    'again, memory': memory,
  };
}

const random = { fill: (into: Uint8Array): Uint8Array => randomFillSync(into) };

function openLedger(dir: string): Promise<Ledger> {
  return Ledger.open({ dir, clock: systemClock, random });
}

type Fed = { readonly rate: number; readonly lastRate: number; readonly micros: number };

async function feedAll(ledger: Ledger, count: number, name: string): Promise<Fed> {
  const scratch = new BatchScratch();
  const inFlight: Promise<void>[] = [];
  const cpu = process.cpuUsage();
  const step = Math.ceil(count / STEPS);
  const started = performance.now();
  let stepBegan = started;
  let lastRate = 0;
  for (let at = 0; at < count; at += BATCH_ENTRIES) {
    const drafts = draftsAt(at, Math.min(BATCH_ENTRIES, count - at));
    const fingerprints = fingerprintBatch(drafts, ledger.localKeys);
    const verdict = ledger.sequence(fingerprints);
    const prepared = prepareBatch(drafts, fingerprints, verdict, random, scratch);
    // A batch without anything new still gives other work its turn, as the pipeline does.
    inFlight.push(prepared.count === 0 ? nextTurn() : ledger.commit(prepared));
    if (inFlight.length >= IN_FLIGHT) await inFlight.shift();
    const done = at + drafts.length;
    if (Math.floor(done / step) > Math.floor(at / step) || done === count) {
      const now = performance.now();
      lastRate = (step / (now - stepBegan)) * 1000;
      stepBegan = now;
      const mib = Math.round(process.memoryUsage.rss() / 2 ** 20);
      process.stderr.write(`${name} ${done}: ${Math.round(lastRate)} records/s, ${mib} MiB\n`);
    }
  }
  await Promise.all(inFlight);
  const seconds = (performance.now() - started) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { rate: count / seconds, lastRate, micros: (user + system) / count };
}

/** The records at these places, the same bytes each time: a cipher makes their ids. */
function draftsAt(at: number, size: number): RecordDraft[] {
  const counter = Buffer.alloc(16);
  counter.writeDoubleBE(at, 4);
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, 5), counter);
  const ids = cipher.update(Buffer.alloc(size * 16)).toString('hex');
  const tenant = tenantId(TENANT);
  return Array.from({ length: size }, (_, i): RecordDraft => {
    const hex = ids.slice(i * 32, i * 32 + 32);
    const id = hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
    const time = new Date(FROM_MS + (at + i) * 20).toISOString().slice(0, 19);
    const body = Buffer.from(
      `{"CreationTime":"${time}","Id":"${id}","Operation":"FileAccessed","RecordType":6,` +
        `"UserId":"person${(at + i) % 5000}@contoso.example","Workload":"SharePoint"}`,
    );
    const row = at + i + 1;
    const locus = { importNumber: 1, row, offset: row * body.length, length: body.length };
    const source = 'm365.export/unified-audit-log';
    return { kind: 'record', tenant, source, at: `${time}Z`, id, body, locus };
  });
}

const FROM_MS: number = Date.UTC(2026, 2, 1);

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

if (import.meta.main) {
  const [count, dir] = process.argv.slice(2);
  process.stdout.write(JSON.stringify(await measureAll(Number(count), String(dir))));
}

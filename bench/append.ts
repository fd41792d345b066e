/**
 * Durable append: split, hash, log, group commit (design, "Speed and size to reach").
 *
 *     node bench/append.ts [events] [batch]
 *
 * One thread does the work of worker and sequencer. `append` is the time until the last batch is
 * durable; `with integration` is the time until a signed checkpoint covers it. Pin it to one core
 * (taskset -c 1) to measure what one core does. Prints median and spread of 5 runs.
 */
import { randomFillSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock, tenantId } from '../src/core/index.ts';
import type { RecordDraft } from '../src/core/index.ts';
import { fingerprintBatch, Ledger, prepareBatch } from '../src/ledger/index.ts';
import { makeEvents } from './events.ts';

const RUNS = 5;
const eventCount = Number(process.argv[2] ?? 300_000);
const batchCount = Number(process.argv[3] ?? 750);
/** Batches under way at once, as the pipeline keeps them. */
const IN_FLIGHT = 4;

const TENANT = tenantId('4d1f2a60-97b3-4c58-8e21-5a0c9be7d3f4');
const random = { fill: (into: Uint8Array): Uint8Array => randomFillSync(into) };

type Run = { readonly appendMs: number; readonly wholeMs: number };

const parent = process.env.BENCH_DIR ?? tmpdir();
const lines = makeEvents(eventCount);
const results: Run[] = [];
for (let i = 0; i < RUNS; i++) results.push(await run(lines));
report('append, durable', results.map((r) => r.appendMs));
report('with integration', results.map((r) => r.wholeMs));
console.log(`${lines.length} bytes, ${cpus().length} x ${cpus()[0]?.model}, Node ${process.version}`);

async function run(bytes: Buffer): Promise<Run> {
  const dir = mkdtempSync(join(parent, 'countersign-append-'));
  try {
    const ledger = await Ledger.open({ dir, clock: systemClock, random });
    const started = performance.now();
    const inFlight: Promise<void>[] = [];
    for (let at = 0; at < bytes.length; ) {
      const { drafts, end } = split(bytes, at);
      at = end;
      const fingerprints = fingerprintBatch(drafts, ledger.localKeys);
      const verdict = ledger.sequence(fingerprints);
      inFlight.push(ledger.commit(prepareBatch(drafts, fingerprints, verdict, random)));
      if (inFlight.length >= IN_FLIGHT) await inFlight.shift();
    }
    await Promise.all(inFlight);
    const durable = performance.now();
    await ledger.publish();
    const whole = performance.now();
    await ledger.close();
    return { appendMs: durable - started, wholeMs: whole - started };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** As an intake does: one record a line, its id and time read from where they stand. */
function split(bytes: Buffer, from: number): { drafts: RecordDraft[]; end: number } {
  const drafts: RecordDraft[] = [];
  let at = from;
  while (drafts.length < batchCount && at < bytes.length) {
    const end = bytes.indexOf(10, at);
    const body = bytes.subarray(at, end);
    const idAt = body.indexOf('"Id":"') + 6;
    const timeAt = body.indexOf('"CreationTime":"') + 16;
    drafts.push({
      kind: 'record',
      tenant: TENANT,
      source: 'm365.export/unified-audit-log',
      id: body.toString('latin1', idAt, idAt + 36),
      at: `${body.toString('latin1', timeAt, timeAt + 19)}Z`,
      body,
      locus: { importNumber: 1, row: drafts.length + 1, offset: at, length: end - at },
    });
    at = end + 1;
  }
  return { drafts, end: at };
}

function report(name: string, times: readonly number[]): void {
  const rates = times.map((ms) => (eventCount / ms) * 1000).sort((a, b) => a - b);
  const [low, median, high] = [rates[0], rates[Math.floor(RUNS / 2)], rates[RUNS - 1]];
  const text = [median, low, high].map((rate) => Math.round(rate ?? 0).toLocaleString('en'));
  console.log(`${name}: ${text[0]} events/s (${text[1]} to ${text[2]})`);
}

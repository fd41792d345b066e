import { closeSync, openSync, writeSync } from 'node:fs';
import { parseArgs } from 'node:util';
import {
  CSV_HEADER,
  type Format,
  RECORD_ROOM,
  type RecordOptions,
  RecordStream,
} from './synthetic/record-stream.ts';
import { WORKLOADS, type Workload } from './synthetic/shape.ts';

/**
 * Audit records of the shapes that the vendor delivers, about 1.3 KB each, with fresh ids and
 * invented people, fast enough to make files of tens of millions.
 *
 *   node bench/generator.ts --count 5000000 --format csv --output audit.csv
 */
export type GeneratorOptions = Partial<RecordOptions> & { readonly count: number };

const MIX: Readonly<Record<Workload, number>> = {
  'exchange-admin': 18,
  'mail-bind': 20,
  'mail-item': 8,
  files: 22,
  directory: 4,
  'sign-ins': 12,
  teams: 16,
};

export const DEFAULTS: Omit<RecordOptions, 'count'> = {
  format: 'ndjson',
  seed: 1,
  users: 5000,
  days: 30,
  fromMs: Date.UTC(2026, 2, 1),
  mix: MIX,
};

const CHUNK_BYTES = 4 * 1024 * 1024;

/**
 * The file in pieces of up to 4 MiB. A piece is overwritten by the next one.
 */
export function* pieces(options: GeneratorOptions): Generator<Buffer> {
  const whole = { ...DEFAULTS, ...options };
  const stream = new RecordStream(whole);
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES + RECORD_ROOM);
  if (whole.format === 'csv') yield Buffer.from(CSV_HEADER);
  if (whole.format === 'json-array') yield Buffer.from('[\n');
  for (let length = stream.fill(buffer); length > 0; length = stream.fill(buffer)) {
    const isLast = stream.made === whole.count;
    // The last item of an array has no comma after it.
    const drop = whole.format === 'json-array' && isLast ? 2 : 0;
    yield buffer.subarray(0, length - drop);
  }
  if (whole.format === 'json-array') yield Buffer.from('\n]\n');
}

export function generateFile(path: string, options: GeneratorOptions): { bytes: number } {
  const file = openSync(path, 'w');
  let bytes = 0;
  try {
    for (const piece of pieces(options)) {
      for (let at = 0; at < piece.length; ) at += writeSync(file, piece, at);
      bytes += piece.length;
    }
  } finally {
    closeSync(file);
  }
  return { bytes };
}

function main(): void {
  const { values } = parseArgs({
    options: {
      count: { type: 'string', default: '100000' },
      format: { type: 'string', default: 'ndjson' },
      seed: { type: 'string', default: '1' },
      users: { type: 'string', default: '5000' },
      days: { type: 'string', default: '30' },
      mix: { type: 'string' },
      output: { type: 'string', short: 'o' },
    },
  });
  if (values.output === undefined) throw new Error('say where to write: --output FILE');
  const started = performance.now();
  const { bytes } = generateFile(values.output, {
    count: Number(values.count),
    format: formatOf(values.format),
    seed: Number(values.seed),
    users: Number(values.users),
    days: Number(values.days),
    mix: values.mix === undefined ? MIX : mixOf(values.mix),
  });
  const seconds = (performance.now() - started) / 1000;
  const rate = (bytes / 1e6 / seconds).toFixed(0);
  console.log(`${values.count} records, ${bytes} bytes, ${seconds.toFixed(1)} s, ${rate} MB/s`);
}

function formatOf(text: string): Format {
  if (text === 'ndjson' || text === 'csv' || text === 'json-array') return text;
  throw new Error(`there is no format "${text}": say ndjson, csv or json-array`);
}

/** `mail-bind=3,sign-ins=1`: what is not named does not occur. */
function mixOf(text: string): Record<Workload, number> {
  const named = new Map(text.split(',').map((part) => part.split('=') as [string, string]));
  for (const name of named.keys()) {
    if (!(WORKLOADS as readonly string[]).includes(name)) {
      throw new Error(`there is no workload "${name}": say ${WORKLOADS.join(', ')}`);
    }
  }
  const shares = WORKLOADS.map((workload) => [workload, Number(named.get(workload) ?? 0)]);
  return Object.fromEntries(shares) as Record<Workload, number>;
}

if (import.meta.main) main();

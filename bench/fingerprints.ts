import { createCipheriv } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FingerprintIndex } from '@countersign/ledger';
import { runChild } from './child.ts';
import { type BenchOptions, type Figure, interleaved } from './harness.ts';

const BATCH_ENTRIES = 4096;
const KEY_BYTES = 16;
const IDENTITY = new Uint8Array(32);

const UNITS = {
  insert: 'µs/entry (wall)',
  'insert, processor': 'µs/entry (writer thread)',
  'longest batch': 'ms',
  'waited for the disk': 's',
  merge: 's until settled',
  'known version': 'look-ups/s',
  'known version, processor': 'µs/look-up',
  'new version': 'look-ups/s',
  'new version, processor': 'µs/look-up',
  open: 'ms',
  'memory, peak': 'MiB',
  'memory, settled': 'MiB',
  filters: 'bytes/entry',
  disk: 'bytes/entry',
  runs: '',
} as const;

/**
 * The deduplication index alone: new entries (two look-ups and an insert each), then every one
 * of them again. Each size in a process of its own, which states its memory.
 */
export async function run(options: BenchOptions): Promise<Figure[]> {
  const counts = options.size === undefined ? [1e6, 1e7] : [options.size];
  const figures = await interleaved(
    counts.map((count) => sized(count, options)),
    options,
  );
  if (options.form === 'short' || options.size !== undefined) return figures;
  return [...figures, ...(await interleaved([sized(1e8, options)], { ...options, runs: 1 }))];
}

function sized(count: number, { folder }: BenchOptions): Parameters<typeof interleaved>[0][number] {
  return {
    name: `${count.toLocaleString('en-US')} entries`,
    units: UNITS,
    measure: async () => {
      const script = fileURLToPath(import.meta.url);
      const { code, stdout, stderr } = await runChild([script, String(count), folder]);
      if (code !== 0) throw new Error(stderr);
      return JSON.parse(stdout) as Record<keyof typeof UNITS, number>;
    },
  };
}

async function measure(count: number, folder: string): Promise<Record<keyof typeof UNITS, number>> {
  const dir = mkdtempSync(join(folder, 'fingerprints-'));
  try {
    const index = FingerprintIndex.open({ dir, size: 0, identity: IDENTITY });
    const inserted = await insertAll(index, count);
    let started = performance.now();
    await index.flush();
    await index.settled();
    const merge = (performance.now() - started) / 1000;
    const known = lookUpAll(index, count);
    const fresh = lookUpNew(index, Math.min(count, 4_000_000));
    const { runs, entries, filterBytes, diskBytes } = index.usage;
    const settled = process.memoryUsage.rss();
    await index.close();
    started = performance.now();
    const again = FingerprintIndex.open({
      dir,
      size: index.coveredSize + count,
      identity: IDENTITY,
    });
    const open = performance.now() - started;
    await again.close();
    return {
      ...inserted,
      merge,
      'known version': known.rate,
      'known version, processor': known.micros,
      'new version': fresh.rate,
      'new version, processor': fresh.micros,
      open,
      'memory, peak': process.resourceUsage().maxRSS / 1024,
      'memory, settled': settled / 2 ** 20,
      filters: filterBytes / entries,
      disk: diskBytes / entries,
      runs,
    };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function insertAll(
  index: FingerprintIndex,
  count: number,
): Promise<
  Pick<
    Record<keyof typeof UNITS, number>,
    'insert' | 'insert, processor' | 'longest batch' | 'waited for the disk'
  >
> {
  let wallMs = 0;
  let cpuMicros = 0;
  let longestMs = 0;
  let waitedMs = 0;
  for (let at = 0; at < count; at += BATCH_ENTRIES) {
    const size = Math.min(BATCH_ENTRIES, count - at);
    const versions = keysOf(at, 'version');
    const actions = keysOf(at, 'action');
    const started = performance.now();
    const cpu = process.threadCpuUsage();
    for (let i = 0; i < size; i++) insertNew(index, at + i, versions, actions, i * KEY_BYTES);
    index.committed(at + size);
    const used = process.threadCpuUsage(cpu);
    const ended = performance.now();
    await (index.drained() ?? nextTurn());
    const waited = performance.now() - ended;
    cpuMicros += used.user + used.system;
    wallMs += ended - started + waited;
    waitedMs += waited;
    longestMs = Math.max(longestMs, ended - started);
  }
  return {
    insert: (wallMs * 1000) / count,
    'insert, processor': cpuMicros / count,
    'longest batch': longestMs,
    'waited for the disk': waitedMs / 1000,
  };
}

function insertNew(
  index: FingerprintIndex,
  entry: number,
  versions: Uint8Array,
  actions: Uint8Array,
  offset: number,
): void {
  if (index.lookupVersion(versions, offset, actions, offset) !== undefined)
    throw new Error('a new key was known');
  if (index.lookupActions(actions, offset).length > 0) throw new Error('a new action was known');
  index.insert(entry, versions, offset, actions, offset);
}

/** Everything delivered again, in the order of the first time. */
function lookUpAll(index: FingerprintIndex, count: number): LookUps {
  return timed(count, 'known', (versions, actions, at) => {
    const size = Math.min(BATCH_ENTRIES, count - at);
    for (let i = 0; i < size; i++) {
      const offset = i * KEY_BYTES;
      const found = index.lookupVersion(versions, offset, actions, offset);
      if (found !== at + i) throw new Error('a record was lost');
    }
  });
}

function lookUpNew(index: FingerprintIndex, count: number): LookUps {
  return timed(count, 'new', (versions, actions) => {
    for (let offset = 0; offset < versions.length; offset += KEY_BYTES) {
      const found = index.lookupVersion(versions, offset, actions, offset);
      if (found !== undefined) throw new Error('a new record was known');
    }
  });
}

type LookUps = { readonly rate: number; readonly micros: number };

/** Without the time that the making of the keys takes. */
function timed(
  count: number,
  what: 'known' | 'new',
  lookUp: (versions: Uint8Array, actions: Uint8Array, at: number) => void,
): LookUps {
  let ms = 0;
  let cpuMicros = 0;
  for (let at = 0; at < count; at += BATCH_ENTRIES) {
    const versions = keysOf(at, 'version');
    const actions = keysOf(at, what === 'known' ? 'action' : 'other');
    const started = performance.now();
    const cpu = process.threadCpuUsage();
    lookUp(versions, actions, at);
    const used = process.threadCpuUsage(cpu);
    ms += performance.now() - started;
    cpuMicros += used.user + used.system;
  }
  return { rate: (count / ms) * 1000, micros: cpuMicros / count };
}

type KeySpace = 'version' | 'action' | 'other';

/** The keys of one batch: a cipher makes the same uniform bytes each time, and faster than SHA. */
function keysOf(at: number, space: KeySpace): Uint8Array {
  const counter = Buffer.alloc(16);
  counter.write(space.slice(0, 4), 'latin1');
  counter.writeDoubleBE(at, 4);
  const cipher = createCipheriv('aes-128-ctr', Buffer.alloc(16, 7), counter);
  return cipher.update(Buffer.alloc(BATCH_ENTRIES * KEY_BYTES));
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

if (import.meta.main) {
  const [count, folder] = process.argv.slice(2);
  const figures = await measure(Number(count), String(folder));
  process.stdout.write(JSON.stringify(figures));
}

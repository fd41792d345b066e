import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { collectGarbageSeldom } from '../apps/countersign/src/cli/process/collect-garbage.ts';
import { type Benchmark, type Figure, machineLine, table } from './harness.ts';

/**
 * node bench/index.ts [NAME…] [--runs 5] [--size N] [--folder DIR] [--against CHECKOUT]
 *
 * Without names it runs all. COUNTERSIGN_LONG=1 uses the sizes of docs/benchmarks.md.
 */
const BENCHMARKS: Readonly<Record<string, () => Promise<{ run: Benchmark }>>> = {
  append: () => import('./durable-append.ts'),
  'import-ndjson': () => import('./import-ndjson.ts'),
  'import-csv': () => import('./import-csv.ts'),
  fsck: () => import('./fsck.ts'),
  'user-day': () => import('./user-day.ts'),
  decide: () => import('./decide.ts'),
  'decide-http': () => import('./decide-http.ts'),
  collect: () => import('./collect.ts'),
  'finding-latency': () => import('./finding-latency.ts'),
  detection: () => import('./detection.ts'),
  'quiet-days': () => import('./quiet-days.ts'),
  'spray-curves': () => import('./spray-curves.ts'),
  'detection-runs': () => import('./detection-runs.ts'),
  sigma: () => import('./sigma.ts'),
};

// Like the program itself.
collectGarbageSeldom();
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: 'string', default: '5' },
    size: { type: 'string' },
    against: { type: 'string' },
    folder: { type: 'string', default: tmpdir() },
    json: { type: 'boolean', default: false },
  },
});

const unknown = positionals.find((name) => BENCHMARKS[name] === undefined);
if (unknown === undefined) await runAll();
else {
  const names = Object.keys(BENCHMARKS).join(', ');
  console.error(`could not run the benchmark "${unknown}": there are ${names}`);
  process.exitCode = 2;
}

async function runAll(): Promise<void> {
  mkdirSync(values.folder, { recursive: true });
  // One folder for all, because a data folder of ten million records takes minutes to create.
  const folder = mkdtempSync(join(values.folder, 'countersign-bench-'));
  try {
    await runIn(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function runIn(folder: string): Promise<void> {
  const results: Record<string, readonly Figure[]> = {};
  for (const name of positionals.length > 0 ? positionals : Object.keys(BENCHMARKS)) {
    try {
      results[name] = await runOne(name, folder);
      if (!values.json) console.log(`\n# ${name}\n${table(results[name])}`);
    } catch (error) {
      console.error(`could not finish the benchmark ${name}: ${String(error)}`);
      process.exitCode = 1;
    }
  }
  const machine = machineLine();
  console.log(values.json ? JSON.stringify({ machine, results }) : `\n${machine}`);
}

async function runOne(name: string, folder: string): Promise<readonly Figure[]> {
  const { run } = await (BENCHMARKS[name] as () => Promise<{ run: Benchmark }>)();
  return run({
    runs: Number(values.runs),
    form: process.env['COUNTERSIGN_LONG'] === '1' ? 'long' : 'short',
    size: values.size === undefined ? undefined : Number(values.size),
    against: values.against === undefined ? undefined : resolve(values.against),
    folder,
    log: (line) => process.stderr.write(`${line}\n`),
  });
}

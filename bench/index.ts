import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { collectGarbageSeldom } from '../apps/countersign/src/cli/process/collect-garbage.ts';
import { alternate } from './alternate.ts';
import { type Benchmark, type BenchOptions, type Figure, machineLine, table } from './harness.ts';
import { hasSection, writeSection } from './report.ts';

/**
 * node bench/index.ts [NAME…] [--runs 5] [--size N] [--folder DIR] [--against CHECKOUT] [--write]
 *
 * Without names it runs all, with `--write` all that the page shows. `--against` measures another
 * checkout alternately with this one. `--write` replaces the benchmark's section in
 * docs/benchmarks.md. COUNTERSIGN_LONG=1 uses the sizes of that page.
 */
type BenchmarkModule = {
  readonly run: Benchmark;
  /** It runs the command line of both checkouts itself, on the same input. */
  readonly MEASURES_CHECKOUTS?: true;
  /** It compares this checkout with something else than another checkout. */
  readonly MEASURES_THIS_ONLY?: true;
};

const BENCHMARKS: Readonly<Record<string, () => Promise<BenchmarkModule>>> = {
  append: () => import('./durable-append.ts'),
  'import-ndjson': () => import('./import-ndjson.ts'),
  'import-csv': () => import('./import-csv.ts'),
  'import-sources': () => import('./import-sources.ts'),
  'import-flood': () => import('./import-flood.ts'),
  'parquet-rows': () => import('./parquet-rows.ts'),
  fsck: () => import('./fsck.ts'),
  'user-day': () => import('./user-day.ts'),
  start: () => import('./start.ts'),
  decide: () => import('./decide.ts'),
  directory: () => import('./directory.ts'),
  'decide-http': () => import('./decide-http.ts'),
  collect: () => import('./collect.ts'),
  'finding-latency': () => import('./finding-latency.ts'),
  detection: () => import('./detection.ts'),
  'quiet-days': () => import('./quiet-days.ts'),
  'spray-curves': () => import('./spray-curves.ts'),
  'detection-runs': () => import('./detection-runs.ts'),
  sigma: () => import('./sigma.ts'),
  'decide-beside-tails': () => import('./decide-beside-tails.ts'),
  console: () => import('./console.ts'),
  'feed-delivery': () => import('./feed-delivery.ts'),
  peers: () => import('./peers/index.ts'),
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
    write: { type: 'boolean', default: false },
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
  const options: BenchOptions = {
    runs: Number(values.runs),
    form: process.env['COUNTERSIGN_LONG'] === '1' ? 'long' : 'short',
    size: values.size === undefined ? undefined : Number(values.size),
    against: values.against === undefined ? undefined : resolve(values.against),
    folder,
    log: (line) => process.stderr.write(`${line}\n`),
  };
  const all = Object.keys(BENCHMARKS).filter((name) => !values.write || hasSection(name));
  for (const name of positionals.length > 0 ? positionals : all) {
    try {
      const module = await (BENCHMARKS[name] as () => Promise<BenchmarkModule>)();
      const against = module.MEASURES_THIS_ONLY === true ? undefined : options.against;
      const figures = await runOne(name, module, { ...options, against });
      results[name] = figures;
      if (!values.json) console.log(`\n# ${name}\n${table(figures)}`);
      if (values.write) writeSection(name, figures, { ...options, against });
    } catch (error) {
      console.error(`could not finish the benchmark ${name}: ${textOf(error)}`);
      process.exitCode = 1;
    }
  }
  const machine = machineLine();
  console.log(values.json ? JSON.stringify({ machine, results }) : `\n${machine}`);
}

/** An error of `fetch` states the reason in its cause. */
function textOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause === undefined ? String(error) : `${String(error)}: ${textOf(cause)}`;
}

async function runOne(
  name: string,
  module: BenchmarkModule,
  options: BenchOptions,
): Promise<readonly Figure[]> {
  const { against } = options;
  return against === undefined || module.MEASURES_CHECKOUTS === true
    ? module.run(options)
    : alternate(name, { ...options, against });
}

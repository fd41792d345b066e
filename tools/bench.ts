import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT, runNode } from './testing/process.ts';

/** A benchmark that runs for an hour hangs. */
const BENCH_TIMEOUT_MS = 3_600_000;

/**
 * `npm run bench` runs all of bench/ one after the other; `npm run bench -- append 300000` runs
 * one, with its own arguments. What exports something is a helper and not a benchmark.
 */
const [wanted, ...rest] = process.argv.slice(2);
const names = readdirSync(join(ROOT, 'bench'))
  .filter((name) => name.endsWith('.ts') && !name.endsWith('.test.ts'))
  .filter((name) => !/^export /m.test(readFileSync(join(ROOT, 'bench', name), 'utf8')))
  .map((name) => name.slice(0, -3))
  .sort();

if (wanted !== undefined && !names.includes(wanted)) {
  console.error(`couldn't run the benchmark ${wanted}: there are ${names.join(', ')}`);
  process.exitCode = 2;
} else {
  for (const name of wanted === undefined ? names : [wanted]) {
    console.log(`\n# ${name}`);
    const { code } = await runNode({
      args: [join('bench', `${name}.ts`), ...rest],
      timeoutMs: BENCH_TIMEOUT_MS,
      output: 'shown',
    });
    if (code !== 0) process.exitCode = 1;
  }
}

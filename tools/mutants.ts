import { spawn } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Mutant, mutantsOf, programOf } from './mutants/find.ts';
import { MODULES } from './mutants/modules.ts';

/**
 * How many small mistakes the tests notice, in what decides over access. Each mutant is run by
 * itself; a mutant that no test notices is printed with its place.
 *
 * npm run test:mutants -- [--module access/decision] [--file NAME] [--sample 50] [--seed 1]
 */

const ROOT = join(import.meta.dirname, '..');
const TIMEOUT_MS = 60_000;

const { values } = parseArgs({
  options: {
    module: { type: 'string', multiple: true },
    file: { type: 'string' },
    sample: { type: 'string' },
    seed: { type: 'string', default: '1' },
    jobs: { type: 'string', default: '1' },
  },
});

type Score = { mutants: number; killed: number };

const scores = new Map<string, Score>();
for (const [name, { files, tests }] of MODULES) {
  if (values.module !== undefined && !values.module.includes(name)) continue;
  const paths = globSync(tests, { cwd: ROOT });
  if (!(await passes(paths, undefined))) throw new Error(`the tests of ${name} fail as they are`);
  const score: Score = { mutants: 0, killed: 0 };
  const work = chosen(files);
  const worker = async (): Promise<void> => {
    for (let next = work.shift(); next !== undefined; next = work.shift()) {
      score.mutants += 1;
      if (!(await passes(paths, next))) score.killed += 1;
      else survived(next);
    }
  };
  await Promise.all(Array.from({ length: Number(values.jobs) }, worker));
  scores.set(name, score);
  console.log(scoreText(name, score));
}

console.log('');
for (const [name, score] of scores) console.log(scoreText(name, score));

type Placed = { readonly file: string; readonly mutant: Mutant };

function chosen(files: string): Placed[] {
  const all = globSync(files, { cwd: ROOT })
    .filter((file) => !/\.test\.ts$|limits\.ts$/.test(file))
    .filter((file) => values.file === undefined || file.endsWith(`/${values.file}`))
    .sort()
    .flatMap((file) =>
      mutantsOf(programOf(readFileSync(join(ROOT, file), 'utf8'))).map((mutant) => ({
        ...{ file, mutant },
      })),
    );
  const sample = Number(values.sample ?? all.length);
  if (sample >= all.length) return all;
  // A fixed share, spread evenly, that another seed moves on.
  const step = all.length / sample;
  const from = (Number(values.seed) * 0.618) % 1;
  return Array.from({ length: sample }, (_, n) => all[Math.floor((n + from) * step)] as Placed);
}

function passes(tests: readonly string[], placed: Placed | undefined): Promise<boolean> {
  const load = placed === undefined ? [] : ['--import=./tools/mutants/load.ts'];
  const mutant = placed && { file: join(ROOT, placed.file), mutant: placed.mutant };
  const child = spawn(
    process.execPath,
    ['--test', '--test-isolation=none', '--import=./tools/testing/preload.ts', ...load, ...tests],
    { cwd: ROOT, stdio: 'ignore', env: { ...process.env, MUTANT: JSON.stringify(mutant) } },
  );
  const timer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS);
  return new Promise((resolve) => {
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve(code === 0);
    });
  });
}

function survived({ file, mutant: { line, from, text } }: Placed): void {
  const [short, into] = [from, text].map((each) => each.trim().replace(/\s+/g, ' ').slice(0, 60));
  console.log(`${file}:${line}  ${short}  →  ${into}`);
}

function scoreText(name: string, { mutants, killed }: Score): string {
  const percent = mutants === 0 ? '–' : `${((100 * killed) / mutants).toFixed(1)} %`;
  return `${name}: ${killed} of ${mutants} mutants killed, ${percent}`;
}

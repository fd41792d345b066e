import { spawn } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { type Mutant, mutantsOf, programOf } from './mutants/find.ts';
import { MODULES } from './mutants/modules.ts';

/**
 * Measures how many small mistakes the tests detect in the code that decides access. Each mutant
 * runs alone. A mutant that no test detects is printed with its position.
 *
 *   npm run test:mutants -- [--module access/decision] [--file NAME] [--sample 50] [--seed 1]
 */

const ROOT = join(import.meta.dirname, '..');
/** A mutant that takes this many times as long as the original program will not end. */
const PATIENCE = 10;
const PATIENCE_MS_MIN = 10_000;
const PRELOAD = ['--import=./tools/testing/preload.ts'];
const REPORTER = ['--test-reporter=tap'];

const { values } = parseArgs({
  options: {
    module: { type: 'string', multiple: true },
    file: { type: 'string' },
    sample: { type: 'string' },
    seed: { type: 'string', default: '1' },
    jobs: { type: 'string', default: '1' },
  },
});

type Score = { mutants: number; killed: number; endless: number };

const scores = new Map<string, Score>();
for (const [name, { files, tests }] of MODULES) {
  if (values.module !== undefined && !values.module.includes(name)) continue;
  const paths = tests.map((glob) => globSync(glob, { cwd: ROOT }));
  const startMs = performance.now();
  if ((await outcome(paths)) !== 'passed') throw new Error(`the tests of ${name} fail as they are`);
  const timeoutMs = Math.max(PATIENCE_MS_MIN, PATIENCE * (performance.now() - startMs));
  const score: Score = { mutants: 0, killed: 0, endless: 0 };
  const work = chosen(files);
  const worker = async (): Promise<void> => {
    for (let next = work.shift(); next !== undefined; next = work.shift()) {
      score.mutants += 1;
      const came = await outcome(paths, { placed: next, timeoutMs });
      if (came === 'passed') survived(next);
      else score.killed += 1;
      if (came === 'endless') score.endless += 1;
    }
  };
  await Promise.all(Array.from({ length: Number(values.jobs) }, worker));
  scores.set(name, score);
  console.log(scoreText(name, score));
}

console.log('');
for (const [name, score] of scores) console.log(scoreText(name, score));

type PlacedMutant = { readonly file: string; readonly mutant: Mutant };

function chosen(files: string): PlacedMutant[] {
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
  // A fixed share, spread evenly; another seed selects others.
  const step = all.length / sample;
  const from = (Number(values.seed) * 0.618) % 1;
  return Array.from(
    { length: sample },
    (_, n) => all[Math.floor((n + from) * step)] as PlacedMutant,
  );
}

type Mutation = { readonly placed: PlacedMutant; readonly timeoutMs: number };
type Outcome = 'passed' | 'failed' | 'endless';

/** Runs the tests nearest to the module first, and the others only if these pass. */
async function outcome(
  tests: readonly (readonly string[])[],
  mutation?: Mutation,
): Promise<Outcome> {
  for (const paths of tests) {
    const came = await outcomeOf(paths, mutation);
    if (came !== 'passed') return came;
  }
  return 'passed';
}

function outcomeOf(tests: readonly string[], mutation?: Mutation): Promise<Outcome> {
  const load = mutation === undefined ? [] : ['--import=./tools/mutants/load.ts'];
  const env = { ...process.env };
  if (mutation !== undefined) {
    const { file, mutant } = mutation.placed;
    env['MUTANT'] = JSON.stringify({ file: join(ROOT, file), mutant });
  }
  const child = spawn(
    process.execPath,
    ['--test', '--test-isolation=none', ...REPORTER, ...PRELOAD, ...load, ...tests],
    { cwd: ROOT, stdio: ['ignore', 'pipe', 'ignore'], env },
  );
  let ended: Outcome | undefined;
  const end = (outcome: Outcome): void => {
    ended ??= outcome;
    child.kill('SIGKILL');
  };
  const timer = mutation && setTimeout(() => end('endless'), mutation.timeoutMs);
  // The first failing test decides, so the rest need not run.
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (/^ *not ok /.test(line)) end('failed');
  });
  return new Promise((resolve) => {
    child.on('close', (code) => {
      clearTimeout(timer);
      resolve(ended ?? (code === 0 ? 'passed' : 'failed'));
    });
  });
}

function survived({ file, mutant: { line, from, text } }: PlacedMutant): void {
  const [short, into] = [from, text].map((each) => each.trim().replace(/\s+/g, ' ').slice(0, 60));
  console.log(`${file}:${line}  ${short}  →  ${into}`);
}

function scoreText(name: string, { mutants, killed, endless }: Score): string {
  const percent = mutants === 0 ? '–' : `${((100 * killed) / mutants).toFixed(1)} %`;
  return `${name}: ${killed} of ${mutants} mutants killed, ${percent} (${endless} never ended)`;
}

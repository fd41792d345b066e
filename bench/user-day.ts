import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runChild } from './child.ts';
import { checkouts, countersign, filledFolder } from './countersign.ts';
import { DEFAULTS } from './generator.ts';
import { type BenchOptions, type Figure, interleaved, type Variant } from './harness.ts';
import { people } from './synthetic/company.ts';

const COUNT = { short: 200_000, long: 10_000_000 } as const;
const DAY_MS = 86_400_000;
/** Of the people who do most, so that there is something to find; another one each time. */
const FIRST_PERSON = 40;
const OPEN_FOLDER_TIMES = 21;

/**
 * Everything that one person did on one day: the time of a whole process that answers, and that of
 * one that does nothing. The difference is what the answer takes.
 */
export async function run(options: BenchOptions): Promise<Figure[]> {
  const count = options.size ?? COUNT[options.form];
  const units = { time: 'ms' };
  const variants: Variant[] = [];
  for (const { name, root } of checkouts(options)) {
    const data = await filledFolder(root, options, { count });
    variants.push({
      name: `one person's day out of ${count} ${name}`.trimEnd(),
      units,
      measure: async (at) => ({ time: (await timeline(root, data, at)) * 1000 }),
    });
    const script = join(root, 'bench', 'question-process.ts');
    // An older checkout to compare with may not have it.
    if (existsSync(script)) variants.push(ofOpenFolder(script, data, name));
    variants.push({
      name: `start and end of a process ${name}`.trimEnd(),
      units,
      measure: async () => ({ time: (await countersign(root, ['--version'])).seconds * 1000 }),
    });
  }
  return interleaved(variants, options);
}

async function timeline(root: string, data: string, run: number): Promise<number> {
  const upn = String(people(DEFAULTS.users, DEFAULTS.seed)[FIRST_PERSON + run]?.upn);
  const fromMs = DEFAULTS.fromMs + (3 + run) * DAY_MS;
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  const period = ['--from', day(fromMs), '--to', day(fromMs + DAY_MS)];
  const args = ['timeline', '--user', upn, ...period, '--data', data, '--json'];
  // An interval that nothing covers is listed, and answered with "cannot tell".
  const { stdout, stderr, seconds } = await countersign(root, args, [0, 3]);
  if (stdout.trim() === '') throw new Error(`nothing was found: ${stderr}`);
  return seconds;
}

function ofOpenFolder(script: string, data: string, name: string): Variant {
  return {
    name: `asked again of an open folder ${name}`.trimEnd(),
    units: { first: 'ms', 'median of 20': 'ms' },
    measure: async () => {
      const asked = [script, data, 'days', String(OPEN_FOLDER_TIMES)];
      const { code, stdout, stderr } = await runChild(asked);
      if (code !== 0) throw new Error(stderr);
      const [first = Number.NaN, ...more] = JSON.parse(stdout) as number[];
      const sorted = more.toSorted((a, b) => a - b);
      return { first, 'median of 20': sorted[sorted.length >> 1] ?? Number.NaN };
    },
  };
}

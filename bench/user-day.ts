import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runChild } from './child.ts';
import { checkouts, countersign, filledFolder } from './countersign.ts';
import { busiestPeople, START_MS } from './generator.ts';
import {
  type BenchOptions,
  type Checkout,
  type Figure,
  interleaved,
  type Variant,
} from './harness.ts';

const COUNT = { short: 200_000, long: 10_000_000 } as const;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const OPEN_FOLDER_TIMES = 21;
/** Fewer records end before Thursday. */
const COUNT_MIN = 10_000;
/** Tuesday to Thursday. */
const DAYS = [1, 2, 3] as const;
const BUSY_HOUR = 9;

export type PersonDay = { readonly user: string; readonly fromMs: number; readonly toMs: number };

/** Another busy person and day each time, so that there are results. */
export function personDays(count: number, times: number): readonly PersonDay[] {
  if (count < COUNT_MIN) throw new Error(`${count} records do not fill a week: use --size 10000`);
  const days = DAYS.map((day) => {
    const fromMs = START_MS + day * DAY_MS;
    const busyMs = fromMs + BUSY_HOUR * HOUR_MS;
    return { fromMs, people: busiestPeople({ count }, busyMs, busyMs + HOUR_MS) };
  });
  return Array.from({ length: times }, (_, at) => {
    const { fromMs, people } = days[at % days.length] as (typeof days)[number];
    const user = people[Math.floor(at / days.length) % people.length];
    if (user === undefined) throw new Error('no person is at work: use a larger --size');
    return { user, fromMs, toMs: fromMs + DAY_MS };
  });
}

export const MEASURES_CHECKOUTS = true;

/**
 * Everything that one person did on one day: the time of a whole process that answers, and of an
 * answer from an open folder.
 */
export async function run(options: BenchOptions): Promise<Figure[]> {
  const count = options.size ?? COUNT[options.form];
  const units = { time: 'ms' };
  const days = personDays(count, options.runs);
  const variants: Variant[] = [];
  for (const { checkout, root } of checkouts(options)) {
    const data = await filledFolder(root, options, { count });
    variants.push({
      ...{ name: `one person's day out of ${count}, a whole process`, checkout, units },
      measure: async (at) => ({ time: (await timeline(root, data, days[at])) * 1000 }),
    });
    const script = join(root, 'bench', 'user-day-process.ts');
    // An older checkout may not have it.
    if (existsSync(script)) variants.push(ofOpenFolder(script, data, { checkout, count }));
  }
  return interleaved(variants, options);
}

async function timeline(root: string, data: string, of: PersonDay | undefined): Promise<number> {
  if (of === undefined) throw new Error('every run asks about a day');
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
  const period = ['--from', day(of.fromMs), '--to', day(of.toMs)];
  const args = ['timeline', '--user', of.user, ...period, '--data', data, '--json'];
  // A command lists an interval without coverage, and answers "cannot tell".
  const { stdout, stderr, seconds } = await countersign(root, args, [0, 3]);
  if (stdout.trim() === '') throw new Error(`nothing was found: ${stderr}`);
  return seconds;
}

function ofOpenFolder(
  script: string,
  data: string,
  { checkout, count }: { readonly checkout: Checkout; readonly count: number },
): Variant {
  return {
    ...{ name: 'from an open folder', checkout },
    units: { first: 'ms', 'median of 20': 'ms' },
    targets: { 'median of 20': { atMost: 50 } },
    measure: async () => {
      const asked = [script, data, String(count), String(OPEN_FOLDER_TIMES)];
      const { code, stdout, stderr } = await runChild(asked);
      if (code !== 0) throw new Error(stderr);
      const [first = Number.NaN, ...more] = JSON.parse(stdout) as number[];
      const sorted = more.toSorted((a, b) => a - b);
      return { first, 'median of 20': sorted[sorted.length >> 1] ?? Number.NaN };
    },
  };
}

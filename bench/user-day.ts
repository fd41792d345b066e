import { DEFAULTS } from './generator.ts';
import type { BenchOptions, Figure } from './harness.ts';
import { askQuestion } from './question.ts';
import { people } from './synthetic/company.ts';

const DAY_MS = 86_400_000;
/** Of the people who do most, so that there is something to find; another one each time. */
const FIRST_PERSON = 40;

/** Everything that one person did on one day. */
export function run(options: BenchOptions): Promise<Figure[]> {
  const everybody = people(DEFAULTS.users, DEFAULTS.seed);
  return askQuestion(options, {
    name: "one person's day",
    again: 'days',
    args: (_, run) => {
      const upn = String(everybody[FIRST_PERSON + run]?.upn);
      const fromMs = DEFAULTS.fromMs + (3 + run) * DAY_MS;
      const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
      return ['timeline', '--user', upn, '--from', day(fromMs), '--to', day(fromMs + DAY_MS)];
    },
    // An interval that nothing covers is listed, and answered with "cannot tell".
    codes: [0, 3],
    check: ({ stdout, stderr }) => {
      if (stdout.trim() === '') throw new Error(`nothing was found: ${stderr}`);
    },
  });
}

import { randomInt } from 'node:crypto';
import { BASE_PLAN, sprayPoint, targetsOf } from './detection/spray-curves.ts';
import type { Benchmark, Figure } from './harness.ts';

/** The long form is the bar: 200 of 10,000 people, one try a week each, two of them hit. */
const FORMS = {
  short: { people: 300, days: 28, seeds: 3 },
  long: { people: 10_000, days: 28, seeds: 10 },
} as const;

/**
 * One point of the curves of slow sprays by itself, since `detection` takes hours at full size: of
 * a company of even people, which the curves are of, and of a restless one.
 * Seeds are drawn when it runs; `COUNTERSIGN_SEED` repeats them.
 */
export const run: Benchmark = async ({ form, size, folder, log }) => {
  const seed = Number(process.env['COUNTERSIGN_SEED'] ?? randomInt(1, 2 ** 31));
  const { days, seeds, people: usual } = FORMS[form];
  const people = size ?? usual;
  const plan = { ...BASE_PLAN, targets: targetsOf(people) };
  log(`seeds from ${seed}, ${people} people, ${days} days, ${JSON.stringify(plan)}`);
  const figures: Figure[] = [];
  for (const life of ['even', 'restless'] as const) {
    const of = { people, days, life, seeds: Array.from({ length: seeds }, (_, at) => seed + at) };
    const began = performance.now();
    const point = await sprayPoint(plan, of, folder, log);
    const perSeed = (performance.now() - began) / 1_000 / seeds;
    const figure = (name: string, unit: string, value: number): Figure => {
      return { name: `${life} people: ${name}`, unit, values: [value] };
    };
    figures.push(
      figure('seeds with all hits among the first 20', `of ${seeds}`, point.whole),
      figure('hits among the first 20', `of ${point.hits}`, point.ranked),
      figure('guesses told', '% of theirs', (100 * point.right) / point.guesses),
      figure('of those told theirs', '%', (100 * point.right) / point.told),
      figure('a seed, made, booked and looked at', 's', perSeed),
      figure('the look alone, at most', 's', point.lookMs / 1_000),
    );
  }
  const mebibytes = process.resourceUsage().maxRSS / 1024;
  return [...figures, { name: 'memory at most', unit: 'MiB', values: [mebibytes] }];
};

import { emulatedTenant } from './emulated.ts';
import { type BenchOptions, type Figure, interleaved } from './harness.ts';

const PEOPLE = { short: 100_000, long: 1_000_000 } as const;
/** Of Monday morning, when most is done. */
const HOURS = { short: 1, long: 0.25 } as const;
const START_MS = Date.UTC(2026, 2, 2, 9);

/** What an emulated tenant of so many people takes, and how fast it lives. */
export async function run(options: BenchOptions): Promise<Figure[]> {
  const people = options.size ?? PEOPLE[options.form];
  const hours = HOURS[options.form];
  const variant = {
    name: `${people} people, ${hours * 60} minutes of work`,
    units: { memory: 'MiB', lived: 'records/s', speed: 'times real time' },
    measure: async () => {
      await using tenant = await emulatedTenant({ people, startMs: START_MS, hours });
      const { made, seconds, memoryBytes } = tenant.told;
      const speed = (hours * 3600) / seconds;
      return { memory: memoryBytes / 2 ** 20, lived: made / seconds, speed };
    },
  };
  return interleaved([variant], { ...options, runs: Math.min(options.runs, 3) });
}

import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { checkouts, countersign } from './countersign.ts';
import { EnforcementNode } from './enforcement-node.ts';
import { type BenchOptions, type Figure, interleaved, type Variant } from './harness.ts';
import { load, quantile } from './http-load.ts';

const REQUESTS = { short: 20_000, long: 200_000 } as const;
const BATCH_EVALUATIONS = 100;

export const MEASURES_CHECKOUTS = true;

const TARGETS = { decisions: { atLeast: 8000 }, p99: { atMost: 10 } } as const;
const UNITS = {
  ...{ decisions: 'per s', p50: 'ms', p99: 'ms' },
  ...{ processor: 'µs/decision', client: 'µs/decision' },
};

/**
 * Decisions over HTTP with the default policies, each durable before the response: single ones on
 * 32 connections, and batches of a hundred. `processor` is the CPU time of the server's threads;
 * `client` is that of the client, which shares the machine's cores.
 */
export async function run(options: BenchOptions): Promise<Figure[]> {
  const variants = checkouts(options).flatMap(({ checkout, root }): Variant[] => [
    {
      ...{ name: 'single', checkout, units: UNITS, targets: TARGETS },
      measure: () => measured(root, options, 1),
    },
    {
      ...{ name: `batches of ${BATCH_EVALUATIONS}`, checkout, units: UNITS },
      targets: { decisions: { atLeast: 20_000 } },
      measure: () => measured(root, options, BATCH_EVALUATIONS),
    },
  ]);
  return interleaved(variants, options);
}

async function measured(
  root: string,
  { folder, size, form }: BenchOptions,
  evaluations: number,
): Promise<Record<keyof typeof UNITS, number>> {
  const dir = join(folder, 'enforcement');
  rmSync(dir, { recursive: true, force: true });
  const node = await EnforcementNode.start(root, dir);
  try {
    const ask = async (requests: number) => load({ ...node.load(evaluations), requests });
    await ask(Math.ceil(2000 / evaluations));
    const requests = Math.ceil((size ?? REQUESTS[form]) / evaluations);
    const [before, ownBefore] = [node.cpuSeconds, process.cpuUsage()];
    const { seconds, latenciesMs } = await ask(requests);
    const cpu = node.cpuSeconds - before;
    const own = process.cpuUsage(ownBefore);
    const decisions = requests * evaluations;
    return {
      decisions: decisions / seconds,
      p50: quantile(latenciesMs, 0.5),
      p99: quantile(latenciesMs, 0.99),
      processor: (cpu / decisions) * 1e6,
      client: (own.user + own.system) / decisions,
    };
  } finally {
    await node.stop();
    await countersign(root, ['ledger', 'fsck', '--data', dir]);
  }
}

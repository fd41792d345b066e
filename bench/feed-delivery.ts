import { cpSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runChild } from './child.ts';
import { checkouts, countersign, filledFolder } from './countersign.ts';
import { type BenchOptions, type Figure, interleaved, type Variant } from './harness.ts';

const SECRETS = {
  BENCH_SECRET: `whsec_${Buffer.alloc(32, 7).toString('base64')}`,
  BENCH_TOKEN: '00000000-0000-4000-8000-000000000000',
};

const COUNT = { short: 50_000, long: 1_000_000 } as const;

export const MEASURES_THIS_ONLY = true;

const SINKS = {
  'webhook, 500 records per request': `kind: webhook
    url: http://127.0.0.1:9/hook
    content: full
    recordsPerRequest: 500
    secrets: [{env: BENCH_SECRET}]`,
  'Splunk HEC without acknowledgment': `kind: splunk
    url: http://127.0.0.1:9
    acknowledgment: false
    token: {env: BENCH_TOKEN}`,
} as const;

/** Records per second from a ledger through the runner of feeds to a fast receiver. */
export async function run(options: BenchOptions): Promise<Figure[]> {
  const count = options.size ?? COUNT[options.form];
  const variants: Variant[] = [];
  const units = { rate: 'records/s', processor: 'µs/record' };
  const targets = { rate: { atLeast: 20_000 } };
  for (const { checkout, root } of checkouts({ ...options, against: undefined })) {
    const data = await filledFolder(root, options, { count });
    variants.push({
      ...{ name: `tail of ${count} records, a whole process`, checkout, units, targets },
      measure: async () => {
        const args = ['tail', '--json', '--kind', 'event', '--data', data];
        const { seconds, cpuSeconds } = await countersign(root, args);
        return { rate: count / seconds, processor: (cpuSeconds / count) * 1e6 };
      },
    });
    for (const people of ['names', 'pseudonyms']) {
      for (const [name, sink] of Object.entries(SINKS)) {
        const config = join(options.folder, `${people}-${Object.keys(SINKS).indexOf(name)}.yaml`);
        writeFileSync(config, configText(sink, people));
        variants.push({
          ...{ name: `${name}, ${people}`, checkout, units, targets },
          measure: (at) => delivery(data, config, join(options.folder, `feed-${people}-${at}`)),
        });
      }
    }
  }
  return interleaved(variants, options);
}

function configText(sink: string, people: string): string {
  return `listen: 127.0.0.1:0
feeds:
  - name: bench
    allow: [loopback]
    start: beginning
    kinds: [event]
    people: ${people}
    ${sink}
`;
}

/** Each run has its own copy, because a feed continues at its position. */
async function delivery(
  data: string,
  config: string,
  copy: string,
): Promise<{ rate: number; processor: number }> {
  cpSync(data, copy, { recursive: true });
  const script = join(import.meta.dirname, 'feed-delivery-process.ts');
  const { code, stdout, stderr } = await runChild([script, copy, config], { env: SECRETS });
  if (code !== 0) throw new Error(`the delivery ended with ${code}: ${stderr}`);
  const result = JSON.parse(stdout) as { seconds: number; records: number; cpuSeconds: number };
  const { seconds, records, cpuSeconds } = result;
  return { rate: records / seconds, processor: (cpuSeconds / records) * 1e6 };
}

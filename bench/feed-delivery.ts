import { cpSync, rmSync, writeFileSync } from 'node:fs';
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
  'webhook, full, 500 records per request': `kind: webhook
    url: http://127.0.0.1:HTTP_PORT/hook
    content: full
    recordsPerRequest: 500
    secrets: [{env: BENCH_SECRET}]`,
  'webhook, thin, 500 records per request': `kind: webhook
    url: http://127.0.0.1:HTTP_PORT/hook
    recordsPerRequest: 500
    secrets: [{env: BENCH_SECRET}]`,
  'Splunk HEC without acknowledgment': `kind: splunk
    url: http://127.0.0.1:HTTP_PORT
    acknowledgment: false
    token: {env: BENCH_TOKEN}`,
  'syslog over TLS': `kind: syslog
    address: 127.0.0.1:TLS_PORT
    authorityFile: CERTIFICATE
    messageBytesMax: 65536`,
  Sentinel: `kind: sentinel
    url: http://127.0.0.1:HTTP_PORT
    authority: http://127.0.0.1:HTTP_PORT
    rule: dcr-0123456789abcdef0123456789abcdef
    stream: Custom-Countersign
    tenant: 5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794
    credentials:
      clientId: 22222222-2f4c-4b7a-9d1e-5a6b7c8d9e0f
      secret: {env: BENCH_TOKEN}`,
  'Security Lake in a folder': `kind: lake
    folder: LAKE_FOLDER
    region: eu-west-1
    accountId: "123456789012"
    every: 1s`,
} as const;

/** Replacing names costs the same for every receiver. */
const WITH_PSEUDONYMS = 'webhook, full, 500 records per request';

/** Entries at which five feeds continue after a crash: their windows differ. */
const APART = [0, 5_000, 10_000, 16_000, 24_000] as const;

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
    const sinks = Object.entries(SINKS).map(([name, sink]) => [name, sink, 'names'] as const);
    const replaced = [WITH_PSEUDONYMS, SINKS[WITH_PSEUDONYMS], 'pseudonyms'] as const;
    for (const [at, [name, sink, people]] of [...sinks, replaced].entries()) {
      const config = join(options.folder, `feed-${at}.yaml`);
      const lake = join(options.folder, `lake-${at}`);
      writeFileSync(config, configText(sink.replace('LAKE_FOLDER', lake), people));
      variants.push({
        ...{ name: `${name}, ${people}`, checkout, units, targets },
        measure: async () => {
          rmSync(lake, { recursive: true, force: true });
          return delivery(data, config, { copy: join(options.folder, `feed-${at}`) });
        },
      });
    }
    const config = join(options.folder, 'feeds-apart.yaml');
    writeFileSync(config, configText(SINKS[WITH_PSEUDONYMS], 'names', APART.length));
    const copy = join(options.folder, 'feeds-apart');
    variants.push({
      ...{ name: `five webhooks, up to ${APART.at(-1)} entries apart: all`, checkout, units },
      measure: async () => delivery(data, config, { copy, starts: APART }),
    });
  }
  return interleaved(variants, options);
}

function configText(sink: string, people: string, count = 1): string {
  const feeds = Array.from(
    { length: count },
    (_, at) => `  - name: bench-${at}
    allow: [loopback]
    start: beginning
    kinds: [event]
    people: ${people}
    ${sink}
`,
  );
  return `listen: 127.0.0.1:0
feeds:
${feeds.join('')}`;
}

/** Each run has its own copy, because a feed continues at its position. */
async function delivery(
  data: string,
  config: string,
  { copy, starts = [] }: { readonly copy: string; readonly starts?: readonly number[] },
): Promise<{ rate: number; processor: number }> {
  rmSync(copy, { recursive: true, force: true });
  cpSync(data, copy, { recursive: true });
  const script = join(import.meta.dirname, 'feed-delivery-process.ts');
  const args = [script, copy, config, starts.join(',')];
  const { code, stdout, stderr } = await runChild(args, { env: SECRETS });
  if (code !== 0) throw new Error(`the delivery ended with ${code}: ${stderr}`);
  const result = JSON.parse(stdout) as { seconds: number; records: number; cpuSeconds: number };
  const { seconds, records, cpuSeconds } = result;
  return { rate: records / seconds, processor: (cpuSeconds / records) * 1e6 };
}

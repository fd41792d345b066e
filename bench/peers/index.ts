import { join } from 'node:path';
import { importNew, recordFile } from '../countersign.ts';
import { run as decide } from '../decide.ts';
import { run as append } from '../durable-append.ts';
import { type BenchOptions, type Figure, interleaved, ROOT, type Variant } from '../harness.ts';
import { casbin } from './casbin.ts';
import type { Cost, Peer, PeerInput } from './peer.ts';
import { duckDb, jq, polars, python, syslogNg } from './record-tools.ts';
import { tessera } from './tessera.ts';

const COUNT = { short: 100_000, long: 400_000 } as const;
const UNITS = { rate: 'per s', processor: 'µs each' };

export const MEASURES_THIS_ONLY = true;

const PEERS: readonly Peer[] = [duckDb, polars, python, jq, syslogNg, tessera, casbin];

/**
 * Countersign and the tools that a user would pick instead, on the same records in the same run.
 * Each does a part of the job. The run names a tool that is not installed, and skips it.
 */
export async function run(options: BenchOptions): Promise<Figure[]> {
  const { folder, form } = options;
  const count = options.size ?? COUNT[form];
  const input = { file: recordFile(folder, { count, format: 'ndjson' }), count, folder };
  const variants: Variant[] = [whole(input)];
  for (const peer of PEERS) {
    const version = await peer.version();
    if (version === undefined) options.log(`${peer.name} is not installed`);
    else variants.push(variantOf(peer, version, input));
  }
  const ours = { ...options, size: count };
  return [
    ...(await interleaved(variants, options)),
    ...withPrefix('Countersign', await append(ours)),
    ...withPrefix('Countersign, decisions', await decide({ ...options, size: undefined })),
  ];
}

function whole({ file, count, folder }: PeerInput): Variant {
  return {
    name: 'Countersign, whole import',
    units: UNITS,
    measure: async () => {
      const { seconds, cpuSeconds } = await importNew(ROOT, file, join(folder, 'peers'), count);
      return perUnit({ units: count, seconds, cpuSeconds });
    },
  };
}

function variantOf({ name, part, measure }: Peer, version: string, input: PeerInput): Variant {
  return {
    name: `${name} ${version}`.trimEnd().concat(`, ${part}`),
    units: UNITS,
    measure: async () => perUnit(await measure(input)),
  };
}

function perUnit({ units, seconds, cpuSeconds }: Cost): Record<keyof typeof UNITS, number> {
  return { rate: units / seconds, processor: (cpuSeconds / units) * 1e6 };
}

function withPrefix(prefix: string, figures: readonly Figure[]): readonly Figure[] {
  return figures.map(({ target: _, ...figure }) => ({
    ...figure,
    name: `${prefix}, ${figure.name}`,
  }));
}

import { parseArgs } from 'node:util';
import type { Sleep } from '@countersign/m365';
import { loadConfig } from '../../../apps/countersign/src/config/load-config.ts';
import { collectorsOf } from '../../../apps/countersign/src/server/collectors/open-collectors.ts';
import { withSink } from './collection.ts';
import { pollToEnd } from './emulated-tenants.ts';

// Collects what a configuration names until nothing is left: the process that the tests kill. Its
// time is the emulator's. To wait, it asks the parent to advance the time.

const { values } = parseArgs({
  options: {
    dir: { type: 'string', default: '' },
    config: { type: 'string', default: '' },
    now: { type: 'string', default: '0' },
  },
});

const startMs = performance.now();
let waitedMs = 0;
const monotonic = (): number => performance.now() - startMs + waitedMs;
const clock = { now: (): number => Number(values.now) + monotonic(), monotonic };

const wait: Sleep = async (ms) => {
  const passed = new Promise((resolve) => process.once('message', resolve));
  process.send?.(Math.ceil(ms));
  await passed;
  waitedMs += Math.ceil(ms);
};

const random = { fill: (into: Uint8Array): Uint8Array => crypto.getRandomValues(into) };
const [tenant] = loadConfig(values.config, process.env).tenants;
if (tenant === undefined) throw new RangeError('the configuration names a tenant');
const { collectors, close } = collectorsOf(tenant, { clock, random, wait, env: process.env });
await withSink(values.dir, clock, async (sink) => {
  for (const collector of collectors) {
    await pollToEnd(sink, collector);
    // The backlog is read once more, for late records.
    await pollToEnd(sink, collector);
  }
});
await close();
process.disconnect();

import { parseArgs } from 'node:util';
import { activityCollector, withSink } from './collection.ts';
import { pollToEnd } from './emulated-tenants.ts';

// Collects until nothing is left: the process that the tests kill. Its time starts at the
// emulator's time, and advances like the machine's.

const { values } = parseArgs({
  options: {
    dir: { type: 'string', default: '' },
    origin: { type: 'string', default: '' },
    login: { type: 'string', default: '' },
    tenant: { type: 'string', default: '' },
    client: { type: 'string', default: '' },
    now: { type: 'string', default: '0' },
  },
});

const startMs = performance.now();
const clock = {
  now: (): number => Number(values.now) + performance.now() - startMs,
  monotonic: (): number => performance.now(),
};
const { dir, origin, login, tenant, client: clientId } = values;
const secret = process.env['COLLECTOR_SECRET'] ?? '';
const collector = activityCollector({ origin, login, tenant, clientId, secret, clock });
await withSink(dir, clock, (sink) => pollToEnd(sink, collector));

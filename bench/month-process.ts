import {
  ACTIVITY_FEEDS,
  type Emulator,
  type FaultPlan,
  startEmulator,
} from '@countersign/emulator';
import { collectGarbageSeldom } from '../apps/countersign/src/cli/process/collect-garbage.ts';
import { tenantAddress } from '../test/support/emulated-collectors.ts';
import {
  fingerprintOf,
  type MonthAccount,
  type MonthAsk,
  type MonthOrder,
  type MonthReply,
} from './month-terms.ts';

// The tenant of `month.ts`, in a process of its own: it lives while it is collected from.

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

function faultsFrom(startMs: number): Partial<FaultPlan> {
  return {
    ...{ throttled: 0.01, failing: 0.01, slow: 0.005, slowMs: 5, cut: 0.01, expired: 0.01 },
    ...{ duplicated: 0.05, repeated: 0.05, late: 0.02, lateMs: [HOUR_MS, 3 * DAY_MS] },
    ...{ hidden: 0.02, gone: 0.002, lost: 0.002, unlisted: 0.002, unsearched: 0.002 },
    ...{ looping: 0.005, skewMs: 2 * MINUTE_MS, html: 0.005, redirected: 0.005 },
    ...{ bomb: 0.0001, huge: 0.0001, deep: 0.001, foreign: 0.001 },
    aimed: [({ id }) => id.startsWith('00')],
    outages: [
      { workload: 'SharePoint', fromMs: startMs + 9 * DAY_MS, toMs: startMs + 10 * DAY_MS },
      { workload: 'Exchange', fromMs: startMs + 16 * DAY_MS, toMs: startMs + 16.5 * DAY_MS },
    ].map((outage, n) => ({ ...outage, afterwards: n === 0 ? 'late' : 'lost' })),
    disabled: [
      { contentType: 'Audit.Exchange', atMs: startMs + 20 * DAY_MS, by: 'a tenant admin' },
      { contentType: 'Audit.General', atMs: startMs + 23 * DAY_MS, by: 'a service admin' },
    ],
  };
}

async function obey(
  emulator: Emulator,
  order: MonthOrder,
  faults: Partial<FaultPlan>,
): Promise<MonthReply> {
  if (order.do === 'advance') await emulator.advance(order.ms);
  if (order.do === 'calm') {
    emulator.faults.clear();
    const { gone = 0, bomb = 0, huge = 0, deep = 0, skewMs = 0 } = faults;
    emulator.faults.set({ gone, bomb, huge, deep, skewMs });
  }
  return {
    nowMs: emulator.clock.now(),
    ...(order.do === 'offered' && { offered: offeredSince(emulator, order.sinceMs) }),
    ...(order.do === 'account' && { account: accountOf(emulator) }),
  };
}

function offeredSince(emulator: Emulator, sinceMs: number): BigUint64Array {
  const tenantId = emulator.tenants[0]?.tenantId ?? '';
  const sets = ACTIVITY_FEEDS.map((feed) => emulator.offered(tenantId, feed, sinceMs));
  const all = new BigUint64Array(sets.reduce((sum, { size }) => sum + size, 0));
  let at = 0;
  for (const ids of sets) for (const id of ids) all[at++] = fingerprintOf(id);
  return all;
}

function accountOf(emulator: Emulator): MonthAccount {
  const { made, strayed, withheld } = emulator.truth();
  return {
    defects: emulator.defects.length,
    strayed: strayed.all,
    made: [...made.values()].reduce((sum, count) => sum + count, 0),
    withheld: withheld.length,
    memoryBytes: process.resourceUsage().maxRSS * 1024,
  };
}

async function live({ people, diligence, startMs }: MonthAsk): Promise<void> {
  const faults = faultsFrom(startMs);
  const emulator = await startEmulator({
    ...{ seed: 1, startMs, subscribed: 'before', tenants: [{ people, diligence }], faults },
    activityApi: { requestsPerMinute: 1e6 },
  });
  const tell = (reply: MonthReply): void => void process.send?.(reply);
  let turn = Promise.resolve();
  process.on('message', (order: MonthOrder) => {
    turn = turn.then(async () => tell(await obey(emulator, order, faults)));
  });
  process.on('disconnect', () => void emulator.stop());
  tell({ nowMs: emulator.clock.now(), address: tenantAddress(emulator) });
}

collectGarbageSeldom();
await live(JSON.parse(process.argv[2] ?? '{}') as MonthAsk);

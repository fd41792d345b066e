import { rmSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Actor, Occurrence } from '@countersign/emulator';
import { NORTHMOOR } from '@countersign/emulator/testing/office-worker';
import { LedgerReader } from '@countersign/ledger';
import { StoreReader } from '../apps/countersign/src/store/store-reader.ts';
import { filledFolder } from './countersign.ts';
import { type BenchOptions, type Figure, interleaved, ROOT } from './harness.ts';
import { withHintedServing } from './hinted-serving.ts';
import { quantile } from './http-load.ts';

/** Records already in the ledger, over which detectors look back a month during the measurement. */
const BEFORE = { short: 100_000, long: 1_000_000 } as const;
const FOUND = { short: 150, long: 1_500 } as const;
const DAYS = 30;
const DAY_MS = 86_400_000;
const RULE = 'c0de51a0-5160-4000-8000-000000000042';
const EVERY_MS = 400;
const CHECK_EVERY_MS = 250;
/** A feed that lists records at once. The measurement begins when they are in the ledger. */
const SOON = { usualMs: [0, 500] } as const;
const UNITS = { p50: 'ms', p90: 'ms', p99: 'ms', longest: 'ms' };

/**
 * The latency from the arrival of a record in the ledger to the arrival of its finding, while all
 * other detection runs. The ledger states both times.
 */
export function run(options: BenchOptions): Promise<Figure[]> {
  const before = options.size ?? BEFORE[options.form];
  const count = FOUND[options.form];
  const measure = (): Promise<Record<keyof typeof UNITS, number>> =>
    measured(options, before, count);
  const name = `${count} findings behind ${before} records`;
  const targets = { p99: { atMost: 1000 } };
  return interleaved([{ name, units: UNITS, targets, measure }], {
    ...options,
    runs: Math.min(options.runs, 3),
  });
}

async function measured(
  options: BenchOptions,
  before: number,
  count: number,
): Promise<Record<keyof typeof UNITS, number>> {
  const fromMs = Math.floor(Date.now() / DAY_MS) * DAY_MS - DAYS * DAY_MS;
  const dir = await filledFolder(ROOT, options, { count: before, fromMs });
  const hinted = { folder: options.folder, dir, actor: new Forwarders(), soon: SOON };
  try {
    return await withHintedServing(hinted, async () => {
      const waits = await waitsOf(dir, count);
      return {
        p50: quantile(waits, 0.5),
        p90: quantile(waits, 0.9),
        p99: quantile(waits, 0.99),
        longest: Math.max(...waits),
      };
    });
  } finally {
    // A finding is not reported again.
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The latency of each finding, once there are `count` findings. */
async function waitsOf(dir: string, count: number): Promise<Float64Array> {
  const [store, ledger] = [await StoreReader.open(dir), await LedgerReader.open(dir)];
  try {
    const foundRows = (): ReturnType<StoreReader['findings']['history']> =>
      store.findings.history().filter(({ draft }) => draft.rule.includes(RULE));
    let said = foundRows();
    while (said.length < count) {
      await pause(CHECK_EVERY_MS);
      said = foundRows();
    }
    // The store may be ahead of the published checkpoint.
    while (ledger.size <= Math.max(...said.map(({ index }) => index))) {
      await pause(CHECK_EVERY_MS);
      await ledger.refresh();
    }
    const seenMs = async (index: number): Promise<number> =>
      Date.parse((await ledger.leaf(index)).leaf.seen);
    const waits: number[] = [];
    for (const { index, draft } of said) {
      waits.push((await seenMs(index)) - (await seenMs(Math.max(...draft.entries))));
    }
    return Float64Array.from(waits);
  } finally {
    store.close();
    ledger.close();
  }
}

/** One mailbox after the other is forwarded to an external address: each is a separate finding. */
class Forwarders implements Actor {
  *happenings(fromMs: number, toMs: number): Generator<Occurrence> {
    for (let n = Math.ceil(fromMs / EVERY_MS); n * EVERY_MS < toMs; n++) yield forwarded(n);
  }
}

function forwarded(n: number): Occurrence {
  const atMs = n * EVERY_MS;
  const id = `0d5ab8c6-7d2f-4f34-9a3a-${n.toString(16).padStart(12, '0')}`;
  const mailbox = `mailbox-${n}@northmoor.example`;
  const body = {
    Id: id,
    CreationTime: new Date(atMs).toISOString().slice(0, 19),
    RecordType: 1,
    Operation: 'New-InboxRule',
    OrganizationId: NORTHMOOR,
    UserType: 0,
    UserKey: mailbox,
    UserId: mailbox,
    Workload: 'Exchange',
    ResultStatus: 'Success',
    ObjectId: mailbox,
    Parameters: [
      { Name: 'Name', Value: 'x' },
      { Name: 'ForwardTo', Value: 'a@elsewhere.example' },
    ],
  };
  const truth = { scenario: 'forwarders', isAttacker: true };
  const records = [{ feed: 'activity/Audit.Exchange', id, atMs, body }] as const;
  return { atMs, tenantId: NORTHMOOR, truth, records };
}

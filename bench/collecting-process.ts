import { availableParallelism } from 'node:os';
import { LedgerReader } from '@countersign/ledger';
import { collectGarbageSeldom } from '../apps/countersign/src/cli/process/collect-garbage.ts';
import { LedgerSink } from '../apps/countersign/src/ingest/collection/ledger-sink.ts';
import { pollOnce } from '../apps/countersign/src/ingest/collection/poll-once.ts';
import {
  closeWriter,
  openLedgerWriter,
} from '../apps/countersign/src/operations/host/open-writer.ts';
import { StoreReader } from '../apps/countersign/src/store/store-reader.ts';
import { activityCollector } from '../test/support/collection/collection.ts';
import type { EmulatorReport } from './emulator-process.ts';

/** Collects everything that an emulated tenant has, like `serve`, and prints the time. */
export type CollectionResult = {
  readonly records: number;
  readonly events: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
};

const THREADS_MAX = 4;

collectGarbageSeldom();
const [dir = '', text = '{}'] = process.argv.slice(2);
const { nowMs, ...address } = JSON.parse(text) as EmulatorReport;
const random = { fill: (into: Uint8Array): Uint8Array => crypto.getRandomValues(into) };
const startMs = performance.now();
const clock = {
  now: (): number => nowMs + performance.now() - startMs,
  monotonic: (): number => performance.now(),
};
const writer = await openLedgerWriter({ dir, clock, random });
const workers = Math.min(THREADS_MAX, availableParallelism());
const sink = await LedgerSink.open(writer, { workers });
const collector = activityCollector({ ...address, clock, requestsPerMinute: 1e9 });
const began = performance.now();
const cpu = process.cpuUsage();
for (let hasMore = true; hasMore; ) {
  const { hasMore: more, incomplete, problems } = await pollOnce(sink, collector);
  if (incomplete > 0) throw new Error(problems.join('; '));
  hasMore = more;
}
const { user, system } = process.cpuUsage(cpu);
const seconds = (performance.now() - began) / 1000;
await sink.close();
await closeWriter(writer);
console.log(JSON.stringify({ ...(await counts()), seconds, cpuSeconds: (user + system) / 1e6 }));

async function counts(): Promise<Pick<CollectionResult, 'records' | 'events'>> {
  const store = await StoreReader.open(dir, { clock });
  const ledger = await LedgerReader.open(dir);
  try {
    let records = 0;
    for await (const batch of ledger.scan()) {
      for (let at = 0; at < batch.count; at++) {
        if (Buffer.from(batch.leaf(at)).includes('"kind":"record"')) records++;
      }
    }
    const [[events = 0] = []] = await store.over({}, (source) => `SELECT count(*) FROM ${source}`);
    return { records, events: Number(events) };
  } finally {
    store.close();
    ledger.close();
  }
}

import assert from 'node:assert/strict';
import type { Clock } from '@countersign/core';
import {
  type Emulator,
  type EmulatorOptions,
  type Feed,
  startEmulator,
} from '@countersign/emulator';
import { NORTHMOOR, OfficeWorker } from '@countersign/emulator/testing/office-worker';
import { parseLeaf } from '@countersign/ledger';
import type { Collector } from '@countersign/m365';
import type { LedgerSink } from '../../../apps/countersign/src/ingest/collection/ledger-sink.ts';
import { pollOnce } from '../../../apps/countersign/src/ingest/collection/poll-once.ts';
import { withAccount } from '../account.ts';
import type { ServiceAddress } from './collection.ts';

const START_MS: number = Date.parse('2026-03-02T00:00:00Z');

/** Feeds with activity. */
const LIVELY: readonly Feed[] = [
  'activity/Audit.AzureActiveDirectory',
  'activity/Audit.Exchange',
  'activity/Audit.SharePoint',
];

/** A tenant with activity in three workloads every few minutes. */
export async function livelyTenant(options: EmulatorOptions): Promise<Emulator> {
  const actors = LIVELY.map(
    (feed, n) => new OfficeWorker({ feed, seed: n, everyMs: (n + 2) * 60_000 }),
  );
  return startEmulator({
    startMs: START_MS,
    tenants: [{ tenantId: NORTHMOOR, domain: 'northmoor.example' }],
    actors,
    ...options,
    // Time does not pass during requests, so the next minute would never come.
    activityApi: { requestsPerMinute: 1_000_000, pageSize: 5, ...options.activityApi },
  });
}

/** The emulator's time. Waiting advances it. */
export function clockOf(emulator: Emulator): Clock {
  return { now: () => emulator.clock.now(), monotonic: () => emulator.clock.now() };
}

export function addressOf(emulator: Emulator): ServiceAddress {
  const { origins, credentials, ca } = emulator;
  return {
    origin: origins['manage'] ?? '',
    login: origins['login'] ?? '',
    tenant: NORTHMOOR,
    clientId: credentials.clientId,
    secret: credentials.clientSecret,
    clock: clockOf(emulator),
    wait: async (ms, signal) => {
      signal?.throwIfAborted();
      await emulator.advance(Math.ceil(ms));
    },
    http: { ca, timeouts: { idleMs: 5_000, exchangeMs: 10_000 } },
  };
}

/** Polls until nothing is left, and nothing is short for a temporary reason. */
export async function pollToEnd(sink: LedgerSink, collector: Collector): Promise<number> {
  for (let polls = 1; ; polls++) {
    const { hasMore, incomplete, behindMs } = await pollOnce(sink, collector);
    if (!hasMore && incomplete === 0 && behindMs === 0) return polls;
    assert.ok(polls < 2000, 'a collector finishes');
  }
}

/** Every record that the emulator offers is in the ledger once, and no other. */
export async function assertAllOffered(dir: string, emulator: Emulator): Promise<number> {
  const wanted = LIVELY.flatMap((feed) => [...emulator.offered(NORTHMOOR, feed)]);
  assert.ok(wanted.length > 0);
  const found = await withAccount(dir, async ({ ledger }) => {
    const ids: string[] = [];
    for await (const batch of ledger.scan()) {
      for (let position = 0; position < batch.count; position++) {
        const { kind, id } = parseLeaf(batch.leaf(position));
        if (kind === 'record') ids.push(id);
      }
    }
    return ids;
  });
  const missing = wanted.filter((id) => !found.includes(id));
  assert.deepEqual(missing, [], `${missing.length} of ${wanted.length} are missing`);
  assert.equal(found.length, new Set(found).size, 'no record is there twice');
  assert.equal(found.length, new Set(wanted).size);
  return found.length;
}

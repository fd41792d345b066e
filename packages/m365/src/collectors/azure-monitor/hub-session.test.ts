import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Interval, ManualClock, tenantId } from '@countersign/core';
import type { CollectionSession, CollectionSink, CollectWindow } from '../collector.ts';
import { PollTally } from '../poll-tally.ts';
import { HubSession } from './hub-session.ts';

const TENANT = tenantId('5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794');
const NOW_MS = Date.parse('2026-03-02T09:00:00Z');
const EARLIER: Interval = { from: NOW_MS - 7_200_000, to: NOW_MS - 3_600_000 };

/** A sink with the settled windows of some sources, which keeps the windows that are begun. */
function sinkOf(earlier: Readonly<Record<string, Interval>>): CollectionSink & {
  readonly begun: CollectWindow[];
} {
  const begun: CollectWindow[] = [];
  const session: CollectionSession = {
    add: async () => ({ items: 0 }),
    quarantineItem: () => undefined,
    settle: async () => undefined,
    end: async () => ({ records: 0, duplicates: 0, quarantined: 0 }),
  };
  return {
    begun,
    settled: (source) => [earlier[source] ?? []].flat(),
    lookedAgain: () => [],
    since: () => undefined,
    off: () => [],
    content: () => undefined,
    directoryMark: () => undefined,
    append: async () => undefined,
    begin: (window) => {
      begun.push(window);
      return session;
    },
  };
}

async function fromOf(earlier: Readonly<Record<string, Interval>>): Promise<number | undefined> {
  const sink = sinkOf(earlier);
  const hub = { topic: 'insights', categories: ['RiskyUsers', 'AuditLogs', 'SignInLogs'] };
  const log = new HubSession(hub, { tenant: TENANT, clock: new ManualClock(NOW_MS) });
  await log.writeObservation(sink, new PollTally(), { shortfall: undefined, when: 'now' });
  return sink.begun[0]?.interval.from;
}

test("coverage continues where the hub's last window ended, with a new category too", async () => {
  const behind = { ...EARLIER, to: EARLIER.to - 60_000 };
  assert.equal(await fromOf({ 'azure-monitor/AuditLogs': EARLIER }), EARLIER.to);
  const both = { 'azure-monitor/AuditLogs': behind, 'azure-monitor/SignInLogs': EARLIER };
  assert.equal(await fromOf(both), EARLIER.to);
});

test('a hub that was never read gives no coverage of the time before', async () => {
  assert.equal(await fromOf({}), NOW_MS - 1);
});

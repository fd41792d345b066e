import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '@countersign/core';
import { type Emulator, startEmulator } from '@countersign/emulator';
import { loadConfig } from '../../apps/countersign/src/config/load-config.ts';
import type { ServeEvent } from '../../apps/countersign/src/server/runtime/server-event.ts';
import { serve } from '../../apps/countersign/src/server/serve.ts';
import { assertFsckClean } from '../support/account.ts';
import { clockOf } from '../support/collection/emulated-tenants.ts';
import { temporaryFolder } from '../support/folders.ts';

const MINUTE_MS = 60_000;
const MONDAY_MS = Date.parse('2026-03-02T08:00:00Z');
const root = temporaryFolder('serve-canaries');

/** Minutes in place of an hour, so that a test sees what returns. */
const QUICK = {
  windowMs: MINUTE_MS,
  usualMs: [MINUTE_MS, 3 * MINUTE_MS],
  ...{ slowShare: 0, slowMeanMs: 0, shards: 1 },
} as const;

function configFor({ origins, tenants, credentials }: Emulator): string {
  const [{ tenantId, population } = { tenantId: '', population: undefined }] = tenants;
  const { account, site, team } = population?.setApart ?? {};
  const file = join(root, 'countersign.yaml');
  writeFileSync(
    file,
    `listen: 127.0.0.1:0
log: json
tenants:
  - id: ${tenantId}
    authority: ${origins['login']}
    credentials:
      clientId: ${credentials.clientId}
      secret: {env: COLLECTOR_SECRET}
    collect:
      activityApi: {root: "${origins['manage']}", every: 60s, requestsPerMinute: 100000}
    canary:
      root: ${origins['graph']}
      credentials: {clientId: ${credentials.probe.clientId}, secret: {env: CANARY_SECRET}}
      mailbox: ${account?.upn}
      site: ${site?.siteId}
      channel: {team: ${team?.groupId}, id: "${team?.threadId}"}
      account: ${account?.objectId}
      every: 1m
`,
  );
  return file;
}

test('serve sends the configured canaries, and measures what returns', async () => {
  const emulator = await startEmulator({
    ...{ seed: 4, speed: 200, startMs: MONDAY_MS, tenants: [{}], subscribed: 'before' },
    delays: { activity: QUICK, graph: QUICK, azure: QUICK },
    activityApi: { requestsPerMinute: 1_000_000 },
  });
  const stopping = new AbortController();
  const log: ServeEvent[] = [];
  const { clientSecret, probe } = emulator.credentials;
  const env = { COLLECTOR_SECRET: clientSecret, CANARY_SECRET: probe.clientSecret };
  const dir = join(root, 'data');
  let listening: (url: string) => void = () => undefined;
  const url = new Promise<string>((resolve) => {
    listening = resolve;
  });
  const served = serve({
    ...{ dir, config: loadConfig(configFor(emulator), env), env, version: '1.2.3', workers: 1 },
    clock: clockOf(emulator),
    ...{ hangUps: Readable.from([]), setLogForm: () => undefined },
    readConfig: () => assert.fail('this test reloads nothing'),
    ...{ stopwatch: systemClock, standstill: () => undefined },
    emulator: { url: `${emulator.origins['login']}/emulator/clock`, ca: undefined },
    random: { fill: (into) => crypto.getRandomValues(into) },
    wait: (ms, signal) => emulator.clock.until(emulator.clock.now() + ms, signal),
    freeDisk: () => 0.5,
    signal: stopping.signal,
    ...{ keyFile: undefined, acceptFork: undefined, policies: 'content/policies' },
    tell: (event) => log.push(event),
    ready: (at) => listening(at.url),
  });
  try {
    await Promise.race([untilAllReturned(await url), served]);
    const problems = log.filter(({ event }) => event === 'problem' || event === 'failed');
    assert.deepEqual(problems, []);
    const metrics = await (await fetch(`${await url}/metrics`)).text();
    const delays = metrics.match(/^countersign_canary_delay_seconds.*quantile="0.99"\} (\d+)/gm);
    assert.equal(delays?.length, 4);
    for (const line of delays ?? []) {
      const seconds = Number(/\} (\d+)/.exec(line)?.[1]);
      // At least the feed's delay; the rest depends on the machine's load.
      assert.ok(seconds >= 60, line);
    }
  } finally {
    stopping.abort();
    await served;
    await emulator.stop();
  }
  await assertFsckClean(dir);
  assert.deepEqual(emulator.defects, []);
});

/** Waits until a canary returned in each of four workloads. */
async function untilAllReturned(url: string): Promise<void> {
  for (;;) {
    const metrics = await (await fetch(`${url}/metrics`)).text();
    const back = metrics.match(/^countersign_canaries\{.*outcome="back"\} [1-9]/gm);
    if (back?.length === 4) return;
    await pause(100);
  }
}

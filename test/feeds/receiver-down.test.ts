import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ManualClock, systemClock, systemRandom } from '@countersign/core';
import { LedgerReader } from '@countersign/ledger/reader';
import { loadConfig } from '../../apps/countersign/src/config/load-config.ts';
import { systemResolve } from '../../apps/countersign/src/feeds/delivery/egress.ts';
import { type FeedsReport, runFeeds } from '../../apps/countersign/src/feeds/delivery/run-feeds.ts';
import { feedMetrics } from '../../apps/countersign/src/server/feeds/feed-metrics.ts';
import { exposition } from '../../apps/countersign/src/server/runtime/prometheus-format.ts';
import { importHere } from '../support/account.ts';
import { countersign, REPOSITORY } from '../support/command-line.ts';
import type { KillTarget } from '../support/feeds/kill/kill-target.ts';
import { startTargets } from '../support/feeds/kill/kill-targets.ts';
import { PacedTime } from '../support/feeds/kill/paced-time.ts';
import {
  environmentOf,
  feedsYaml,
  selectedItems,
  settledItems,
  tailRecords,
} from '../support/feeds/kill/target-feeds.ts';
import { temporaryFolder } from '../support/folders.ts';
import { recordText } from '../support/ingest/audit-record.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** The longest pause of a receiver's schedule after an hour: 2 hours for webhooks. */
const LONGEST_PAUSE_MS = 2.5 * HOUR_MS;

const root = temporaryFolder('receiver-down');

type DeliveryItem = {
  readonly name: string;
  readonly state: string;
  readonly deliveredUpTo: number | null;
  readonly sentUpTo: number | null;
  readonly lag: number;
  readonly failures: number;
  readonly failingSinceMs: number | null;
  readonly refusedCount: number;
};

test('every receiver that is down for an hour gets everything, and its lag is right', async (t) => {
  const dir = await importedSample();
  const { targets, missing } = await startTargets({ root, slowness: undefined });
  for (const reason of missing) t.diagnostic(`not tested: ${reason}`);
  const file = join(root, 'countersign.yaml');
  writeFileSync(file, feedsYaml(targets));
  const env = environmentOf(targets);
  const { feeds } = loadConfig(file, env);
  const clock = new ManualClock(Date.UTC(2026, 10, 28));
  const time = new PacedTime(clock);
  const stop = new AbortController();
  let report: FeedsReport | undefined;
  let metrics = '';
  const running = runFeeds({
    ...{ dir, feeds, version: '0.0.0', env, clock, wait: time.wait, signal: stop.signal },
    ...{ receiverClock: systemClock, random: systemRandom, resolve: systemResolve },
    ruleTitles: async () => () => undefined,
    pseudonymize: (record) => record,
    tell: () => undefined,
    report: (latest) => {
      report = latest;
      metrics = exposition(feedMetrics({ kind: 'running', ...latest }));
    },
  });
  running.catch(() => time.stop());
  const metric = (name: string, sink: string): number | undefined => {
    const line = new RegExp(`^countersign_${name}\\{sink="${sink}"[^}]*\\} (\\S+)$`, 'm');
    const [, value] = line.exec(metrics) ?? [];
    return value === undefined ? undefined : Number(value);
  };
  const isSent = (): boolean =>
    targets.every(({ name }) => metric('feed_lag_entries', name) === 0) &&
    targets.every((target) => isSettled(target, metric('feed_position', target.name), report));
  try {
    await time.until(isSent);
    const before = await sizeOf(dir);
    const heard = new Map<string, number>();
    for (const { name, received } of targets) heard.set(name, (await received()).length);
    for (const { kill } of targets) await kill?.();
    await addEntries(dir);
    const size = await sizeOf(dir);
    const downMs = clock.now();
    await time.until(() => clock.now() >= downMs + 55 * MINUTE_MS);
    const mortal = targets.filter(({ kill }) => kill !== undefined);
    const deliveries = await deliveriesOf(dir);
    for (const target of mortal) {
      const item = deliveries.get(target.name);
      assertFailing(target, item, { before, size, downMs });
      assert.equal(metric('feed_lag_entries', target.name), item?.lag);
      assert.equal(metric('feed_position', target.name), positionOf(item));
      const sinceMs = item?.failingSinceMs ?? 0;
      assert.equal(metric('feed_failing_since_timestamp_seconds', target.name), sinceMs / 1000);
    }
    await time.until(() => clock.now() >= downMs + HOUR_MS);
    await Promise.all(targets.map(async ({ restart }) => restart?.()));
    const backMs = clock.now();
    await time.until(isSent);
    assert.ok(clock.now() - backMs < LONGEST_PAUSE_MS, `${(clock.now() - backMs) / MINUTE_MS} min`);
    for (const { name, state, lag, failures } of (await deliveriesOf(dir)).values()) {
      assert.deepEqual([name, state, lag, failures], [name, 'running', 0, 0]);
    }
    const records = await tailRecords(dir);
    for (const target of targets) await assertAllArrived(target, { records, heard });
  } finally {
    stop.abort();
    time.stop();
    await running.catch(() => undefined);
    for (const { end } of targets) await end();
  }
});

async function importedSample(): Promise<string> {
  const dir = join(root, 'data');
  const sample = ['directory-audits.json.gz', 'ual-entra.csv.gz'].map((name) =>
    join(REPOSITORY, 'content/sample/export', name),
  );
  const { code, stderr } = await countersign(['import', ...sample, '--data', dir]);
  assert.ok(code === 0 || code === 3, stderr);
  return dir;
}

function positionOf(item: DeliveryItem | undefined): number {
  return (item?.deliveredUpTo ?? -1) + 1;
}

/** What an operator sees of a receiver that is down since the ledger had `before` entries. */
function assertFailing(
  target: KillTarget,
  item: DeliveryItem | undefined,
  known: { readonly before: number; readonly size: number; readonly downMs: number },
): void {
  const { before, size, downMs } = known;
  const said = JSON.stringify(item);
  const { state, sentUpTo, lag = 0, failingSinceMs, refusedCount } = item ?? {};
  assert.deepEqual([state, refusedCount], ['failing', 0], said);
  assert.ok(isAt(target, positionOf(item), { before, size }), said);
  assert.equal(lag, size - (sentUpTo ?? -1) - 1, said);
  assert.ok(lag > 0, said);
  const sinceMs = failingSinceMs ?? 0;
  assert.ok(sinceMs >= downMs && sinceMs < downMs + 5 * MINUTE_MS, said);
}

/** Syslog proves nothing, so its position stays before the last record. */
function isSettled(
  { name }: KillTarget,
  position: number | undefined,
  report: FeedsReport | undefined,
): boolean {
  return name === 'syslog' ? (position ?? 0) > 0 : position === report?.ledgerEntries;
}

/** Whether a position is right while a receiver is down. */
function isAt(
  { name, items }: KillTarget,
  position: number,
  { before, size }: { readonly before: number; readonly size: number },
): boolean {
  if (name === 'syslog') return position > 0 && position <= before;
  // Some feeds select few entries, and move over the others.
  return items === 'indices' ? position === before : position >= before && position < size;
}

async function sizeOf(dir: string): Promise<number> {
  const reader = await LedgerReader.open(dir);
  reader.close();
  return reader.size;
}

/** Events, and a finding that is news for people. */
async function addEntries(dir: string): Promise<void> {
  const file = join(root, 'later.json');
  writeFileSync(file, `[${Array.from({ length: 60 }, (_, n) => recordText(n)).join(',')}]`);
  await importHere(dir, file);
  const list = ['findings', 'incidents', '--min-severity', 'informational'];
  const { stdout } = await countersign([...list, '--json', '--data', dir]);
  const [first = '{}'] = stdout.split('\n');
  const { incident } = JSON.parse(first) as { readonly incident: string };
  for (const status of ['suppressed', 'new']) {
    const mark = ['findings', 'mark', incident, '--status', status, '--reason', 'test'];
    const { code, stderr } = await countersign([...mark, '--data', dir]);
    assert.equal(code, 0, stderr);
  }
}

/** The answer of `/deliveries`, which is the same operation. */
async function deliveriesOf(dir: string): Promise<ReadonlyMap<string, DeliveryItem>> {
  const { stdout } = await countersign(['feeds', 'list', '--json', '--data', dir]);
  const items = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as DeliveryItem);
  return new Map(items.map((item) => [item.name, item]));
}

async function assertAllArrived(
  target: KillTarget,
  known: {
    readonly records: Awaited<ReturnType<typeof tailRecords>>;
    readonly heard: ReadonlyMap<string, number>;
  },
): Promise<void> {
  const { records, heard } = known;
  const { name, items } = target;
  if (items === 'messages') {
    const messages = await target.received();
    // One incident at least was closed and opened while its receiver was down.
    assert.equal(new Set(messages).size, messages.length, `${name} got a message twice`);
    assert.ok(messages.length > (heard.get(name) ?? Infinity), name);
    return;
  }
  const expected = selectedItems(records, target);
  const firsts = new Set(await settledItems(target, expected.length));
  assert.equal(firsts.size, expected.length, name);
  const lost = expected.filter((item) => !firsts.has(item));
  assert.deepEqual(lost, [], name);
}

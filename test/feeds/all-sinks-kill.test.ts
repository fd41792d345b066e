import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '@countersign/core';
import { IS_LONG, SEED, simulations } from '../../tools/property.ts';
import { SeededRandom } from '../../tools/sample/random.ts';
import { countersign, REPOSITORY } from '../support/command-line.ts';
import { sha256, TENANT, writeContent } from '../support/enforcement/enforcement-content.ts';
import { assertPermitsInLedger } from '../support/enforcement/permits.ts';
import { BusyService, TOOL_TOKEN } from '../support/feeds/kill/busy-service.ts';
import { DeliveryProgress } from '../support/feeds/kill/delivery-progress.ts';
import type { KillTarget } from '../support/feeds/kill/kill-target.ts';
import { startTarget, startTargets } from '../support/feeds/kill/kill-targets.ts';
import { RandomKills, type TargetKills } from '../support/feeds/kill/random-kills.ts';
import {
  environmentOf,
  feedsYaml,
  selectedItems,
  settledItems,
  tailRecords,
} from '../support/feeds/kill/target-feeds.ts';
import { temporaryFolder } from '../support/folders.ts';
import { ServerProcess } from '../support/server-process.ts';

const KILLS = simulations(2, 100);

/** On a busy machine, all kills may take hours. Then it ends with fewer, and reports how many. */
const MINUTES_MAX = Number(process.env['COUNTERSIGN_MINUTES'] ?? (IS_LONG ? 240 : 8));

/** Acknowledgments and reports follow within seconds. */
const POSITION_TRIES = 300;
const POSITION_EVERY_MS = 200;

const root = temporaryFolder('all-sinks-kill');

test('random kills of the service and of every receiver lose nothing', async (t) => {
  const random = new SeededRandom(SEED);
  const dir = join(root, 'data');
  const files = ['directory-audits.json.gz', 'ual-entra.csv.gz'].map((name) =>
    join(REPOSITORY, 'content/sample/export', name),
  );
  const { code, stderr } = await countersign(['import', ...files, '--data', dir]);
  assert.ok(code === 0 || code === 3, stderr);
  const { targets, missing } = await startTargets({ root, slowness: random });
  for (const reason of missing) t.diagnostic(`not tested: ${reason}`);
  try {
    const config = writeConfig(join(root, 'countersign.yaml'), targets);
    const env = { ...environmentOf(targets), TOOL_0: sha256(TOOL_TOKEN) };
    const clients = await BusyService.create(dir);
    // Else each life would begin with the whole sample, and few would get to its end.
    const first = await ServerProcess.start(dir, config, env);
    await everythingSent(first, targets);
    assert.equal(await first.end(), 0);
    using progress = await DeliveryProgress.open(dir);
    const killing = new RandomKills({
      ...{ targets, random, progress, clients },
      start: () => ServerProcess.start(dir, config, env),
      wanted: KILLS,
      untilMs: systemClock.now() + MINUTES_MAX * 60_000,
      report: (line) => process.stderr.write(`${line}\n`),
    });
    await killing.run();
    const serving = await ServerProcess.start(dir, config, env);
    await everythingSent(serving, targets);
    await assertPositions(serving, await statusToken(dir), targets);
    assert.equal(await serving.end(), 0);
    t.diagnostic(`${clients.permits.length} permits and ${clients.marks} marks were answered`);
    await assertPermitsInLedger(dir, clients.permits);
    const messages = await messagesWithoutKills(dir, targets);
    const records = await tailRecords(dir);
    const problems: string[] = [];
    for (const target of targets) {
      const kills = killing.kills.get(target);
      assert.ok(kills);
      const expected = messages.get(target.name) ?? selectedItems(records, target);
      const { figures, problem } = await compareDelivered(target, expected, kills);
      t.diagnostic(figures);
      if (problem !== undefined) problems.push(`${figures}: ${problem}`);
    }
    assert.deepEqual(problems, []);
  } finally {
    for (const { end } of targets) await end();
  }
});

function writeConfig(file: string, targets: readonly KillTarget[]): string {
  const { policies, directory } = writeContent(root, 'records');
  const text = `${feedsYaml(targets)}
enforcementPoints:
  listen: 127.0.0.1:0
  url: https://pdp.example.com/tenant1
  policies: ${policies}
  directory: [${directory}]
  tools:
    - name: records
      tokenHash: { env: TOOL_0 }
      tenant: ${TENANT}
      enforcementPoint: records
      resources: [{ type: record }]
`;
  writeFileSync(file, text);
  return file;
}

/** Waits until every feed has nothing left, by the metrics of the service. */
async function everythingSent(
  serving: ServerProcess,
  targets: readonly KillTarget[],
): Promise<void> {
  for (;;) {
    const metric = await metricsOf(serving);
    if (targets.every(({ name }) => metric('feed_lag_entries', name) === 0)) {
      for (const { name } of targets) assert.equal(metric('feed_parked', name), 0, name);
      return;
    }
    assert.equal(serving.child.exitCode, null, JSON.stringify(serving.log.slice(-5)));
    await pause(100);
  }
}

type ReadMetric = (name: string, sink: string) => number | undefined;

async function metricsOf(serving: ServerProcess): Promise<ReadMetric> {
  const text = await (await serving.get('/metrics')).text();
  return (name, sink) => {
    const line = new RegExp(`^countersign_${name}\\{sink="${sink}".*\\} (\\S+)$`, 'm').exec(text);
    return line === null ? undefined : Number(line[1]);
  };
}

type DeliveryItem = {
  readonly name: string;
  readonly state: string;
  readonly deliveredUpTo: number | null;
  readonly lag: number;
  readonly failures: number;
  readonly refusedCount: number;
};

/** `/deliveries` and the metrics agree: nothing is left, and every position is the ledger's end. */
async function assertPositions(
  serving: ServerProcess,
  token: string,
  targets: readonly KillTarget[],
): Promise<void> {
  for (let tries = 1; ; tries++) {
    const headers = { authorization: `Bearer ${token}` };
    const answer = await serving.get('/api/v1/deliveries', headers);
    const { items } = (await answer.json()) as { readonly items: readonly DeliveryItem[] };
    const metric = await metricsOf(serving);
    const ends = items.map(({ deliveredUpTo }) => (deliveredUpTo ?? -1) + 1);
    const end = Math.max(...ends);
    const wrong = targets.filter(({ name }) => {
      const item = items.find((each) => each.name === name);
      if (item === undefined || metric('feed_position', name) === undefined) return true;
      const { state, lag, failures, refusedCount, deliveredUpTo } = item;
      const isClean = state === 'running' && lag + failures + refusedCount === 0;
      const next = (deliveredUpTo ?? -1) + 1;
      // Syslog proves nothing, so its position stays before the last records.
      const isAtEnd = name === 'syslog' ? next > 0 : next === end;
      return !(isClean && isAtEnd && metric('feed_position', name) === next);
    });
    if (wrong.length === 0) return;
    // The metrics are a second old.
    assert.ok(tries < POSITION_TRIES, `${wrong.map(({ name }) => name)}: ${JSON.stringify(items)}`);
    await pause(POSITION_EVERY_MS);
  }
}

async function statusToken(dir: string): Promise<string> {
  const create = ['tokens', 'create', 'status', '--expires', '1d', '--scope', 'feeds:status'];
  const { stdout, stderr } = await countersign([...create, '--data', dir, '--json']);
  assert.notEqual(stdout, '', stderr);
  return (JSON.parse(stdout) as { readonly secret: string }).secret;
}

/** The same ledger, sent to new receivers of messages by feeds of other names, without any kill. */
async function messagesWithoutKills(
  dir: string,
  targets: readonly KillTarget[],
): Promise<ReadonlyMap<string, readonly (string | number)[]>> {
  const folder = join(root, 'undisturbed');
  mkdirSync(folder);
  const kinds = (['mail', 'slack', 'teams', 'pagerduty'] as const).filter((kind) =>
    targets.some(({ name }) => name === kind),
  );
  const others: KillTarget[] = [];
  try {
    for (const kind of kinds) {
      const target = await startTarget(kind, { root: folder, slowness: undefined });
      others.push({ ...target, name: `${kind}-undisturbed` });
    }
    const config = writeConfig(join(folder, 'countersign.yaml'), others);
    const env = { ...environmentOf(others), TOOL_0: sha256(TOOL_TOKEN) };
    const serving = await ServerProcess.start(dir, config, env);
    await everythingSent(serving, others);
    await serving.end();
    const received = others.map(
      async (other, at) => [kinds[at] ?? '', await other.received()] as const,
    );
    return new Map(await Promise.all(received));
  } finally {
    for (const { end } of others) await end();
  }
}

/** The figures of a feed, and which of its promises it broke. */
async function compareDelivered(
  target: KillTarget,
  expected: readonly (string | number)[],
  { service, receiver }: TargetKills,
): Promise<{ readonly figures: string; readonly problem: string | undefined }> {
  const { name, order, repeatedMax } = target;
  const wanted = new Set(expected);
  const received = await settledItems(target, wanted.size);
  const arrived = new Set(received);
  const missing = expected.filter((item) => !arrived.has(item)).length;
  const repeated = received.length - (expected.length - missing);
  const figures =
    `${name}: ${service.effective} kills of the service during delivery (of ${service.all}), ` +
    `${receiver.effective} of the receiver (of ${receiver.all}); ` +
    `${expected.length} records, ${missing} missing, ${repeated} repeated`;
  const isHit = service.effective > 0 && (target.kill === undefined || receiver.effective > 0);
  const problems = [
    [expected.length === 0, 'nothing was expected'],
    [missing > 0, 'records are missing'],
    [received.some((item) => !wanted.has(item)), 'records arrived that are not of the ledger'],
    [
      order === 'ledger' && arrivedInOrder(received, expected) < expected.length,
      'the order is not that of the ledger, or one of several equal records is missing',
    ],
    [repeated > repeatedMax * (service.all + receiver.all), 'too many records are repeated'],
    [!isHit, 'no kill hit a delivery'],
  ] as const;
  return { figures, problem: problems.find(([isBroken]) => isBroken)?.[1] };
}

/**
 * How many of the expected items arrived one after the other, if earlier ones may come again in
 * between. Messages can be equal: an incident that ends twice is resolved twice.
 */
function arrivedInOrder(
  received: readonly (string | number)[],
  expected: readonly (string | number)[],
): number {
  const before = new Set<string | number>();
  let next = 0;
  for (const item of received) {
    if (item === expected[next]) {
      before.add(item);
      next++;
    } else if (!before.has(item)) return next;
  }
  return next;
}

test('a message that equals an earlier one is missed', () => {
  const expected = ['open', 'resolve', 'open again', 'resolve', 'open 3'];
  const again = ['open', 'resolve', 'open', 'resolve', 'open again', 'resolve', 'open 3'];
  assert.equal(arrivedInOrder(expected, expected), 5);
  assert.equal(arrivedInOrder(again, expected), 5);
  assert.equal(arrivedInOrder(['open', 'resolve', 'open again', 'open 3'], expected), 3);
  assert.equal(arrivedInOrder(['open', 'open again', 'resolve'], expected), 1);
});

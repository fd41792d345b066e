import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { SEED, simulations } from '../../tools/property.ts';
import { SeededRandom } from '../../tools/sample/random.ts';
import { countersign, REPOSITORY } from '../support/command-line.ts';
import { sha256, TENANT, writeContent } from '../support/enforcement/enforcement-content.ts';
import { assertPermitsInLedger } from '../support/enforcement/permits.ts';
import { BusyService, TOOL_TOKEN } from '../support/feeds/kill/busy-service.ts';
import type { KillTarget } from '../support/feeds/kill/kill-target.ts';
import { startTarget, startTargets } from '../support/feeds/kill/kill-targets.ts';
import {
  environmentOf,
  feedsYaml,
  selectedItems,
  settledItems,
  tailRecords,
} from '../support/feeds/kill/target-feeds.ts';
import { temporaryFolder } from '../support/folders.ts';
import { ServerProcess } from '../support/server-process.ts';

const KILLS = simulations(4, 100);

/** The service lives for so many answers, so that a slow machine kills as much as a fast one. */
const PERMITS_PER_LIFE_MAX = 40;
const MARKS_PER_LIFE_MAX = 3;
/** Then it has this long: a feed tries again after one second. */
const LINGER_MS_MAX = 1500;
/** Receivers die within this time after the service is ready, and stay down as long. */
const RECEIVER_MS_MAX = 2000;
const RECEIVERS_KILLED_PER_LIFE = 4;
/** Its JVM takes seconds to start. */
const LIVES_PER_BROKER_KILL = 4;

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
    const killed = new Map(targets.map(({ name }) => [name, 0]));
    const disturb = async (life: number): Promise<void> => {
      const victims = victimsOf(targets, life, random);
      await Promise.all(
        victims.map(async ({ name, kill, restart }) => {
          await pause(random.next() * RECEIVER_MS_MAX);
          await kill?.();
          killed.set(name, (killed.get(name) ?? 0) + 1);
          await pause(random.next() * RECEIVER_MS_MAX);
          await restart?.();
        }),
      );
    };
    for (let life = 0; life < KILLS; life++) {
      const serving = await ServerProcess.start(dir, config, env);
      let isOver = false;
      const using = clients.use(serving, () => isOver);
      // Receivers come back while the service is down or starts.
      const disturbing = disturb(life);
      await clients.progress({
        permits: random.between(1, PERMITS_PER_LIFE_MAX),
        marks: random.between(0, MARKS_PER_LIFE_MAX),
      });
      await pause(random.next() * LINGER_MS_MAX);
      await serving.end('SIGKILL');
      isOver = true;
      await Promise.all([using, disturbing]);
    }
    const serving = await ServerProcess.start(dir, config, env);
    await everythingSent(serving, targets);
    assert.equal(await serving.end(), 0);
    t.diagnostic(`${clients.permits.length} permits and ${clients.marks} marks were answered`);
    await assertPermitsInLedger(dir, clients.permits);
    const messages = await messagesWithoutKills(dir, targets);
    const records = await tailRecords(dir);
    for (const target of targets) {
      const kills = { service: KILLS, receiver: killed.get(target.name) ?? 0 };
      const expected = messages.get(target.name) ?? selectedItems(records, target);
      t.diagnostic(await assertDelivered(target, expected, kills));
    }
  } finally {
    for (const { end } of targets) await end();
  }
});

function victimsOf(
  targets: readonly KillTarget[],
  life: number,
  random: SeededRandom,
): readonly KillTarget[] {
  const mortal = targets.filter(({ name, kill }) => {
    const isTurn = name !== 'kafka' || life % LIVES_PER_BROKER_KILL === 0;
    return kill !== undefined && isTurn;
  });
  const first = Math.floor(random.next() * mortal.length);
  const count = Math.min(RECEIVERS_KILLED_PER_LIFE, mortal.length);
  return Array.from({ length: count }, (_, at) => mortal[(first + at) % mortal.length]).filter(
    (target) => target !== undefined,
  );
}

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
    const text = await (await serving.get('/metrics')).text();
    const metric = (name: string, sink: string): string | undefined =>
      new RegExp(`^countersign_${name}\\{sink="${sink}".*\\} (\\S+)$`, 'm').exec(text)?.[1];
    if (targets.every(({ name }) => metric('feed_lag_entries', name) === '0')) {
      for (const { name } of targets) assert.equal(metric('feed_parked', name), '0', name);
      return;
    }
    assert.equal(serving.child.exitCode, null, JSON.stringify(serving.log.slice(-5)));
    await pause(100);
  }
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

/** Asserts the promises of a feed, and returns the figures. */
async function assertDelivered(
  target: KillTarget,
  expected: readonly (string | number)[],
  kills: { readonly service: number; readonly receiver: number },
): Promise<string> {
  const { name, order, repeatedMax } = target;
  const received = await settledItems(target, expected.length);
  const firsts = [...new Set(received)];
  const repeated = received.length - firsts.length;
  const figures =
    `${name}: ${kills.service} kills of the service, ${kills.receiver} of the receiver; ` +
    `${expected.length} expected, ${firsts.length} arrived, ${repeated} repeated`;
  assert.ok(expected.length > 0, figures);
  const sorted = (items: readonly (string | number)[]): (string | number)[] =>
    [...items].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  const isOrdered = order === 'ledger';
  const actual = isOrdered ? firsts : sorted(firsts);
  const wanted = isOrdered ? [...expected] : sorted(expected);
  assert.ok(actual.length === wanted.length, figures);
  assert.deepEqual(actual, wanted, figures);
  assert.ok(repeated <= repeatedMax * (kills.service + kills.receiver), figures);
  return figures;
}

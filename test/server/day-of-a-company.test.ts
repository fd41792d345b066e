import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '@countersign/core';
import { type Emulator, type Feed, startEmulator } from '@countersign/emulator';
import { type Body, LedgerReader, parseLeaf } from '@countersign/ledger';
import { IS_LONG, SEED } from '../../tools/property.ts';
import { SeededRandom } from '../../tools/sample/random.ts';
import { assertFsckClean } from '../support/account.ts';
import { countersign } from '../support/command-line.ts';
import { sha256, TENANT, writeContent } from '../support/enforcement/enforcement-content.ts';
import { assertPermitsInLedger } from '../support/enforcement/permits.ts';
import { TOOL_TOKEN } from '../support/feeds/kill/busy-service.ts';
import type { KillTarget } from '../support/feeds/kill/kill-target.ts';
import { startTarget } from '../support/feeds/kill/kill-targets.ts';
import { folderLakeTarget } from '../support/feeds/kill/lake-targets.ts';
import {
  environmentOf,
  feedsYaml,
  selectedItems,
  settledItems,
  tailRecords,
} from '../support/feeds/kill/target-feeds.ts';
import { temporaryFolder } from '../support/folders.ts';
import { FollowingTail } from '../support/server/following-tail.ts';
import { MemorySamples } from '../support/server/memory-samples.ts';
import { ServerProcess } from '../support/server-process.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const WEEK_MS = 7 * DAY_MS;

/** Smaller values make a sample of minutes: `COUNTERSIGN_PEOPLE=100 COUNTERSIGN_HOURS=1`. */
const PEOPLE = Number(process.env['COUNTERSIGN_PEOPLE'] ?? (IS_LONG ? 2000 : 50));
const HOURS = Number(process.env['COUNTERSIGN_HOURS'] ?? (IS_LONG ? 24 : 1));
/** Virtual seconds per second. */
const SPEED = Number(process.env['COUNTERSIGN_SPEED'] ?? 60);
const TAILS = 10;
/** Between two kills of the service, in virtual time. */
const KILL_EVERY_HOURS_MAX = 1.5;
/**
 * A collector asks each source within minutes. On a machine that starts a service in a minute, that
 * is an hour at a high speed.
 */
const SETTLE_HOURS = 1;
const SETTLE_HOURS_MAX = 12;
const MISSING_SHOWN = 3;
const DECIDE_EVERY_MS = 100;
/** More than the caches of a service that has seen a day; less than what a leak adds in one. */
const GROWTH_MAX = 1.5;

const root = temporaryFolder('day-of-a-company');

/** The tenant, the service and its clients, over all lives of the service. */
class CompanyDay {
  readonly dir: string = join(root, 'data');
  readonly emulator: Emulator;
  readonly targets: readonly KillTarget[];
  readonly permits: string[] = [];
  readonly tails: readonly FollowingTail[];
  /** Aborted after a failure: the service must not be started again. */
  readonly over: AbortController = new AbortController();
  kills = 0;
  serving: ServerProcess | undefined;
  #startMs: number;

  constructor(emulator: Emulator, targets: readonly KillTarget[]) {
    this.emulator = emulator;
    this.targets = targets;
    this.#startMs = emulator.clock.now();
    this.tails = Array.from({ length: TAILS }, () => new FollowingTail());
  }

  /** The day begins when the service runs, however long its start took. */
  begin(): void {
    this.#startMs = this.emulator.clock.now();
  }

  get hour(): number {
    return (this.emulator.clock.now() - this.#startMs) / HOUR_MS;
  }

  get tenant(): string {
    return this.emulator.tenants[0]?.tenantId ?? '';
  }

  /** @param collection `off`: only what the ledger has is delivered */
  async start(collection: 'on' | 'off'): Promise<void> {
    this.over.signal.throwIfAborted();
    const file = join(root, `${collection}.yaml`);
    writeFileSync(file, configText(this.emulator, this.targets, collection));
    const secrets = { COLLECTOR: this.emulator.credentials.clientSecret };
    const env = { ...environmentOf(this.targets), ...secrets, TOOL_0: sha256(TOOL_TOKEN) };
    this.serving = await ServerProcess.start(this.dir, file, env);
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    const { serving } = this;
    this.serving = undefined;
    const code = await serving?.end(signal);
    if (signal === 'SIGKILL') this.kills++;
    else assert.equal(code, 0, JSON.stringify(serving?.log.slice(-5)));
  }

  async until(hour: number): Promise<void> {
    while (this.hour < hour) {
      this.over.signal.throwIfAborted();
      const { child, log } = this.serving ?? {};
      assert.equal(child?.exitCode, null, JSON.stringify(log?.slice(-5)));
      await pause(20);
    }
  }

  /** A program asks for access all day. */
  async decide(signal: AbortSignal): Promise<void> {
    const headers = { authorization: `Bearer ${TOOL_TOKEN}`, 'content-type': 'application/json' };
    const body = JSON.stringify({
      subject: { type: 'user', id: 'alice' },
      action: { name: 'read' },
      resource: { type: 'record', id: 'record-1' },
    });
    while (!signal.aborted) {
      const url = this.serving?.ready['enforcementUrl'];
      const id = typeof url === 'string' ? await permitOf(url, { headers, body }) : undefined;
      if (id !== undefined) this.permits.push(id);
      await pause(DECIDE_EVERY_MS);
    }
  }

  /** Waits until every feed and tail has the whole ledger. */
  async delivered(): Promise<void> {
    for (;;) {
      const text = await (await this.serving?.get('/metrics'))?.text();
      const lags = [...(text ?? '').matchAll(/^countersign_feed_lag_entries\{.*\} (\d+)$/gm)];
      const isSent = lags.length === this.targets.length && lags.every(([, lag]) => lag === '0');
      const [, position] = /^countersign_feed_position\{.*\} (\d+)$/m.exec(text ?? '') ?? [];
      if (isSent && this.tails.every(({ last }) => last >= Number(position) - 1)) return;
      assert.equal(this.serving?.child.exitCode, null, JSON.stringify(this.serving?.log.slice(-5)));
      await pause(200);
    }
  }
}

test(`${HOURS} h of ${PEOPLE} people under kill -9 lose nothing`, async (t) => {
  const random = new SeededRandom(SEED);
  const emulator = await startEmulator({
    ...{ seed: SEED, speed: SPEED, tenants: [{ people: PEOPLE }], subscribed: 'before' },
    startMs: lastWednesdayMorning(),
  });
  const kinds = ['webhook', 'splunk-ack', 'sentinel', 'splunk'] as const;
  const targets = await Promise.all(
    kinds.map((kind) => startTarget(kind, { root, slowness: undefined })),
  );
  const day = new CompanyDay(emulator, [...targets, folderLakeTarget({ root })]);
  const stop = new AbortController();
  const evening = new AbortController();
  try {
    await day.start('on');
    const token = await readerToken(day.dir);
    day.begin();
    const url = (): string | undefined => day.serving?.url;
    const clients = Promise.all([
      ...day.tails.map((tail) => tail.follow(url, token, stop.signal)),
      day.decide(evening.signal),
    ]);
    using memory = new MemorySamples(() => {
      const pid = day.serving?.child.pid;
      return pid === undefined ? undefined : { pid, hour: day.hour };
    });
    await Promise.race([clients, liveThrough(day, random)]);
    const offered = offeredBy(day);
    const offeredHour = day.hour;
    await Promise.race([clients, settle(day, offered, offeredHour)]);
    // While programs ask for access, every feed is a few entries behind.
    evening.abort();
    await day.end('SIGTERM');
    await day.start('off');
    await Promise.race([clients, day.delivered()]);
    stop.abort();
    await clients;
    await day.end('SIGTERM');
    await report(t, day, { offered, offeredHour, peaks: memory.peaks(4) });
    assert.deepEqual(emulator.defects, []);
  } finally {
    day.over.abort();
    evening.abort();
    stop.abort();
    day.serving?.child.kill('SIGKILL');
    for (const { end } of day.targets) await end();
    await emulator.stop();
  }
});

/** 07:00 UTC. The first of January 1970 was a Thursday; on a weekend, few people work. */
function lastWednesdayMorning(): number {
  const thursdayMs = Math.floor(systemClock.now() / WEEK_MS) * WEEK_MS;
  return thursdayMs - DAY_MS + 7 * HOUR_MS;
}

async function liveThrough(day: CompanyDay, random: SeededRandom): Promise<void> {
  while (day.hour < HOURS) {
    await day.until(Math.min(HOURS, day.hour + random.next() * KILL_EVERY_HOURS_MAX));
    await day.end('SIGKILL');
    await day.start('on');
  }
}

async function report(
  t: TestContext,
  day: CompanyDay,
  seen: {
    readonly offered: ReadonlyMap<string, ReadonlySet<string>>;
    readonly offeredHour: number;
    readonly peaks: readonly number[];
  },
): Promise<void> {
  const { offered, offeredHour, peaks } = seen;
  const missing = await missingOf(day, offered);
  const records = [...offered.values()].reduce((sum, ids) => sum + ids.size, 0);
  assert.ok(records > 0);
  assert.deepEqual(missing, [], `${missing.length} of ${records}`);
  t.diagnostic(
    `${records} records were offered in ${offeredHour.toFixed(1)} h, all were collected`,
  );
  t.diagnostic(`${day.kills} kills; ${day.permits.length} permits seen`);
  assert.ok(day.kills > 0 && day.permits.length > day.kills);
  await assertPermitsInLedger(day.dir, day.permits);
  await assertFsckClean(day.dir);
  const tail = await tailRecords(day.dir);
  const kinds = [...Map.groupBy(tail, ({ kind }) => kind)];
  t.diagnostic(kinds.map(([kind, { length }]) => `${length} ${kind}`).join(', '));
  for (const target of day.targets) {
    const expected = selectedItems(tail, target);
    const received = await settledItems(target, expected.length);
    const firsts = new Set(received);
    assert.deepEqual([target.name, firsts.size], [target.name, expected.length]);
    assert.ok(
      expected.every((item) => firsts.has(item)),
      target.name,
    );
    const repeated = received.length - firsts.size;
    t.diagnostic(`${target.name}: ${firsts.size} arrived, ${repeated} repeated`);
  }
  const wanted = tail.map(({ index }) => index);
  for (const { indices } of day.tails) assert.deepEqual([...new Set(indices)], wanted);
  const total = day.tails.reduce((sum, { indices }) => sum + indices.length, 0);
  t.diagnostic(`${TAILS} tails: ${wanted.length} each, ${total - TAILS * wanted.length} repeated`);
  t.diagnostic(`peak memory of each quarter, MiB: ${peaks.join(', ')}`);
  const [quarter = 0] = peaks;
  assert.ok(Math.max(...peaks) <= quarter * GROWTH_MAX, `${peaks}`);
}

/** The id of the permit; undefined if the service did not answer, or could not decide yet. */
async function permitOf(url: string, request: RequestInit): Promise<string | undefined> {
  try {
    const response = await fetch(`${url}/access/v1/evaluation`, { method: 'POST', ...request });
    if (response.status !== 200) return undefined;
    const { decision, context } = (await response.json()) as {
      readonly decision: boolean;
      readonly context: { readonly id: string };
    };
    return decision ? context.id : undefined;
  } catch (error) {
    if (error instanceof TypeError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function readerToken(dir: string): Promise<string> {
  const create = ['tokens', 'create', 'tails', '--expires', '30d', '--scope', 'feeds:read'];
  const { stdout, stderr } = await countersign([...create, '--data', dir, '--json']);
  assert.notEqual(stdout, '', stderr);
  return (JSON.parse(stdout) as { readonly secret: string }).secret;
}

/** What is collected, by the source of its leaves. */
const SOURCES: readonly (readonly [source: string, feed: Feed])[] = [
  ...(['Audit.AzureActiveDirectory', 'Audit.Exchange', 'Audit.SharePoint', 'Audit.General'].map(
    (type) => [`m365.activity/${type}`, `activity/${type}`],
  ) as [string, Feed][]),
  ['graph/signIns', 'graph/signIns'],
  ['graph/directoryAudits', 'graph/directoryAudits'],
];

/** The ids that a correct client has by now, by source. */
function offeredBy({ emulator, tenant }: CompanyDay): Map<string, Set<string>> {
  return new Map(SOURCES.map(([source, feed]) => [source, emulator.offered(tenant, feed)]));
}

/** Records that are offered and not in the ledger, as source and id. */
async function missingOf(
  { dir }: CompanyDay,
  offered: ReadonlyMap<string, ReadonlySet<string>>,
): Promise<string[]> {
  const missing = new Map([...offered].map(([source, ids]) => [source, new Set(ids)]));
  const reader = await LedgerReader.open(dir);
  try {
    for await (const batch of reader.scan({ from: 0 })) {
      for (let position = 0; position < batch.count; position++) {
        const { kind, source = '', id } = parseLeaf(batch.leaf(position));
        const ids = missing.get(source);
        if (kind !== 'record' || ids === undefined) continue;
        // A leaf hides an id that is no GUID, such as those of directory audits.
        ids.delete(id.startsWith('~') ? statedId(batch.body(position)) : id);
      }
    }
  } finally {
    reader.close();
  }
  return [...missing].flatMap(([source, ids]) => [...ids].map((id) => `${source} ${id}`));
}

function statedId(body: Body): string {
  assert.equal(body.kind, 'present');
  return (JSON.parse(Buffer.from(body.bytes).toString('utf8')) as { readonly id: string }).id;
}

/** Waits until the collectors have what was offered, or for much longer than they may take. */
async function settle(
  day: CompanyDay,
  offered: ReadonlyMap<string, ReadonlySet<string>>,
  offeredHour: number,
): Promise<void> {
  for (let hours = SETTLE_HOURS; hours <= SETTLE_HOURS_MAX; hours += SETTLE_HOURS) {
    await day.until(offeredHour + hours);
    const missing = await missingOf(day, offered);
    if (missing.length === 0) return;
    const some = missing.slice(0, MISSING_SHOWN).join(', ');
    process.stderr.write(`after ${hours} h, ${missing.length} records are missing: ${some}\n`);
  }
}

function configText(
  { origins, credentials, companies, tenants: companyTenants }: Emulator,
  targets: readonly KillTarget[],
  collection: 'on' | 'off',
): string {
  const { policies, directory } = writeContent(root, 'records');
  const tenants = `tenants:
  - id: ${companyTenants[0]?.tenantId}
    authority: ${origins['login']}
    credentials: { clientId: ${credentials.clientId}, secret: { env: COLLECTOR } }
    collect:
      activityApi: { root: "${origins['manage']}", requestsPerMinute: 60000 }
      graph: { root: "${origins['graph']}", requestsPerMinute: 6000 }
      azureMonitor:
        storage:
          root: ${origins['storage']}/${companies.storageAccount.name}
          categories: [NonInteractiveUserSignInLogs, MicrosoftGraphActivityLogs]
`;
  return `${feedsYaml(targets)}emulatorClock: ${origins['login']}/emulator/clock
${collection === 'on' ? tenants : ''}enforcementPoints:
  listen: 127.0.0.1:0
  url: https://localhost:8443/tenant1
  policies: ${policies}
  directory: [${directory}]
  tools:
    - name: records
      tokenHash: { env: TOOL_0 }
      tenant: ${TENANT}
      enforcementPoint: records
      resources: [{ type: record }]
`;
}

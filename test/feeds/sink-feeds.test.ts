import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { SENTINEL_COLUMNS } from '../../apps/countersign/src/feeds/sinks/sentinel/sentinel-row.ts';
import { FakeSentinel } from '../../apps/countersign/src/feeds/testing/fake-sentinel.ts';
import { FakeSplunk } from '../../apps/countersign/src/feeds/testing/fake-splunk.ts';
import { simulations } from '../../tools/property.ts';
import {
  everythingSent,
  importedFolder,
  selectedIndices,
  writeFeedConfig,
} from '../support/feeds/feed-process.ts';
import { missingSyslog, SyslogServer } from '../support/feeds/syslog-server.ts';
import { temporaryFolder } from '../support/folders.ts';
import { freePort } from '../support/free-port.ts';
import { ServerProcess } from '../support/server-process.ts';

const KILLS = simulations(2, 100);
const RECORDS = Math.min(KILLS * 400, 9000);
const ENV = { HEC_TOKEN: 'the-token', SENTINEL_SECRET: 'the-secret' };
const root = temporaryFolder('sink-feeds');
const TENANT = '5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794';
const CLIENT = '22222222-2f4c-4b7a-9d1e-5a6b7c8d9e0f';
const RULE = 'dcr-0123456789abcdef0123456789abcdef';

/** A receiver that keeps what it has over its own kills, as a disk does. */
type Receiver = {
  /** The members of the feed. */
  readonly feed: string;
  /** What it has received, in its order, with duplicates. */
  readonly indices: () => readonly number[];
  /** Ends without a word, and starts again at the same address. */
  readonly kill: () => Promise<void>;
  readonly end: () => Promise<void>;
};

async function syslogReceiver(): Promise<Receiver> {
  const folder = join(root, 'rsyslog');
  const server = await SyslogServer.start('rsyslog', folder, { sizeMax: 65_536 });
  return {
    feed: `kind: syslog
address: 127.0.0.1:${server.port}
authorityFile: ${server.certificateFile}
clientCertificate: {file: ${server.certificateFile}, keyFile: ${server.keyFile}}
messageBytesMax: 65536`,
    indices: () => server.lines().map(({ index }) => index),
    kill: async () => {
      await server.end('SIGKILL');
      await server.restart();
    },
    end: () => server.end('SIGKILL'),
  };
}

async function splunkReceiver(acknowledgment: boolean): Promise<Receiver> {
  const port = await freePort();
  const options = {
    tokens: { [ENV.HEC_TOKEN]: { acknowledgment } },
    indexers: 2,
    stickiness: 'cookie',
  } as const;
  let splunk = await FakeSplunk.start(options, port);
  const before: number[] = [];
  const now = (): number[] => splunk.indexed.map(({ fields }) => Number(fields['cs_index']));
  return {
    feed: `kind: splunk
url: http://127.0.0.1:${port}
token: {env: HEC_TOKEN}
acknowledgment: ${acknowledgment}`,
    indices: () => [...before, ...now()],
    kill: async () => {
      await splunk[Symbol.asyncDispose]();
      before.push(...now());
      splunk = await FakeSplunk.start(options, port);
    },
    end: () => splunk[Symbol.asyncDispose](),
  };
}

async function sentinelReceiver(): Promise<Receiver> {
  const port = await freePort();
  const options = {
    rule: RULE,
    stream: 'Custom-Countersign',
    columns: Object.keys(SENTINEL_COLUMNS),
    tenant: TENANT,
    clientId: CLIENT,
    secret: ENV.SENTINEL_SECRET,
    scope: 'https://monitor.azure.com/.default',
  };
  let sentinel = await FakeSentinel.start(options, port);
  const before: number[] = [];
  const now = (): number[] => sentinel.table.map((row) => Number(row['CsIndex']));
  return {
    feed: `kind: sentinel
url: http://127.0.0.1:${port}
authority: http://127.0.0.1:${port}
rule: ${RULE}
stream: Custom-Countersign
tenant: ${TENANT}
credentials: {clientId: ${CLIENT}, secret: {env: SENTINEL_SECRET}}`,
    indices: () => [...before, ...now()],
    kill: async () => {
      await sentinel[Symbol.asyncDispose]();
      before.push(...now());
      sentinel = await FakeSentinel.start(options, port);
    },
    end: () => sentinel[Symbol.asyncDispose](),
  };
}

/** `ordered`: records reach the receiver in the order of the ledger. */
const RECEIVERS = [
  { name: 'rsyslog', start: syslogReceiver, order: 'ordered', skip: missingSyslog('rsyslog') },
  { name: 'Splunk', start: () => splunkReceiver(false), order: 'ordered' },
  { name: 'Splunk with acknowledgment', start: () => splunkReceiver(true), order: 'ordered' },
  { name: 'Sentinel', start: sentinelReceiver, order: 'any' },
] as const;

for (const { name, start, order, ...more } of RECEIVERS) {
  const skip = ('skip' in more ? more.skip : undefined) ?? false;

  describe(`a feed to ${name}`, () => {
    test('misses nothing after random kills of both sides', { skip }, async (t) => {
      const folder = name.replaceAll(' ', '-').toLowerCase();
      const receiver = await start();
      t.after(receiver.end);
      const dir = await importedFolder(root, `data-${folder}`, RECORDS);
      const config = writeFeedConfig(join(root, `${folder}.yaml`), receiver.feed);
      for (let kill = 0; kill < KILLS; kill++) {
        const serving = await ServerProcess.start(dir, config, ENV);
        await pause((kill * 37) % 400);
        if (kill % 2 === 1) await receiver.kill();
        await pause((kill * 53) % 200);
        await serving.end('SIGKILL');
      }
      const serving = await ServerProcess.start(dir, config, ENV);
      await everythingSent(serving);
      assert.equal(await serving.end(), 0);
      const expected = await selectedIndices(dir);
      assert.ok(expected.length >= RECORDS);
      const firsts = await settled(receiver, expected);
      // The last service wrote entries of its own after its last report.
      const reached = expected.filter((index) => index <= Math.max(...firsts));
      assert.deepEqual(order === 'any' ? firsts.toSorted((a, b) => a - b) : firsts, reached);
    });
  });
}

/** Each index once, in the order of its first arrival. A receiver writes a moment later. */
async function settled(receiver: Receiver, expected: readonly number[]): Promise<number[]> {
  for (let round = 0; ; round++) {
    const firsts = [...new Set(receiver.indices())];
    if (round >= 100 || firsts.length >= expected.length) return firsts;
    await pause(20);
  }
}

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '@countersign/core';
import type { SyslogFeedConfig } from '../../apps/countersign/src/config/feeds/syslog.ts';
import {
  type Delivery,
  type Sink,
  SinkError,
} from '../../apps/countersign/src/feeds/delivery/sink.ts';
import { syslogMessage } from '../../apps/countersign/src/feeds/sinks/syslog/syslog-message.ts';
import { openSyslogSink } from '../../apps/countersign/src/feeds/sinks/syslog/syslog-sink.ts';
import {
  FEED,
  sinkEnvironment,
} from '../../apps/countersign/src/feeds/testing/sink-environment.ts';
import { simulations } from '../../tools/property.ts';
import { eventDeliveries, eventDelivery } from '../support/feeds/deliveries.ts';
import { missingSyslog, SyslogServer } from '../support/feeds/syslog-server.ts';
import { temporaryFolder } from '../support/folders.ts';

const root = temporaryFolder('syslog');
const never = new AbortController().signal;
/** A receiver writes what it has read within seconds. */
const ROUNDS_MAX = 500;
/** What rsyslog takes by default. */
const SIZE_DEFAULT = 8096;

for (const kind of ['rsyslog', 'syslog-ng'] as const) {
  const skip = missingSyslog(kind) ?? false;

  describe(`a real ${kind}`, () => {
    test('writes each record, in order and unchanged, over mutual TLS', { skip }, async () => {
      await using server = await SyslogServer.start(kind, join(root, kind, 'order'), {
        sizeMax: 65_536,
      });
      const sink = sinkTo(server, { messageBytesMax: 65_536 });
      const records = [...HOSTILE.map(hostileDelivery), ...eventDeliveries(100, 2000)];
      await sink.send(records.slice(0, 500), never);
      await sink.send(records.slice(500), never);
      await sink.close();
      const lines = await server.wrote((written) => written.length >= records.length);
      assert.deepEqual(
        lines.map(({ id }) => id),
        records.map(({ id }) => id),
      );
      for (const [at, record] of records.entries()) {
        assert.deepEqual(JSON.parse(lines[at]?.message ?? ''), bodyOf(record));
      }
    });

    test('cuts no message of the default size, and gets larger ones thin', { skip }, async () => {
      await using server = await SyslogServer.start(kind, join(root, kind, 'size'));
      const sink = sinkTo(server, { link: 'https://cs.example' });
      const room = SIZE_DEFAULT - sizeOf(eventDelivery(1, { body: { padding: '' } }));
      const fits = eventDelivery(1, { body: { padding: 'x'.repeat(room) } });
      const large = eventDelivery(2, { body: { padding: 'x'.repeat(room + 1) } });
      assert.equal(sizeOf(fits), SIZE_DEFAULT);
      await sink.send([fits, large, eventDelivery(3)], never);
      await sink.close();
      const lines = await server.wrote((written) => written.length >= 3);
      assert.deepEqual(JSON.parse(lines[0]?.message ?? ''), bodyOf(fits));
      const thin = JSON.parse(lines[1]?.message ?? '');
      assert.equal(thin.thin, true);
      assert.equal(thin.link, 'https://cs.example/api/v1/entries/2');
      assert.deepEqual(JSON.parse(lines[2]?.message ?? ''), bodyOf(eventDelivery(3)));
    });

    test('misses nothing after kills', { skip }, async () => {
      await using server = await SyslogServer.start(kind, join(root, kind, 'kills'));
      const sink = sinkTo(server, {});
      const kills = simulations(3, 50);
      let next = 0;
      let most = 0;
      for (let kill = 0; kill < kills; kill++) {
        most += 500;
        while (next < most) next = await sendFrom(sink, next);
        await server.end(kill % 2 === 0 ? 'SIGKILL' : 'SIGTERM');
        await server.restart();
      }
      const firsts = (): number[] => [...new Set(server.lines().map(({ index }) => index))];
      for (let round = 0; round < ROUNDS_MAX && firsts().length < most; round++) {
        await pause(20);
        // With nothing more to send, only the check of the connection shows the last loss.
        next = next < most ? await sendFrom(sink, next) : (lossOf(sink) ?? next);
      }
      await sink.close();
      assert.deepEqual(
        firsts(),
        Array.from({ length: most }, (_, at) => at),
      );
    });
  });
}

/** As the runner does: the next index after a batch, or where a resend begins. */
async function sendFrom(sink: Sink, from: number): Promise<number> {
  try {
    await sink.send(eventDeliveries(from, 50), never);
    return from + 50;
  } catch (error) {
    assert.ok(error instanceof SinkError && error.code === 'UNAVAILABLE', String(error));
    return error.resendFrom ?? from;
  }
}

function lossOf(sink: Sink): number | undefined {
  try {
    sink.checkConnection?.();
    return undefined;
  } catch (error) {
    assert.ok(error instanceof SinkError);
    return error.resendFrom;
  }
}

function sinkTo(server: SyslogServer, options: Partial<SyslogFeedConfig>): Sink {
  return openSyslogSink(
    {
      ...CONFIG,
      ...options,
      ...filesOf(server),
      address: { host: '127.0.0.1', port: server.port },
    },
    sinkEnvironment({ clock: systemClock }),
  );
}

function filesOf(server: SyslogServer): Partial<SyslogFeedConfig> {
  const { certificateFile: file, keyFile } = server;
  return { authorityFile: file, clientCertificate: { file, keyFile } };
}

const CONFIG: SyslogFeedConfig = {
  ...FEED,
  kind: 'syslog',
  address: { host: '127.0.0.1', port: 6514 },
  transport: 'tls',
  facility: 13,
  hostname: 'cs.example',
  appName: 'countersign',
  enterpriseNumber: 32_473,
  messageBytesMax: SIZE_DEFAULT,
  resend: 30_000,
};

const HOSTILE = [
  '\n<13>1 - - - - - - forged',
  '"]\\',
  '\0\u001b[31m',
  '\uFEFF\u2028💥',
  'é'.repeat(2000),
];

function hostileDelivery(text: string, index: number): Delivery {
  return eventDelivery(index, { body: { message: text, 'a"]b': text } });
}

function bodyOf(record: Delivery): unknown {
  return 'body' in record ? JSON.parse(JSON.stringify(record.body)) : undefined;
}

function sizeOf(record: Delivery): number {
  const { facility, appName, enterpriseNumber } = CONFIG;
  const message = { facility, appName, enterpriseNumber, hostname: 'cs.example' };
  const options = { ...message, messageBytesMax: Infinity, link: undefined };
  return Buffer.byteLength(syslogMessage(record, options));
}

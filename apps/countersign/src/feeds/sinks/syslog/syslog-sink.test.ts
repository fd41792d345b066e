import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { ManualClock } from '@countersign/core';
import { certificateFor } from '../../../../../../tools/testing/certificate.ts';
import type { SyslogFeedConfig } from '../../../config/feeds/syslog.ts';
import { type Sink, SinkError } from '../../delivery/sink.ts';
import { delivery } from '../../testing/deliveries.ts';
import { FEED, sinkEnvironment } from '../../testing/sink-environment.ts';
import { SyslogReceiver } from '../../testing/syslog-receiver.ts';
import { openSyslogSink } from './syslog-sink.ts';

const folder = mkdtempSync(join(tmpdir(), 'syslog-sink-'));
after(() => rmSync(folder, { recursive: true }));
const certificate = certificateFor('127.0.0.1');
const TRUSTED = { authorityFile: saved(certificate.cert) };
const never = new AbortController().signal;
/** More than the buffers of both ends hold. */
const LARGE = { message: 'x'.repeat(24 * 1024 * 1024) };

const SYSLOG: SyslogFeedConfig = {
  ...FEED,
  kind: 'syslog',
  address: { host: '127.0.0.1', port: 0 },
  transport: 'tls',
  facility: 13,
  hostname: 'cs.example',
  appName: 'countersign',
  enterpriseNumber: 32_473,
  messageBytesMax: 8096,
  resend: 30_000,
};

describe('the syslog sink', () => {
  test('sends records in order over TLS, and ends with close_notify', async () => {
    await using receiver = await SyslogReceiver.start(certificate);
    const { sink } = sinkTo(receiver, TRUSTED);
    assert.equal(sink.proof, 'sent');
    assert.deepEqual(await sink.send([delivery(3), delivery(5)], never), {
      refused: [],
      unsettledFrom: 3,
    });
    await sink.send([delivery(8)], never);
    await receiver.received(3);
    assert.deepEqual(
      receiver.messages.map(({ parameters }) => parameters['index']),
      ['3', '5', '8'],
    );
    assert.equal(receiver.sockets.length, 1);
    await sink.close();
    assert.deepEqual(receiver.ends, ['end']);
  });

  test('sends the same frames over plain TCP', async () => {
    await using receiver = await SyslogReceiver.start();
    const { sink } = sinkTo(receiver, { transport: 'tcp' });
    await sink.send([delivery(1), delivery(2)], never);
    await receiver.received(2);
    await sink.close();
    assert.deepEqual(receiver.ends, ['end']);
  });

  test('waits for a receiver that does not read', async () => {
    await using receiver = await SyslogReceiver.start(certificate, 'waits');
    const { sink } = sinkTo(receiver, { ...TRUSTED, messageBytesMax: 32 * 1024 * 1024 });
    const large = delivery(1, LARGE);
    let isSent = false;
    const sent = sink.send([large], never).then(() => {
      isSent = true;
    });
    while (receiver.sockets.length === 0) await turn();
    for (let round = 0; round < 200; round++) await turn();
    assert.equal(isSent, false);
    receiver.sockets[0]?.resume();
    await sent;
    await receiver.received(1);
    await sink.close();
  });

  test('asks for a resend of what may be lost, also if it has nothing to send', async () => {
    await using receiver = await SyslogReceiver.start(certificate);
    const { sink, clock } = sinkTo(receiver, TRUSTED);
    await sink.send([delivery(1)], never);
    clock.advance(20_000);
    await sink.send([delivery(2)], never);
    clock.advance(25_000);
    assert.deepEqual(await sink.send([delivery(3)], never), { refused: [], unsettledFrom: 1 });
    sink.checkConnection?.();
    await receiver.received(3);
    receiver.cut();
    const error = await brokenOf(sink);
    assert.equal(error.code, 'UNAVAILABLE');
    assert.equal(error.resendFrom, 1);
    // The next batch opens a new connection, where nothing is in question yet.
    sink.checkConnection?.();
    await sink.send([delivery(1), delivery(2), delivery(3)], never);
    clock.advance(31_000);
    assert.deepEqual(await sink.send([delivery(4)], never), { refused: [], unsettledFrom: 3 });
    await sink.close();
  });

  test('asks for a resend when the connection breaks within a batch', async () => {
    await using receiver = await SyslogReceiver.start(certificate, 'waits');
    const { sink } = sinkTo(receiver, { ...TRUSTED, messageBytesMax: 32 * 1024 * 1024 });
    await sink.send([delivery(6)], never);
    const sent = sink.send([delivery(7, LARGE)], never);
    for (let round = 0; round < 200; round++) await turn();
    receiver.cut();
    await assert.rejects(sent, (error: unknown) => {
      assert.ok(error instanceof SinkError && error.code === 'UNAVAILABLE', String(error));
      assert.equal(error.resendFrom, 6);
      return true;
    });
    await sink.close();
  });

  test('ends a batch that the caller aborts', async () => {
    await using receiver = await SyslogReceiver.start(certificate, 'waits');
    const { sink } = sinkTo(receiver, { ...TRUSTED, messageBytesMax: 32 * 1024 * 1024 });
    const stop = new AbortController();
    const sent = sink.send([delivery(7, LARGE)], stop.signal);
    while (receiver.sockets.length === 0) await turn();
    stop.abort();
    await assert.rejects(sent, /stopped the feed/);
    await sink.close();
  });

  test('reports a receiver that is down as unavailable', async () => {
    const receiver = await SyslogReceiver.start(certificate);
    await receiver[Symbol.asyncDispose]();
    const { sink } = sinkTo(receiver, TRUSTED);
    await assert.rejects(sink.send([delivery(1)], never), (error: unknown) => {
      assert.ok(error instanceof SinkError && error.code === 'UNAVAILABLE', String(error));
      assert.match(error.message, /could not reach 127\.0\.0\.1:\d+ \(ECONNREFUSED\)/);
      return true;
    });
    await sink.close();
  });

  test('sends nothing to a receiver whose certificate it does not trust', async () => {
    await using receiver = await SyslogReceiver.start(certificate);
    const other = { authorityFile: saved(certificateFor('127.0.0.1').cert) };
    for (const tls of [{}, other, { ...TRUSTED, serverName: 'other.example' }]) {
      const { sink } = sinkTo(receiver, tls);
      await assert.rejects(sink.send([delivery(1)], never), /its certificate is not valid/);
      await sink.close();
    }
    assert.equal(receiver.messages.length, 0);
  });

  test('does not speak TLS 1.1', async () => {
    const old = { ...certificate, maxVersion: 'TLSv1.1', minVersion: 'TLSv1' } as const;
    await using receiver = await SyslogReceiver.start({ ...old, ciphers: 'DEFAULT@SECLEVEL=0' });
    const { sink } = sinkTo(receiver, TRUSTED);
    await assert.rejects(sink.send([delivery(1)], never), /could not reach.*TLS|SSL|PROTOCOL/);
    await sink.close();
  });

  test('presents a client certificate, and reports a receiver that wants one', async () => {
    const mutual = { ...certificate, requestCert: true, ca: [certificate.cert] };
    await using receiver = await SyslogReceiver.start({ ...mutual, rejectUnauthorized: true });
    const { cert, key } = certificate;
    const clientCertificate = { file: saved(cert), keyFile: saved(key) };
    const { sink } = sinkTo(receiver, { ...TRUSTED, clientCertificate });
    await sink.send([delivery(1)], never);
    await receiver.received(1);
    await sink.close();
    const { sink: nameless } = sinkTo(receiver, TRUSTED);
    await nameless.send([delivery(2)], never).catch(() => undefined);
    const error = await brokenOf(nameless);
    assert.match(error.message, /check "clientCertificate"/);
    assert.equal(receiver.messages.length, 1);
  });
});

function sinkTo(
  { port }: SyslogReceiver,
  options: Partial<SyslogFeedConfig>,
): { sink: Sink; clock: ManualClock } {
  const clock = new ManualClock(1_767_225_600_000);
  const sink = openSyslogSink(
    { ...SYSLOG, address: { host: '127.0.0.1', port }, ...options },
    sinkEnvironment({ clock }),
  );
  return { sink, clock };
}

function saved(pem: string): string {
  const file = join(folder, `${createHash('sha256').update(pem).digest('hex')}.pem`);
  writeFileSync(file, pem);
  return file;
}

/** The error of a connection that broke, as soon as the sink has noticed. */
async function brokenOf(sink: Sink): Promise<SinkError> {
  for (;;) {
    try {
      sink.checkConnection?.();
    } catch (error) {
      assert.ok(error instanceof SinkError);
      return error;
    }
    await turn();
  }
}

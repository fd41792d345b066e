import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { ManualClock } from '@countersign/core';
import { certificateFor } from '../../../../../../tools/testing/certificate.ts';
import { SinkError } from '../../delivery/sink.ts';
import { delivery } from '../../testing/deliveries.ts';
import { SyslogReceiver } from '../../testing/syslog-receiver.ts';
import { SyslogSink } from './syslog-sink.ts';
import { type SyslogTls, syslogTransport } from './syslog-transport.ts';

const certificate = certificateFor('127.0.0.1');
const TRUSTED: SyslogTls = { ca: certificate.cert, client: undefined, serverName: undefined };
const never = new AbortController().signal;

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
    const { sink } = sinkTo(receiver, undefined);
    await sink.send([delivery(1), delivery(2)], never);
    await receiver.received(2);
    await sink.close();
    assert.deepEqual(receiver.ends, ['end']);
  });

  test('waits for a receiver that does not read', async () => {
    await using receiver = await SyslogReceiver.start(certificate, 'waits');
    const { sink } = sinkTo(receiver, TRUSTED, { messageBytesMax: 32 * 1024 * 1024 });
    // More than the buffers of both ends hold.
    const large = delivery(1, { message: 'x'.repeat(24 * 1024 * 1024) });
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
    sink.checkConnection();
    await receiver.received(3);
    receiver.cut();
    const error = await brokenOf(sink);
    assert.equal(error.code, 'UNAVAILABLE');
    assert.equal(error.resendFrom, 1);
    // The next batch opens a new connection, where nothing is in question yet.
    sink.checkConnection();
    await sink.send([delivery(1), delivery(2), delivery(3)], never);
    clock.advance(31_000);
    assert.deepEqual(await sink.send([delivery(4)], never), { refused: [], unsettledFrom: 3 });
    await sink.close();
  });

  test('asks for a resend when the connection breaks within a batch', async () => {
    await using receiver = await SyslogReceiver.start(certificate, 'waits');
    const { sink } = sinkTo(receiver, TRUSTED, { messageBytesMax: 32 * 1024 * 1024 });
    await sink.send([delivery(6)], never);
    const sent = sink.send([delivery(7, { message: 'x'.repeat(24 * 1024 * 1024) })], never);
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
    const { sink } = sinkTo(receiver, TRUSTED, { messageBytesMax: 32 * 1024 * 1024 });
    const stop = new AbortController();
    const sent = sink.send([delivery(7, { message: 'x'.repeat(24 * 1024 * 1024) })], stop.signal);
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
      assert.match(error.message, /127\.0\.0\.1:\d+: connect ECONNREFUSED/);
      return true;
    });
    await sink.close();
  });

  test('sends nothing to a receiver whose certificate it does not trust', async () => {
    await using receiver = await SyslogReceiver.start(certificate);
    const other: SyslogTls = { ...TRUSTED, ca: certificateFor('127.0.0.1').cert };
    for (const tls of [other, { ...TRUSTED, serverName: 'other.example' }]) {
      const { sink } = sinkTo(receiver, tls);
      await assertMisconfigured(sink);
      await sink.close();
    }
    assert.equal(receiver.messages.length, 0);
  });

  test('does not speak TLS 1.1', async () => {
    const old = { ...certificate, maxVersion: 'TLSv1.1', minVersion: 'TLSv1' } as const;
    await using receiver = await SyslogReceiver.start({ ...old, ciphers: 'DEFAULT@SECLEVEL=0' });
    const { sink } = sinkTo(receiver, TRUSTED);
    await assertMisconfigured(sink);
    await sink.close();
  });

  test('presents a client certificate, and reports a receiver that wants one', async () => {
    const mutual = { ...certificate, requestCert: true, ca: [certificate.cert] };
    await using receiver = await SyslogReceiver.start({ ...mutual, rejectUnauthorized: true });
    const { sink } = sinkTo(receiver, { ...TRUSTED, client: certificate });
    await sink.send([delivery(1)], never);
    await receiver.received(1);
    await sink.close();
    const { sink: nameless } = sinkTo(receiver, TRUSTED);
    await nameless.send([delivery(2)], never).catch(() => undefined);
    const error = await brokenOf(nameless);
    assert.equal(error.code, 'MISCONFIGURED');
    assert.match(error.message, /check the client certificate/);
    assert.equal(receiver.messages.length, 1);
  });
});

function sinkTo(
  { port }: SyslogReceiver,
  tls: SyslogTls | undefined,
  { messageBytesMax = 8096 }: { readonly messageBytesMax?: number } = {},
): { sink: SyslogSink; clock: ManualClock } {
  const clock = new ManualClock(1_767_225_600_000);
  const sink = new SyslogSink({
    transport: syslogTransport({ host: '127.0.0.1', port, tls }),
    message: {
      facility: 13,
      hostname: 'cs.example',
      appName: 'countersign',
      enterpriseNumber: 32_473,
      messageBytesMax,
      link: undefined,
    },
    resendMs: 30_000,
    clock,
  });
  return { sink, clock };
}

/** The error of a connection that broke, as soon as the sink has noticed. */
async function brokenOf(sink: SyslogSink): Promise<SinkError> {
  for (;;) {
    try {
      sink.checkConnection();
    } catch (error) {
      assert.ok(error instanceof SinkError);
      return error;
    }
    await turn();
  }
}

async function assertMisconfigured(sink: SyslogSink): Promise<void> {
  await assert.rejects(sink.send([delivery(1)], never), (error: unknown) => {
    assert.ok(error instanceof SinkError, String(error));
    assert.equal(error.code, 'MISCONFIGURED', error.message);
    return true;
  });
}

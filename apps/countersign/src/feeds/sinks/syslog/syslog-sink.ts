import type { Socket } from 'node:net';
import { hostname as machineName } from 'node:os';
import { type Clock, messageOf } from '@countersign/core';
import type { SyslogFeedConfig } from '../../../config/feeds/syslog.ts';
import { connectReceiver } from '../../delivery/connect-receiver.ts';
import { type Delivery, type SendResult, type Sink, SinkError } from '../../delivery/sink.ts';
import type { SinkEnvironment } from '../sink-environment.ts';
import {
  BATCH_BYTES_MAX,
  BATCH_RECORDS_MAX,
  RETRANSMISSION_MS_MAX,
  SOCKET_BUFFER_BYTES,
} from './limits.ts';
import { SyslogConnection } from './syslog-connection.ts';
import { framed, type MessageOptions, syslogMessage } from './syslog-message.ts';
import { WrittenRecords } from './written-records.ts';

/** @throws SinkError MISCONFIGURED if a certificate or a key cannot be read */
export function openSyslogSink(feed: SyslogFeedConfig, environment: SinkEnvironment): Sink {
  const { host, port } = feed.address;
  const { clock, egressTo, readTls } = environment;
  const egress = egressTo([host]);
  const tls = feed.transport === 'tls' ? readTls(feed) : 'plain';
  const { serverName, facility, appName, enterpriseNumber, messageBytesMax, link } = feed;
  const hostname = feed.hostname ?? machineName();
  return new SyslogSink({
    receiver: host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`,
    connect: (signal) => connectReceiver({ egress, host, port, tls, serverName, signal }),
    message: { facility, hostname, appName, enterpriseNumber, messageBytesMax, link },
    resendMs: feed.resend,
    clock,
  });
}

export type SyslogSinkOptions = {
  /** `host:port`, for messages. */
  readonly receiver: string;
  /** Opens a connection. @throws SinkError */
  readonly connect: (signal: AbortSignal) => Promise<Socket>;
  readonly message: MessageOptions;
  /** After a broken connection, records of this long before the break are sent again. */
  readonly resendMs: number;
  readonly clock: Clock;
};

/**
 * Syslog (RFC 5424) over TLS (RFC 5425). The protocol has no acknowledgment: what lay in a socket
 * buffer when the connection broke is lost. So a break asks for a resend from a record that is old
 * enough to have arrived. Receivers drop repeated records by the `id` of the structured data.
 */
class SyslogSink implements Sink {
  readonly proof = 'sent';
  readonly batchMax: Sink['batchMax'] = { records: BATCH_RECORDS_MAX, bytes: BATCH_BYTES_MAX };
  readonly batchesInFlightMax = 1;
  readonly #options: SyslogSinkOptions;
  #connection: SyslogConnection | undefined;
  #written = new WrittenRecords();

  constructor(options: SyslogSinkOptions) {
    this.#options = options;
  }

  async send(records: readonly Delivery[], signal: AbortSignal): Promise<SendResult> {
    this.checkConnection();
    const first = records[0];
    if (first === undefined) return { refused: [] };
    const { clock, connect, message, resendMs } = this.#options;
    this.#connection ??= new SyslogConnection(await connect(signal));
    const connection = this.#connection;
    let text = '';
    let lastIndex = first.index;
    for (const record of records) {
      text += framed(syslogMessage(record, message));
      lastIndex = record.index;
    }
    const startedMs = clock.monotonic();
    // Even a failed write may have sent some of them, and the receiver may have lost them.
    const batch = { firstIndex: first.index, lastIndex, bytes: Buffer.byteLength(text), startedMs };
    try {
      await connection.write(text, signal);
    } catch (cause) {
      throw this.#lost(connection, cause, first.index);
    }
    this.#written.add({ ...batch, doneMs: clock.monotonic() });
    return { refused: [], unsettledFrom: this.#lossFrom(resendMs) };
  }

  checkConnection(): Pick<SendResult, 'unsettledFrom'> {
    const connection = this.#connection;
    if (connection?.broken !== undefined) throw this.#lost(connection, undefined, undefined);
    return { unsettledFrom: this.#lossFrom(this.#options.resendMs) };
  }

  async close(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.close();
  }

  #lossFrom(lossMs: number): number | undefined {
    const loss = { ms: lossMs, bytes: SOCKET_BUFFER_BYTES };
    return this.#written.resendFrom(this.#options.clock.monotonic(), loss);
  }

  #lost(connection: SyslogConnection, cause: unknown, unsent: number | undefined): SinkError {
    const { resendMs, receiver } = this.#options;
    const { broken } = connection;
    const isSilent = SILENT_BREAKS.has(broken?.code ?? '');
    const lossMs = isSilent ? Math.max(resendMs, RETRANSMISSION_MS_MAX) : resendMs;
    const resendFrom = this.#lossFrom(lossMs) ?? unsent;
    this.#connection = undefined;
    this.#written = new WrittenRecords();
    void connection.close();
    const because = broken?.because ?? messageOf(cause);
    // In TLS 1.3 a receiver refuses a client certificate only after the handshake.
    const cure = TLS_ALERT.test(broken?.code ?? '')
      ? 'check "clientCertificate" and what the receiver requires'
      : 'Countersign connects again and repeats what may be lost';
    const message = `the connection to ${receiver} broke: ${because}; ${cure}`;
    return new SinkError('UNAVAILABLE', message, { resendFrom, cause });
  }
}

const TLS_ALERT = /^ERR_SSL_.*ALERT/;

/** The receiver had stopped acknowledging long before these. */
const SILENT_BREAKS: ReadonlySet<string> = new Set([
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENETDOWN',
  'STUCK',
]);

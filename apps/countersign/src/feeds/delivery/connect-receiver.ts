import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { connectionError } from './connection-error.ts';
import type { Egress } from './egress.ts';
import { CONNECT_TIMEOUT_MS } from './limits.ts';
import type { ReceiverTls } from './receiver-tls.ts';
import { SinkError } from './sink.ts';

/** TLS 1.0 and 1.1 are broken (RFC 8996). */
export const TLS_VERSION_MIN = 'TLSv1.2';

export type ReceiverConnection = {
  readonly egress: Egress;
  readonly host: string;
  readonly port: number;
  /** `plain`: without TLS, for receivers on this machine. */
  readonly tls: ReceiverTls | 'plain';
  /** The name in the certificate, if it is not the host. */
  readonly serverName?: string | undefined;
  readonly signal: AbortSignal;
  readonly timeoutMs?: number;
};

/**
 * Opens a connection to a configured host. The certificate is checked for that host, or for
 * `serverName`.
 * @throws SinkError
 */
export function connectReceiver(options: ReceiverConnection): Promise<Socket> {
  const { egress, host, port, tls, signal, timeoutMs = CONNECT_TIMEOUT_MS } = options;
  const { serverName = host } = options;
  egress.check(host);
  const to = { host, port, lookup: egress.lookup, noDelay: true, keepAlive: true };
  return new Promise((resolve, reject) => {
    const socket =
      tls === 'plain' ? connectTcp(to) : connectTls({ ...to, ...secure(serverName, tls) });
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      socket.off('error', fail);
    };
    const fail = (error: unknown): void => {
      settle();
      // A late error of a socket without a listener would end the process.
      socket.on('error', () => undefined);
      socket.destroy();
      reject(connectionError(error, `${host}:${port}`));
    };
    const abort = (): void => fail(new SinkError('UNAVAILABLE', 'the feed is stopping'));
    const timer = setTimeout(
      () =>
        fail(new SinkError('UNAVAILABLE', `${host}:${port} did not accept a connection in time`)),
      timeoutMs,
    );
    socket.once('error', fail);
    socket.once(tls === 'plain' ? 'connect' : 'secureConnect', () => {
      settle();
      resolve(socket);
    });
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}

function secure(name: string, tls: ReceiverTls): object {
  // RFC 6066, 3: a server name is never an IP address.
  const servername = isIP(name) === 0 ? { servername: name } : {};
  return { ...tls, ...servername, minVersion: TLS_VERSION_MIN, rejectUnauthorized: true };
}

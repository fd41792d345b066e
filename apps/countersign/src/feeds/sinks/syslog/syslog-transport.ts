import { connect, type LookupFunction, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { SinkError } from '../../delivery/sink.ts';
import { CONNECT_MS_MAX } from './limits.ts';

/** Opens connections to one receiver. */
export type SyslogTransport = {
  /** `host:port`, for messages. */
  readonly name: string;
  /**
   * A connected socket; with TLS, after the handshake.
   *
   * @throws SinkError UNAVAILABLE, or MISCONFIGURED if the certificates do not fit
   */
  open(signal: AbortSignal): Promise<Socket>;
};

export type SyslogAddress = {
  readonly host: string;
  readonly port: number;
  /** Undefined: plain TCP, which the configuration allows on loopback only. */
  readonly tls: SyslogTls | undefined;
  /** Resolves names, and refuses addresses that the feed may not reach. */
  readonly lookup?: LookupFunction | undefined;
};

export type SyslogTls = {
  /** PEM of authorities to trust instead of the machine's own. */
  readonly ca: string | undefined;
  /** PEM of the client certificate and its key (RFC 5425 section 4.2). */
  readonly client: { readonly cert: string; readonly key: string } | undefined;
  /** The name in the certificate of the receiver, if it is not its host. */
  readonly serverName: string | undefined;
};

export function syslogTransport(address: SyslogAddress): SyslogTransport {
  const { host, port } = address;
  const name = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  return { name, open: (signal) => open(address, name, signal) };
}

function open(address: SyslogAddress, name: string, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = address.tls === undefined ? openTcp(address) : openTls(address, address.tls);
    const timer = setTimeout(() => fail(new Error('it does not answer in time')), CONNECT_MS_MAX);
    const abort = (): void => fail(new Error('Countersign stopped the feed'));
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
      socket.off('error', fail);
      socket.off('close', closed);
    };
    const fail = (error: NodeJS.ErrnoException): void => {
      settle();
      // A second error of the same socket has no listener, and would end the process.
      socket.on('error', () => undefined);
      socket.destroy();
      reject(connectError(error, name));
    };
    const closed = (): void => fail(new Error('it closed the connection'));
    socket.on('error', fail);
    socket.on('close', closed);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) abort();
    socket.once(address.tls === undefined ? 'connect' : 'secureConnect', () => {
      settle();
      resolve(socket);
    });
  });
}

function openTcp({ host, port, lookup }: SyslogAddress): Socket {
  return connect({ host, port, noDelay: true, ...(lookup !== undefined && { lookup }) });
}

function openTls({ host, port, lookup }: SyslogAddress, tls: SyslogTls): TLSSocket {
  const { ca, client, serverName } = tls;
  return connectTls({
    host,
    port,
    minVersion: 'TLSv1.2',
    // Set here, so that no environment variable disables it.
    rejectUnauthorized: true,
    ...(ca !== undefined && { ca }),
    ...client,
    ...(serverName !== undefined && { servername: serverName }),
    ...(lookup !== undefined && { lookup }),
  });
}

function connectError(error: NodeJS.ErrnoException, name: string): SinkError {
  const { code = '', message } = error;
  if (error instanceof SinkError) return error;
  const what = `could not connect to the syslog receiver ${name}`;
  if (!isCertificateProblem(code)) {
    return new SinkError('UNAVAILABLE', `${what}: ${message}; Countersign tries again`, {
      cause: error,
    });
  }
  return new SinkError(
    'MISCONFIGURED',
    `${what}: ${message} (${code}); check its certificate, "ca", "serverName" and the client ` +
      'certificate in the configuration of the feed',
    { cause: error },
  );
}

/** Codes of OpenSSL and of Node for certificates of either side that do not fit. */
export function isCertificateProblem(code: string): boolean {
  return (
    CERTIFICATE_CODES.has(code) ||
    /^(?:CERT_|UNABLE_TO_|ERR_TLS_CERT_)/.test(code) ||
    /^ERR_SSL_.*(?:CERTIFICATE|UNKNOWN_CA|BAD_END|HANDSHAKE_FAILURE|VERSION)/.test(code)
  );
}

const CERTIFICATE_CODES: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'HOSTNAME_MISMATCH',
  'INVALID_CA',
]);

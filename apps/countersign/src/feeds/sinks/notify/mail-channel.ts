import { isIP, type Socket } from 'node:net';
import { messageOf, quoted } from '@countersign/core';
import { isCertificateCode, type Secret } from '@countersign/m365';
import type { Transporter } from 'nodemailer';
import { connectReceiver, TLS_VERSION_MIN } from '../../delivery/connect-receiver.ts';
import { connectionError } from '../../delivery/connection-error.ts';
import type { Egress } from '../../delivery/egress.ts';
import type { ReceiverTls } from '../../delivery/receiver-tls.ts';
import { SinkError } from '../../delivery/sink.ts';
import { MAIL_TIMEOUT_MS } from './limits.ts';
import { type MailTarget, mailMessage } from './mail-message.ts';
import type { Notification } from './notification.ts';
import type { NotifyChannel } from './notify-sink.ts';

export type MailServer = {
  readonly host: string;
  readonly port: number;
  /** `plain` is for servers on this machine. */
  readonly security: 'starttls' | 'tls' | 'plain';
  readonly tls: ReceiverTls;
  readonly login: { readonly user: string; readonly password: Secret } | undefined;
  readonly from: string;
  readonly egress: Egress;
};

/** Sends mail over SMTP. STARTTLS is required where it is configured: it never falls back. */
export class MailChannel implements NotifyChannel<MailTarget> {
  readonly takesEnd = 'no';
  readonly #server: MailServer;

  constructor(server: MailServer) {
    this.#server = server;
  }

  async deliver(
    notification: Notification,
    target: MailTarget,
    signal: AbortSignal,
  ): Promise<{ readonly refused: string } | 'delivered'> {
    const { host, port, security, tls, egress, from } = this.#server;
    // Findings are rare, so each message has its own connection.
    const receiver = { egress, host, port, tls: security === 'tls' ? tls : 'plain' } as const;
    const socket = await connectReceiver({ ...receiver, signal });
    const abort = (): void => void socket.destroy();
    signal.addEventListener('abort', abort, { once: true });
    try {
      const transport = await this.#transportOn(socket);
      const { rejected = [] } = await transport.sendMail(
        mailMessage(notification, { from, ...target }),
      );
      if (rejected.length === 0) return 'delivered';
      return { refused: `the mail server refused ${rejected.length} of the recipients` };
    } catch (error) {
      const refused = refusalOf(error);
      if (refused !== undefined) return { refused };
      throw mailFailure(error, `${host}:${port}`);
    } finally {
      signal.removeEventListener('abort', abort);
      socket.destroy();
    }
  }

  async close(): Promise<void> {}

  async #transportOn(connection: Socket): Promise<Transporter> {
    const { createTransport } = await import('nodemailer');
    const { host, port, security, tls, login } = this.#server;
    const auth = login && { user: login.user, pass: login.password.reveal() };
    return createTransport({
      host,
      port,
      secure: security === 'tls',
      requireTLS: security === 'starttls',
      ignoreTLS: security === 'plain',
      // RFC 6066, 3: a server name is never an IP address.
      tls: {
        ...tls,
        ...(isIP(host) === 0 && { servername: host }),
        minVersion: TLS_VERSION_MIN,
        rejectUnauthorized: true,
      },
      ...(auth !== undefined && { auth }),
      connectionTimeout: MAIL_TIMEOUT_MS,
      greetingTimeout: MAIL_TIMEOUT_MS,
      socketTimeout: MAIL_TIMEOUT_MS,
      disableFileAccess: true,
      disableUrlAccess: true,
      getSocket: (_options: unknown, done: (error: Error | null, socket: object) => void) =>
        done(null, { connection, secured: security === 'tls' }),
    });
  }
}

type MailError = {
  readonly code?: string;
  /** Of the socket. */
  readonly originalCode?: string;
  readonly command?: string;
  readonly responseCode?: number;
  readonly response?: string;
};

/** RFC 5321 4.2.1: 5yz is permanent. After MAIL FROM it is about this message or its recipients. */
function refusalOf(error: unknown): string | undefined {
  const { code, command, responseCode = 0, response = '' } = error as MailError;
  const isMessage = command === 'RCPT TO' || command === 'DATA' || code === 'EMESSAGE';
  if (!isMessage || responseCode < 500) return undefined;
  return `the mail server answered ${quoted(response)}`;
}

function mailFailure(error: unknown, server: string): SinkError {
  if (error instanceof SinkError) return error;
  const { code, originalCode = '', command, responseCode = 0, response } = error as MailError;
  if (isCertificateCode(originalCode)) return connectionError({ code: originalCode }, server);
  const said = response === undefined ? messageOf(error) : `it answered ${quoted(response)}`;
  const what = `could not send mail through ${server}: ${said}`;
  if (code === 'EAUTH' && (responseCode === 0 || responseCode >= 500)) {
    return new SinkError('MISCONFIGURED', `${what}; check the login of the feed`, { cause: error });
  }
  if (code === 'ETLS' || code === 'ECONFIG') {
    const cure = 'the server must offer STARTTLS; check "server" and "security"';
    return new SinkError('MISCONFIGURED', `${what}; ${cure}`, { cause: error });
  }
  if (command === 'MAIL FROM' && responseCode >= 500) {
    const cure = 'the server does not accept the sender: check "from"';
    return new SinkError('MISCONFIGURED', `${what}; ${cure}`, { cause: error });
  }
  return new SinkError('UNAVAILABLE', what, { cause: error });
}

import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { test } from 'node:test';
import { Secret } from '@countersign/m365';
import fc from 'fast-check';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { runs } from '../../../../../../tools/property.ts';
import { certificateFor } from '../../../../../../tools/testing/certificate.ts';
import { Egress, systemResolve } from '../../delivery/egress.ts';
import { SinkError } from '../../delivery/sink.ts';
import { hostileText } from '../../testing/deliveries.ts';
import { MailChannel, type MailServer } from './mail-channel.ts';
import type { Notification } from './notification.ts';
import { safeText } from './safe-text.ts';

const NEVER = new AbortController().signal;
const CERTIFICATE = certificateFor('127.0.0.1');
const PASSWORD = 's3cret-pass';

type ReceivedMail = {
  readonly to: readonly string[];
  readonly text: string;
  readonly secure: boolean;
};

/** A real SMTP server on loopback. */
class MailReceiver implements AsyncDisposable {
  readonly mails: ReceivedMail[] = [];
  readonly #server: SMTPServer;

  private constructor(options: SMTPServerOptions) {
    this.#server = new SMTPServer({
      ...CERTIFICATE,
      logger: false,
      authOptional: true,
      disableReverseLookup: true,
      onAuth: ({ username, password }, _session, done) =>
        username === 'cs' && password === PASSWORD
          ? done(null, { user: username })
          : done(new Error('Invalid login')),
      onData: (stream, { envelope, secure }, done) => {
        buffer(stream).then((bytes) => {
          const to = envelope.rcptTo.map(({ address }) => address);
          this.mails.push({ to, text: bytes.toString('utf8'), secure });
          done();
        }, done);
      },
      ...options,
    });
    this.#server.on('error', () => undefined);
  }

  static async start(options: SMTPServerOptions = {}): Promise<MailReceiver> {
    const it = new MailReceiver(options);
    await new Promise<void>((resolve) => it.#server.listen(0, '127.0.0.1', () => resolve()));
    return it;
  }

  channel(more: Partial<MailServer> = {}): MailChannel {
    return new MailChannel({
      host: '127.0.0.1',
      port: (this.#server.server.address() as AddressInfo).port,
      security: 'starttls',
      tls: { ca: CERTIFICATE.cert },
      login: { user: 'cs', password: new Secret(PASSWORD) },
      from: 'countersign@northmoor.example',
      egress: new Egress({ hosts: ['127.0.0.1'], allow: ['loopback'], resolve: systemResolve }),
      ...more,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}

function notification(more: Partial<Notification> = {}): Notification {
  return {
    ...{ id: 'n1', incident: 'incident-1', change: 'opened', severity: 5, finding: 'f', index: 1 },
    ...{ at: '2026-03-02T09:00:00Z', tenant: 't', title: undefined },
    link: 'https://cs.example/f',
    ...more,
  };
}

const TARGET = { to: ['soc@northmoor.example', 'cert@northmoor.example'] };

for (const security of ['starttls', 'tls', 'plain'] as const) {
  test(`sends a message with ${security}`, async () => {
    await using receiver = await MailReceiver.start({ secure: security === 'tls' });
    const login = security === 'plain' ? { login: undefined } : {};
    const channel = receiver.channel({ security, ...login });
    assert.equal(await channel.deliver(notification(), TARGET, NEVER), 'delivered');
    const [mail] = receiver.mails;
    assert.deepEqual(mail?.to, TARGET.to);
    assert.equal(mail?.secure, security !== 'plain');
    assert.match(mail?.text ?? '', /^Subject: Critical: incident incident-1\r$/m);
    assert.match(mail?.text ?? '', /^Message-ID: <n1@northmoor.example>\r$/m);
    assert.match(mail?.text ?? '', /^References: <incident\.[0-9a-f]+@northmoor.example>\r$/m);
    assert.match(mail?.text ?? '', /^Auto-Submitted: auto-generated\r$/m);
    assert.match(mail?.text ?? '', /^https:\/\/cs\.example\/f\r$/m);
    assert.doesNotMatch(mail?.text ?? '', /text\/html/);
  });
}

test('property: no title adds a header, a recipient or a part', async () => {
  await using receiver = await MailReceiver.start();
  const channel = receiver.channel({ security: 'plain', login: undefined });
  const injected = fc.constantFrom(
    'x\r\nBcc: evil@example.com',
    'x\n\n.\r\nMAIL FROM:<a@b.c>',
    '=?utf-8?q?x=0D=0ABcc:_evil@example.com?=',
  );
  await fc.assert(
    fc.asyncProperty(fc.oneof(hostileText, injected), async (text) => {
      receiver.mails.length = 0;
      await channel.deliver(notification({ title: safeText(text) }), TARGET, NEVER);
      const [mail] = receiver.mails;
      assert.equal(receiver.mails.length, 1);
      assert.deepEqual(mail?.to, TARGET.to);
      const [head = ''] = (mail?.text ?? '').split('\r\n\r\n');
      const names = [...head.matchAll(/^([A-Za-z-]+):/gm)].map(([, name = '']) =>
        name.toLowerCase(),
      );
      assert.deepEqual(names.toSorted(), [
        ...['auto-submitted', 'content-transfer-encoding', 'content-type', 'date', 'from'],
        ...['message-id', 'mime-version', 'references', 'subject', 'to'],
      ]);
    }),
    runs(60, 600),
  );
});

test('a server that does not offer STARTTLS gets neither mail nor login', async () => {
  const authentications: string[] = [];
  await using receiver = await MailReceiver.start({
    hideSTARTTLS: true,
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth: ({ username }, _session, done) => {
      authentications.push(String(username));
      done(null, { user: username });
    },
  });
  await assert.rejects(
    receiver.channel().deliver(notification(), TARGET, NEVER),
    isFailure('MISCONFIGURED', /must offer STARTTLS/),
  );
  assert.deepEqual([receiver.mails, authentications], [[], []]);
});

test('a server with another certificate gets nothing', async () => {
  const other = certificateFor('mail.example');
  await using receiver = await MailReceiver.start(other);
  await assert.rejects(
    receiver.channel({ tls: { ca: other.cert } }).deliver(notification(), TARGET, NEVER),
    isFailure('UNAVAILABLE', /its certificate is not valid/),
  );
  assert.deepEqual(receiver.mails, []);
});

test('a wrong login is misconfigured, and no error shows the password', async () => {
  await using receiver = await MailReceiver.start();
  const login = { user: 'cs', password: new Secret('wr0ng-pass') };
  await assert.rejects(
    receiver.channel({ login }).deliver(notification(), TARGET, NEVER),
    (error: unknown) => {
      assert.doesNotMatch(`${error}${JSON.stringify(error)}`, /wr0ng-pass/);
      return isFailure('MISCONFIGURED', /check the login/)(error);
    },
  );
});

test('a recipient that does not exist is refused; a busy server is asked again', async () => {
  const answers = [550, 450];
  await using receiver = await MailReceiver.start({
    onRcptTo: (_address, _session, done) => {
      const responseCode = answers[0] ?? 550;
      done(Object.assign(new Error('mailbox'), { responseCode }));
    },
  });
  const result = await receiver.channel().deliver(notification(), TARGET, NEVER);
  assert.match(typeof result === 'object' ? result.refused : '', /550/);
  answers.shift();
  await assert.rejects(
    receiver.channel().deliver(notification(), TARGET, NEVER),
    isFailure('UNAVAILABLE', /450/),
  );
});

test('a feed that stops leaves a silent server at once', async () => {
  await using receiver = await MailReceiver.start({ onConnect: () => {} });
  const controller = new AbortController();
  const sending = receiver.channel().deliver(notification(), TARGET, controller.signal);
  setImmediate(() => controller.abort());
  await assert.rejects(sending, SinkError);
});

function isFailure(code: SinkError['code'], message: RegExp) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof SinkError, String(error));
    assert.deepEqual([error.code, message.test(error.message)], [code, true], error.message);
    return true;
  };
}

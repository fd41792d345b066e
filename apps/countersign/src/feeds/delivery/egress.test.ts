import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { createServer as createTlsServer } from 'node:tls';
import { certificateFor } from '../../../../../tools/testing/certificate.ts';
import { connectReceiver } from './connect-receiver.ts';
import { Egress, type ResolveHost } from './egress.ts';
import { SinkError, type SinkErrorCode } from './sink.ts';

const NEVER = new AbortController().signal;

function resolving(...addresses: string[]): ResolveHost {
  return async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
}

function code(expected: SinkErrorCode, words: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof SinkError, String(error));
    assert.equal(error.code, expected, error.message);
    assert.match(error.message, words);
    return true;
  };
}

async function portOf(server: ReturnType<typeof createServer>): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as { port: number }).port;
}

test('refuses a host that is not configured, and an address that is not allowed', () => {
  const egress = new Egress({
    hosts: ['SOC.example', '127.0.0.1', '[::1]'],
    allow: [],
    resolve: resolving(),
  });
  egress.check('soc.example');
  assert.throws(() => egress.check('other.example'), code('MISCONFIGURED', /not configured/));
  assert.throws(() => egress.check('127.0.0.1'), code('MISCONFIGURED', /loopback address/));
  assert.throws(() => egress.check('[::1]'), code('MISCONFIGURED', /allow: \[loopback\]/));
});

test('connects to the checked address only', async () => {
  const server = createServer((socket: Socket) => socket.end('hello'));
  const port = await portOf(server);
  try {
    let resolved = 0;
    // The second answer is the attack: the name moves between check and connection.
    const resolve: ResolveHost = async () => {
      resolved++;
      return [{ address: resolved === 1 ? '127.0.0.1' : '169.254.169.254', family: 4 }];
    };
    const egress = new Egress({ hosts: ['soc.example'], allow: ['loopback'], resolve });
    const common = { egress, host: 'soc.example', port, tls: 'plain', signal: NEVER } as const;
    const socket = await connectReceiver(common);
    assert.equal(await text(socket), 'hello');
    assert.equal(resolved, 1);
    await assert.rejects(connectReceiver(common), code('UNAVAILABLE', /169\.254\.169\.254 is not/));
  } finally {
    server.close();
  }
});

test('uses only the allowed addresses of a name', async () => {
  const server = createServer((socket: Socket) => socket.end('hello'));
  const port = await portOf(server);
  try {
    const resolve = resolving('169.254.169.254', '10.0.0.1', '127.0.0.1');
    const egress = new Egress({ hosts: ['soc.example'], allow: ['loopback'], resolve });
    const socket = await connectReceiver({
      ...{ egress, host: 'soc.example', port, tls: 'plain', signal: NEVER },
    });
    assert.equal(socket.remoteAddress, '127.0.0.1');
    assert.equal(await text(socket), 'hello');
  } finally {
    server.close();
  }
});

for (const [address, words] of [
  ['10.1.2.3', /10\.1\.2\.3 is a private address; add "allow: \[private\]"/],
  ['127.0.0.1', /127\.0\.0\.1 is a loopback address/],
  ['::ffff:127.0.0.1', /loopback address/],
  ['fe80::1', /fe80::1 is not the address of a receiver/],
] as const) {
  test(`does not connect to a name that resolves to ${address}`, async () => {
    const egress = new Egress({ hosts: ['soc.example'], allow: [], resolve: resolving(address) });
    const to = { egress, host: 'soc.example', port: 443, tls: {}, signal: NEVER };
    await assert.rejects(connectReceiver(to), code('UNAVAILABLE', words));
  });
}

test('refuses a certificate of an unknown authority, and TLS 1.1', async () => {
  const certificate = certificateFor('soc.example');
  const resolve = resolving('127.0.0.1');
  const egress = new Egress({ hosts: ['soc.example'], allow: ['loopback'], resolve });
  const server = createTlsServer({ ...certificate }, (socket) => socket.end('hello'));
  const old = createTlsServer({
    ...{ ...certificate, minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1' },
    ciphers: 'DEFAULT@SECLEVEL=0',
  });
  const [port, oldPort] = [await portOf(server), await portOf(old)];
  try {
    const to = { egress, host: 'soc.example', signal: NEVER };
    const ca = { ca: certificate.cert };
    const socket = await connectReceiver({ ...to, port, tls: ca });
    assert.equal(await text(socket), 'hello');
    const unknown = connectReceiver({ ...to, port, tls: {} });
    await assert.rejects(unknown, code('UNAVAILABLE', /its certificate is not valid/));
    const tooOld = connectReceiver({ ...to, port: oldPort, tls: ca });
    await assert.rejects(tooOld, code('UNAVAILABLE', /could not reach soc\.example/));
  } finally {
    server.close();
    old.close();
  }
});

test('gives up on a receiver that does not finish the TLS handshake', async () => {
  const server = createServer(() => undefined);
  const port = await portOf(server);
  const sockets: Socket[] = [];
  server.on('connection', (socket) => sockets.push(socket));
  try {
    const egress = new Egress({
      ...{ hosts: ['soc.example'], allow: ['loopback'], resolve: resolving('127.0.0.1') },
    });
    const to = { egress, host: 'soc.example', port, tls: {}, signal: NEVER };
    const slow = connectReceiver({ ...to, timeoutMs: 50 });
    await assert.rejects(slow, code('UNAVAILABLE', /did not accept a connection in time/));
    const stop = new AbortController();
    const stopping = connectReceiver({ ...to, signal: stop.signal });
    stop.abort();
    await assert.rejects(stopping, code('UNAVAILABLE', /stopping/));
  } finally {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get } from 'node:https';
import { connect, type Socket } from 'node:net';
import process from 'node:process';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { certificateFor } from '../../../../../tools/testing/certificate.ts';
import { shareOf } from './connections.ts';
import type { Exchange } from './exchange.ts';
import { HttpListener, type ListenerLimits, type ListenerTls } from './listener.ts';

const LIMITS: ListenerLimits = {
  ...{ connectionsMax: 6, connectionsPerAddressMax: 4, headerBytesMax: 4096 },
  ...{ headersMsMax: 10_000, requestMsMax: 10_000, keepAliveMs: 10_000 },
  ...{ bodyBytesMax: 200_000, bodyBytesPerCallerMax: 100_000 },
};
/** Only Linux answers on all of 127.0.0.0/8. */
const skip = process.platform === 'linux' ? false : 'needs a second address on loopback';

type World = {
  readonly port: number;
  readonly url: string;
  /** Resolves when `count` requests wait for their reply. */
  held(count: number): Promise<void>;
  answerHeld(): void;
};

/** Replies at once; under `/held`, only when the test says so. */
async function withListener(
  run: (world: World) => Promise<void>,
  tls?: ListenerTls,
): Promise<void> {
  const waiting: (() => void)[] = [];
  const handle = async (exchange: Exchange): Promise<void> => {
    const read = await exchange.read(80_000, 'one caller').catch(() => undefined);
    if (read === undefined) return;
    const isHeld = exchange.request.url === '/held';
    if (isHeld) await new Promise<void>((resolve) => waiting.push(resolve));
    const status = read.kind === 'whole' ? 200 : read.kind === 'too-large' ? 413 : 429;
    exchange.write({ status, headers: {}, body: 'done' });
  };
  const listen = { host: '0.0.0.0', port: 0 };
  const listener = await HttpListener.open({ listen, tls, limits: LIMITS, handle });
  const port = Number(new URL(listener.url).port);
  const answerHeld = (): void => {
    for (const each of waiting.splice(0)) each();
  };
  const held = async (count: number): Promise<void> => {
    while (waiting.length < count) await setImmediate();
  };
  try {
    await run({ held, port, url: listener.url.replace('0.0.0.0', '127.0.0.1'), answerHeld });
  } finally {
    answerHeld();
    await listener.close();
  }
}

async function open(port: number, from = '127.0.0.1'): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port, localAddress: from });
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

function send(socket: Socket, path: string, body = ''): void {
  socket.write(`POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
}

async function answered(socket: Socket): Promise<string> {
  const [chunk] = (await once(socket, 'data')) as [Buffer];
  return chunk.toString('latin1');
}

test('closes the longest-waiting connection of an address with too many', async () => {
  await withListener(async ({ port }) => {
    const sockets: Socket[] = [];
    for (let count = 0; count < 4; count++) sockets.push(await open(port));
    const [idle, used, slow] = sockets as [Socket, Socket, Socket];
    const closed = [idle, slow].map((each) => once(each, 'close'));
    send(used, '/');
    assert.match(await answered(used), /^HTTP\/1\.1 200/);
    const next = await open(port);
    await closed[0];
    slow.write('POST / HTTP/1.1\r\nhost: x\r\nx: ');
    const last = await open(port);
    await closed[1];
    for (const each of [used, next, last]) {
      send(each, '/');
      assert.match(await answered(each), /^HTTP\/1\.1 200/);
    }
  });
});

test('never closes a connection with a request in progress', async () => {
  await withListener(async ({ port, held, answerHeld }) => {
    const busy: Socket[] = [];
    for (let count = 0; count < 4; count++) {
      const socket = await open(port);
      send(socket, '/held');
      busy.push(socket);
    }
    await held(4);
    await once(await open(port), 'close');
    answerHeld();
    for (const each of busy) assert.match(await answered(each), /^HTTP\/1\.1 200/);
  });
});

test('takes a slot from the address with the most connections', { skip }, async () => {
  await withListener(async ({ port }) => {
    const many: Socket[] = [];
    for (let count = 0; count < 4; count++) many.push(await open(port));
    const few = [await open(port, '127.0.0.2'), await open(port, '127.0.0.2')];
    const gone = once(many[0] as Socket, 'close');
    const newest = await open(port, '127.0.0.3');
    await gone;
    for (const each of [...few, newest]) {
      send(each, '/');
      assert.match(await answered(each), /^HTTP\/1\.1 200/);
    }
  });
});

test('under TLS, closes sockets without a handshake first', async () => {
  const { cert: certificate, key } = certificateFor('127.0.0.1');
  const run = async ({ port, url }: World): Promise<void> => {
    const idle: Socket[] = [];
    for (let count = 0; count < 4; count++) idle.push(await open(port));
    const gone = once(idle[0] as Socket, 'close');
    const status = await new Promise((resolve, reject) => {
      get(url, { ca: certificate, agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode);
      }).on('error', reject);
    });
    assert.equal(status, 200);
    await gone;
  };
  await withListener(run, { certificate, key });
});

test('refuses too many large bodies of one caller, not small ones', async () => {
  await withListener(async ({ port, url, held, answerHeld }) => {
    const post = async (body: string): Promise<number> =>
      (await fetch(url, { method: 'POST', body })).status;
    const body = 'x'.repeat(80_000);
    const first = await open(port);
    send(first, '/held', body);
    await held(1);
    assert.equal(await post(body), 429);
    assert.equal(await post('small'), 200);
    assert.equal(await post(`${body}x`), 413);
    answerHeld();
    await answered(first);
    assert.equal(await post(body), 200);
  });
});

test('counts an IPv6 network as one address, and a mapped IPv4 address as itself', () => {
  const same = ['2001:db8:1:2::1', '2001:DB8:1:2:ffff::9', '2001:db8:1:2:3:4:5:6'];
  assert.equal(new Set(same.map(shareOf)).size, 1);
  assert.notEqual(shareOf('2001:db8:1:3::1'), shareOf('2001:db8:1:2::1'));
  assert.equal(shareOf('::ffff:198.51.100.7'), '198.51.100.7');
  assert.equal(shareOf('fe80::1%eth0'), shareOf('fe80::2'));
  assert.notEqual(shareOf('::1'), shareOf('fe80::1'));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { certificateFor } from '../../../../tools/testing/certificate.ts';
import { json, TestServer } from '../../../../tools/testing/server.ts';
import { clientFor, WaitingClock } from '../testing/http-client-for.ts';
import { HttpError, type HttpErrorCode } from './errors.ts';
import type { RequestAuthorizer } from './http-client.ts';
import { RequestPace } from './request-pace.ts';

const NOW_MS = Date.parse('2026-03-02T09:00:00Z');

function code(expected: HttpErrorCode): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof HttpError, String(error));
    assert.equal(error.code, expected, error.message);
    return true;
  };
}

test('refuses a host that is not configured, and sends nothing to it', async () => {
  await using server = await TestServer.start((_, response) => json(response, {}));
  const time = new WaitingClock(NOW_MS);
  const http = clientFor(['https://manage.example'], time);
  await assert.rejects(http.send({ url: `${server.origin}/x` }), code('HOST_NOT_CONFIGURED'));
  assert.deepEqual(server.asked, []);
});

test('accepts plain http only for an origin on loopback', () => {
  const time = new WaitingClock(NOW_MS);
  assert.throws(() => clientFor(['http://manage.example'], time), code('HOST_NOT_CONFIGURED'));
  assert.throws(() => clientFor(['ftp://127.0.0.1'], time), code('HOST_NOT_CONFIGURED'));
});

test('follows a redirect within the host, and none to another host', async () => {
  await using other = await TestServer.start((_, response) => json(response, 'stolen'));
  await using server = await TestServer.start(({ url }, response) => {
    if (url.pathname === '/end') return json(response, 'here');
    const location = url.pathname === '/near' ? '/end' : `${other.origin}/end`;
    response.writeHead(302, { location }).end();
  });
  const http = clientFor([server.origin], new WaitingClock(NOW_MS));
  const { body } = await http.send({ url: `${server.origin}/near` });
  assert.equal(body.toString(), '"here"');
  await assert.rejects(http.send({ url: `${server.origin}/far` }), code('HOST_NOT_CONFIGURED'));
  assert.deepEqual(other.asked, []);
});

test('gives up on a redirect loop', async () => {
  await using server = await TestServer.start((_, response) => {
    response.writeHead(307, { location: '/again' }).end();
  });
  const http = clientFor([server.origin], new WaitingClock(NOW_MS));
  await assert.rejects(http.send({ url: `${server.origin}/` }), code('REFUSED'));
  assert.ok(server.asked.length < 10);
});

test('waits longer and longer when it is throttled with 403, and slows down', async () => {
  let left = 3;
  await using server = await TestServer.start((_, response) => {
    if (left-- > 0) return json(response, { error: { code: 'AF429', message: 'Too many' } }, 403);
    return json(response, 'done');
  });
  const time = new WaitingClock(NOW_MS);
  const http = clientFor([server.origin], time);
  const allowance = { requests: 600, perMs: 60_000 };
  const pace = new RequestPace({ clock: time.clock, wait: time.wait, allowance });
  await http.send({ url: server.origin, pace });
  assert.equal(server.asked.length, 4);
  assert.deepEqual(time.waits.slice(0, 3), [750, 1500, 3000]);
  assert.ok(pace.perMinute < pace.allowedPerMinute / 4);
});

test("respects Retry-After, in seconds and as a date by the server's clock", async () => {
  const waits = ['7', 'Mon, 02 Mar 2026 10:00:30 GMT'];
  await using server = await TestServer.start((_, response) => {
    const wait = waits.shift();
    if (wait === undefined) return json(response, 'done');
    response.setHeader('retry-after', wait);
    response.setHeader('date', 'Mon, 02 Mar 2026 10:00:10 GMT');
    return json(response, {}, 429);
  });
  const time = new WaitingClock(NOW_MS);
  await clientFor([server.origin], time).send({ url: server.origin });
  assert.deepEqual(time.waits, [7000, 20_000]);
});

test('ends with the last error if a server keeps failing', async () => {
  await using server = await TestServer.start((_, response) => json(response, {}, 503));
  const time = new WaitingClock(NOW_MS);
  await assert.rejects(
    clientFor([server.origin], time).send({ url: server.origin }),
    code('SERVER_FAILED'),
  );
  assert.equal(server.asked.length, 7);
});

test('reports trouble during retries, once per minute', async () => {
  await using server = await TestServer.start((_, response) => json(response, {}, 503));
  const time = new WaitingClock(NOW_MS);
  const lines: string[] = [];
  const http = clientFor([server.origin], time, { tell: (trouble) => lines.push(trouble) });
  await assert.rejects(http.send({ url: server.origin }), code('SERVER_FAILED'));
  assert.deepEqual(lines, [`${server.origin}/ failed (503); Countersign tries again`]);
  time.clock.advance(60_000);
  await assert.rejects(http.send({ url: server.origin }), code('SERVER_FAILED'));
  assert.equal(lines.length, 2);
});

test('an unreachable authority is waited for once, not in every attempt', async () => {
  await using server = await TestServer.start((_, response) => json(response, 'done'));
  let asked = 0;
  const header = async (): Promise<string> => {
    asked += 1;
    throw new HttpError('UNREACHABLE', 'the authority is away');
  };
  const authorization: RequestAuthorizer = { header, refused: () => {} };
  const http = clientFor([server.origin], new WaitingClock(NOW_MS));
  await assert.rejects(http.send({ url: server.origin, authorization }), code('UNREACHABLE'));
  assert.deepEqual([asked, server.asked.length], [1, 0]);
});

test("recognizes a refusal by the service's code", async () => {
  await using server = await TestServer.start((_, response) =>
    json(response, { error: { code: 'AF20023', message: 'disabled by a tenant admin' } }, 400),
  );
  const http = clientFor([server.origin], new WaitingClock(NOW_MS));
  await assert.rejects(http.send({ url: `${server.origin}/a?sig=hush` }), (error) => {
    assert.ok(error instanceof HttpError);
    assert.equal(error.serviceCode, 'AF20023');
    assert.ok(!error.message.includes('hush'), 'a query may hold a signature');
    return true;
  });
});

test('requests a new token once if one is refused', async () => {
  await using server = await TestServer.start(({ headers }, response) => {
    if (headers.authorization === 'Bearer new') return json(response, 'done');
    response.setHeader('www-authenticate', 'Bearer error="invalid_token"');
    return json(response, {}, 401);
  });
  let token = 'old';
  const authorization: RequestAuthorizer = {
    header: async () => `Bearer ${token}`,
    refused: () => {
      token = 'new';
    },
  };
  const http = clientFor([server.origin], new WaitingClock(NOW_MS));
  await http.send({ url: server.origin, authorization });
  assert.equal(server.asked.length, 2);
  const never: RequestAuthorizer = { header: async () => 'Bearer bad', refused: () => {} };
  const asking = http.send({ url: server.origin, authorization: never });
  await assert.rejects(asking, code('UNAUTHORIZED'));
  assert.equal(server.asked.length, 4);
});

test('decompresses gzip, and stops a bomb at the limit', async () => {
  await using server = await TestServer.start(({ url }, response) => {
    const plain = url.pathname === '/bomb' ? Buffer.alloc(64 << 20) : Buffer.from('[1]');
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(plain));
  });
  const http = clientFor([server.origin], new WaitingClock(NOW_MS));
  assert.equal((await http.send({ url: server.origin })).body.toString(), '[1]');
  const bomb = { url: `${server.origin}/bomb`, bodyBytesMax: 1 << 20 };
  await assert.rejects(http.send(bomb), code('TOO_LARGE'));
  assert.equal(server.asked.length, 2, 'a bomb is not requested again');
});

test('stops a body at the limit, with or without a stated length', async () => {
  await using server = await TestServer.start(({ url }, response) => {
    if (url.pathname === '/stated') response.setHeader('content-length', 2 ** 31);
    response.writeHead(200);
    response.on('error', () => {});
    const more = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(1 << 16, 0x20)));
    };
    response.on('drain', more);
    more();
  });
  const http = clientFor([server.origin], new WaitingClock(NOW_MS));
  for (const path of ['/stated', '/endless']) {
    const asking = http.send({ url: `${server.origin}${path}`, bodyBytesMax: 1 << 20 });
    await assert.rejects(asking, code('TOO_LARGE'));
  }
});

test('retries after a truncated answer', async () => {
  let cuts = 2;
  await using server = await TestServer.start((_, response) => {
    if (cuts-- <= 0) return json(response, 'whole');
    response.writeHead(200, { 'content-length': '100' });
    response.write('[{"half":');
    setImmediate(() => response.destroy());
  });
  const http = clientFor([server.origin], new WaitingClock(NOW_MS));
  assert.equal((await http.send({ url: server.origin })).body.toString(), '"whole"');
});

test('gives up on a server that does not answer, or whose answer never ends', async () => {
  await using server = await TestServer.start(({ url }, response) => {
    if (url.pathname === '/silent') return;
    response.writeHead(200);
    const drip = setInterval(() => response.write(' '), 5);
    response.on('close', () => clearInterval(drip));
  });
  const time = new WaitingClock(NOW_MS);
  const timeouts = { idleMs: 60, exchangeMs: 120 };
  const http = clientFor([server.origin], time, { timeouts });
  for (const path of ['/silent', '/drip']) {
    await assert.rejects(http.send({ url: `${server.origin}${path}` }), code('TIMED_OUT'));
  }
});

test('refuses an invalid certificate, and sends nothing', async () => {
  const own = certificateFor('127.0.0.1');
  const others = certificateFor('manage.example');
  for (const [tls, ca] of [
    [own, undefined],
    [others, others.cert],
  ] as const) {
    await using server = await TestServer.start((_, response) => json(response, {}), tls);
    const http = clientFor([server.origin], new WaitingClock(NOW_MS), { ca });
    await assert.rejects(http.send({ url: server.origin }), code('CERTIFICATE'));
    assert.deepEqual(server.asked, []);
  }
  await using server = await TestServer.start((_, response) => json(response, 'sure'), own);
  const http = clientFor([server.origin], new WaitingClock(NOW_MS), { ca: own.cert });
  assert.equal((await http.send({ url: server.origin })).body.toString(), '"sure"');
  http.close();
});

test('stops on abort', async () => {
  await using server = await TestServer.start(() => {});
  const stop = new AbortController();
  const http = clientFor([server.origin], new WaitingClock(NOW_MS));
  const asking = http.send({ url: server.origin, signal: stop.signal });
  while (server.asked.length === 0) await new Promise((resolve) => setImmediate(resolve));
  stop.abort();
  await assert.rejects(asking, code('ABORTED'));
});

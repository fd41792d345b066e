import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import type { EndpointReply } from '../http/http-exchange.ts';
import {
  askedBy,
  type ForwardAuthWorld,
  forwardAuthWorld,
  type ProxyRequestOptions,
  proxyOf,
} from '../testing/forward-auth-world.ts';
import type { ProxyCaller } from './forward-auth-endpoint.ts';
import { PROXIES } from './original-request.ts';

const SUBJECT = 'x-countersign-subject';
const DECISION = 'x-countersign-decision';
const PASS = 'x-countersign-pass';
const CAUSE = 'x-countersign-cause';
const HOUR_MS = 3_600_000;

let world: ForwardAuthWorld;
before(async () => {
  world = await forwardAuthWorld();
});

async function ask(
  { token, ...asking }: ProxyRequestOptions & { readonly token?: string | undefined } = {},
  caller: ProxyCaller = proxyOf('traefik'),
): Promise<EndpointReply> {
  const headers = { authorization: `Bearer ${token ?? (await world.token())}`, ...asking.headers };
  return askedBy(world.endpoint, caller, { ...asking, headers });
}

/** A refusal has no header that an application could take for a signed-in user. */
function assertNobody({ headers }: EndpointReply): void {
  assert.deepEqual([headers[SUBJECT], headers[PASS]], ['', '']);
}

test('answers only its own path and the paths below it', () => {
  for (const path of ['/forward-auth', '/forward-auth/', '/forward-auth/a/b']) {
    assert.ok(world.endpoint.has(path), path);
  }
  for (const path of ['/', '/forward-author', '/a/forward-auth', '/forward']) {
    assert.ok(!world.endpoint.has(path), path);
  }
});

describe('a permitted request', () => {
  for (const proxy of PROXIES) {
    test(`passes ${proxy} with the name and the entry`, async () => {
      const { status, headers, body } = await ask({}, proxyOf(proxy));
      const { decision } = world.decided().at(-1) ?? {};
      assert.deepEqual([status, body], [200, '']);
      assert.deepEqual(headers, { [SUBJECT]: 'ada', [DECISION]: decision?.id, [PASS]: '' });
    });
  }

  test('accepts a token whose pass is open, or belongs to another node', async () => {
    world.over.add('another');
    const token = await world.token({ countersign_pass: 'p1' });
    assert.equal((await ask({ token })).status, 200);
    const { context } = world.decided().at(-1)?.request ?? assert.fail();
    assert.equal((context['request'] as { pass?: string }).pass, 'p1', 'the entry names it');
  });

  test('gets a pass if the proxy has passes', async () => {
    const { headers } = await ask({}, proxyOf('traefik', { passMs: HOUR_MS }));
    assert.match(headers[PASS] ?? '', /^[0-9a-f-]{36}$/);
    assert.notEqual(headers[PASS], headers[DECISION]);
  });

  test('gets a header-safe name, regardless of the name', async () => {
    const { headers } = await ask({ token: await world.token({ sub: 'ådä/1' }) });
    assert.equal(headers[SUBJECT], '%C3%A5d%C3%A4%2F1');
  });

  test('may carry the token in the cookie of the applications', async () => {
    const token = await world.token();
    const shown = (cookie: string): Promise<EndpointReply> =>
      ask({ headers: { authorization: undefined, cookie } });
    assert.equal((await shown(`app=${token}`)).status, 200);
    assert.equal((await shown(`a=b; app=${token}; application=x`)).status, 200);
    assert.equal((await shown(`application=${token}`)).status, 401);
    // With two cookies of one name, the application's is unknown.
    assert.equal((await shown(`app=${token}; app=${token}`)).status, 401);
    assert.equal((await shown(`app=${token}; app=x`)).status, 401);
  });

  test('uses the Authorization header before a cookie', async () => {
    const cookie = `app=${await world.token({ sub: 'bob' })}`;
    const { headers } = await ask({ headers: { cookie } });
    assert.equal(headers[SUBJECT], 'ada');
  });
});

describe('the decision', () => {
  const stated = async (asking: ProxyRequestOptions & { readonly token?: string } = {}) => {
    await ask(asking);
    const { request } = world.decided().at(-1) ?? {};
    assert.ok(request !== undefined);
    return request;
  };

  test('is about the site and the request as the proxy read it', async () => {
    const { subject, action, resource, context } = await stated({ method: 'POST' });
    assert.deepEqual(subject, { type: 'user', id: 'ada' });
    assert.deepEqual([action, resource], [{ name: 'useApp' }, { type: 'app', id: 'wiki' }]);
    const { request, ...seen } = context as { request: { host: string; path: string } };
    assert.deepEqual(seen, { method: 'POST', address: '192.0.2.7', factor: 'multi' });
    assert.deepEqual([request.host, request.path], ['wiki.example.com', '/page']);
    const other = await stated({ host: 'pay.example.com' });
    assert.deepEqual(other.resource, { type: 'app', id: 'pay' });
  });

  test('states the device of the token, and only what is known', async () => {
    const token = await world.token({ deviceid: 'd1', amr: undefined });
    const { context } = await stated({ token, headers: { 'x-forwarded-for': undefined } });
    assert.deepEqual(Object.keys(context).sort(), ['device', 'method', 'request']);
    assert.equal(context['device'], 'd1');
  });

  test('stores neither the token nor the query, and matches no other request', async () => {
    const token = await world.token();
    const bindingOf = async (
      asking: ProxyRequestOptions & { readonly token?: string },
    ): Promise<string> => {
      const { context } = await stated({ token, ...asking });
      return (context['request'] as { binding: string }).binding;
    };
    const first = await bindingOf({});
    assert.equal(await bindingOf({}), first);
    const others = [
      await bindingOf({ uri: '/page?q=2' }),
      await bindingOf({ method: 'POST' }),
      await bindingOf({ headers: { 'x-forwarded-for': '192.0.2.8' } }),
      await bindingOf({ token: await world.token({ jti: '2' }) }),
    ];
    assert.equal(new Set([first, ...others]).size, 5);
    const entry = JSON.stringify(world.decided().at(-1));
    assert.ok(!entry.includes('q=1') && !entry.includes(token));
  });
});

describe('a refused request', () => {
  for (const [name, claims, asking, cause] of [
    ['whom no policy permits', { sub: 'bob' }, {}, 'denied'],
    ['whom a policy forbids it', {}, { method: 'DELETE' }, 'denied'],
    ['of whom nothing is known', { sub: 'eve' }, {}, 'unknown'],
    ['with an unknown factor', { amr: undefined }, {}, 'unknown'],
  ] as const) {
    test(`${name} is refused (${cause}), with the entry as reference`, async () => {
      const reply = await ask({ ...asking, token: await world.token(claims) });
      const { decision } = world.decided().at(-1) ?? {};
      assert.equal(reply.status, 403);
      assert.equal(decision?.effect, 'deny');
      assert.deepEqual([reply.headers[CAUSE], reply.headers[DECISION]], [cause, decision?.id]);
      assert.ok(reply.body.includes(String(decision?.id)));
      assertNobody(reply);
    });
  }

  for (const [name, asking] of [
    ['a site that is not configured', { host: 'other.example.com' }],
    ['a path that can be read in two ways', { uri: '/a/../b' }],
  ] as const) {
    test(`for ${name} every request is refused without a decision`, async () => {
      const before = world.decided().length;
      const reply = await ask(asking);
      assert.equal(world.decided().length, before);
      assert.deepEqual([reply.status, reply.headers[CAUSE]], [403, 'denied']);
      assert.equal(reply.headers[DECISION], '');
      assertNobody(reply);
    });
  }

  test('shows a page without scripts in the language of the browser', async () => {
    const headers = { 'accept-language': 'de' };
    const reply = await ask({ headers, token: await world.token({ sub: 'bob' }) });
    assert.match(reply.headers['content-type'] ?? '', /^text\/html/);
    const policy = reply.headers['content-security-policy'] ?? '';
    for (const part of [/default-src 'none'/, /frame-ancestors 'none'/, /base-uri 'none'/]) {
      assert.match(policy, part);
    }
    assert.equal(reply.headers['referrer-policy'], 'no-referrer');
    assert.match(reply.body, /<html lang="de">/);
  });
});

describe('a stranger', () => {
  const PAGE = { accept: 'text/html,*/*', authorization: undefined };
  const withSignIn = { signIn: 'https://idp.example.com/start' };

  test('is asked for a token if none verifies', async () => {
    const other = await forwardAuthWorld();
    for (const authorization of [undefined, 'Bearer a.b.c', `Bearer ${await other.token()}`]) {
      const reply = await ask({ headers: { authorization } });
      assert.equal(reply.status, 401);
      assert.match(reply.headers['www-authenticate'] ?? '', /^Bearer realm=/);
      assertNobody(reply);
    }
  });

  for (const proxy of ['envoy', 'traefik'] as const) {
    test(`with a browser is sent by ${proxy} to sign in, and back to this page`, async () => {
      const reply = await ask({ headers: PAGE }, proxyOf(proxy, withSignIn));
      assert.equal(reply.status, 302);
      const back = encodeURIComponent('https://wiki.example.com/page?q=1');
      assert.equal(reply.headers['location'], `${withSignIn.signIn}?return_to=${back}`);
      assertNobody(reply);
    });
  }

  for (const [name, asking, caller] of [
    ['where nowhere to sign in is configured', { headers: PAGE }, proxyOf('traefik')],
    ['behind nginx', { headers: PAGE }, proxyOf('nginx', withSignIn)],
    ['who sends something', { method: 'POST', headers: PAGE }, proxyOf('traefik', withSignIn)],
    [
      'that wants no page',
      { headers: { ...PAGE, accept: 'application/json' } },
      proxyOf('traefik', withSignIn),
    ],
    [
      'that does not say what it wants',
      { headers: { ...PAGE, accept: undefined } },
      proxyOf('traefik', withSignIn),
    ],
  ] as const) {
    test(`${name} is not redirected`, async () => {
      const reply = await ask(asking, caller);
      assert.deepEqual([reply.status, reply.headers['location']], [401, undefined]);
    });
  }
});

describe('without a possible decision', () => {
  const PASSED_OVER = { 'x-countersign-unavailable': '503' };

  for (const [proxy, headers, status] of [
    ['nginx', {}, 403],
    ['nginx', { 'x-countersign-unavailable': '500' }, 403],
    ['nginx', PASSED_OVER, 503],
    ['envoy', {}, 403],
    ['envoy', PASSED_OVER, 403],
    ['traefik', {}, 503],
  ] as const) {
    const words = Object.values(headers).join();
    test(`${proxy}${words && `, with ${words},`} lets no request in: ${status}`, async () => {
      const full = await forwardAuthWorld('is full');
      const authorization = `Bearer ${await full.token()}`;
      const caller = proxyOf(proxy);
      const reply = await askedBy(full.endpoint, caller, {
        headers: { ...headers, authorization },
      });
      assert.deepEqual([reply.status, reply.headers[CAUSE]], [status, 'unavailable']);
      assertNobody(reply);
    });
  }

  test('the reply for a server failure lets no request in', () => {
    const request = {
      ...{ method: 'GET', path: '/forward-auth', query: new URLSearchParams() },
      ...{ header: () => undefined, body: Buffer.alloc(0), signal: AbortSignal.abort() },
    };
    for (const [proxy, status] of [
      ['nginx', 403],
      ['envoy', 403],
      ['traefik', 503],
    ] as const) {
      const reply = world.endpoint.failed(proxyOf(proxy), request);
      assert.deepEqual([reply.status, reply.headers[CAUSE]], [status, 'unavailable']);
      assertNobody(reply);
    }
  });
});

describe('the refusal page that nginx requests separately', () => {
  const REFERENCE = '0d6c2b1a-1111-4222-8333-000000000001';
  const shown = (
    headers: Readonly<Record<string, string>>,
    caller = proxyOf('nginx'),
  ): Promise<EndpointReply> =>
    world.endpoint.answer(caller, {
      ...{ method: 'GET', path: '/forward-auth/refused', uri: '/forward-auth/refused' },
      ...{ query: new URLSearchParams(), header: (name: string) => headers[name] },
      ...{ body: Buffer.alloc(0), signal: new AbortController().signal },
    });

  test('shows the cause and the reference of the reply', async () => {
    const pages: string[] = [];
    for (const cause of ['denied', 'unknown', 'unavailable']) {
      const reply = await shown({ [CAUSE]: cause, [DECISION]: REFERENCE });
      assert.deepEqual([reply.status, reply.headers[CAUSE]], [403, cause]);
      assert.ok(reply.body.includes(REFERENCE));
      pages.push(reply.body);
    }
    assert.equal(new Set(pages).size, 3);
  });

  test('shows no cause and reference that are not ours', async () => {
    for (const reference of ['<b>', `${REFERENCE}0`, REFERENCE.toUpperCase(), '']) {
      const { headers, body } = await shown({ [CAUSE]: 'permitted', [DECISION]: reference });
      assert.deepEqual([headers[CAUSE], headers[DECISION]], ['unavailable', '']);
      assert.doesNotMatch(body, /<code>/);
    }
    assert.equal((await shown({})).headers[CAUSE], 'unavailable');
  });

  test('exists only for nginx; for another proxy it is a normal request', async () => {
    const reply = await shown({ [CAUSE]: 'unknown', host: 'wiki.example.com' }, proxyOf('envoy'));
    assert.equal(reply.status, 401);
  });
});

describe('a token whose pass is over', () => {
  for (const proxy of PROXIES) {
    test(`counts as no token at ${proxy}, regardless of the policies`, async () => {
      const token = await world.token({ countersign_pass: 'ended' });
      assert.equal((await ask({ token }, proxyOf(proxy))).status, 200);
      const before = world.decided().length;
      world.over.add('ended');
      const reply = await ask({ token }, proxyOf(proxy));
      world.over.delete('ended');
      assert.equal(reply.status, 401);
      assertNobody(reply);
      assert.equal(world.decided().length, before, 'policy is not asked');
    });
  }

  test('sends a browser to the sign-in', async () => {
    world.over.add('ended');
    const token = await world.token({ countersign_pass: 'ended' });
    const caller = proxyOf('traefik', { signIn: 'https://login.example.com/start' });
    const { status, headers } = await ask({ token, headers: { accept: 'text/html' } }, caller);
    assert.equal(status, 302);
    assert.match(headers['location'] ?? '', /^https:\/\/login\.example\.com\/start\?/);
  });
});

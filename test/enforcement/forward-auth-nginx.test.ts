import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import { type AddressInfo, connect, createServer as createListener } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '@countersign/core';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { REPOSITORY } from '../support/command-line.ts';
import { EndpointNode, type EndpointSettings } from '../support/enforcement/endpoint-node.ts';
import { sha256, TENANT } from '../support/enforcement/enforcement-content.ts';
import { temporaryFolder } from '../support/folders.ts';
import { smallDisk, withoutMount } from '../support/small-disk.ts';

const hasNginx = spawnSync('nginx', ['-v']).error === undefined;
const skip = hasNginx ? false : 'nginx is not installed: apt-get install nginx';
const root = temporaryFolder('nginx');
const ADA = 'ada@example.com';

const DIRECTORY = `
tenant: ${TENANT}
people:
  - { id: ${ADA}, kind: member, enabled: true, risk: none, groups: [], roles: [] }
  - { id: eve@example.com, kind: member, enabled: true, risk: high, groups: [], roles: [] }
devices: [{ id: laptop, compliant: true, managed: true }]
apps: [{ id: wiki, sensitivity: normal }]
`;

if (!hasNginx) test('a real nginx in front of an application', { skip }, () => undefined);
else
  describe('a real nginx in front of an application', () => {
    const reached: IncomingMessage[] = [];
    const application = createServer((request, response) => {
      reached.push(request);
      response.end('the page');
    });
    let node: EndpointNode;
    let nginx: ChildProcess;
    let port: number;
    let tokenOf: (who: string, claims?: Record<string, unknown>) => Promise<string>;

    before(async () => {
      const { privateKey, publicKey } = await generateKeyPair('ES256');
      writeFileSync(
        join(root, 'jwks.json'),
        JSON.stringify({ keys: [await exportJWK(publicKey)] }),
      );
      writeFileSync(join(root, 'people.yaml'), DIRECTORY);
      tokenOf = (who, claims = {}) =>
        new SignJWT({ amr: ['mfa', 'fido'], deviceid: 'laptop', ...claims })
          .setProtectedHeader({ alg: 'ES256' })
          .setSubject(who)
          .setIssuer('https://idp.example.com')
          .setAudience('wiki')
          .setExpirationTime(Math.floor(systemClock.now() / 1000) + 600)
          .sign(privateKey);
      await new Promise<void>((resolve) => application.listen(0, '127.0.0.1', resolve));
      writeFileSync(join(root, 'proxy.hash'), sha256('proxy-token'));
      node = await EndpointNode.start(join(root, 'data'), settings());
      port = await freePort();
      nginx = await startNginx(port, [node.url], application.address() as AddressInfo);
    });

    after(async () => {
      nginx?.kill('SIGTERM');
      application.close();
      application.closeAllConnections();
      await node?.serving.end();
    });

    const get = (path: string, headers: Record<string, string> = {}) =>
      ask(port, path, { host: 'wiki.example.com', ...headers });

    test('lets in permitted people, and passes on who they are', async () => {
      const authorization = `Bearer ${await tokenOf(ADA)}`;
      const { status, body } = await get('/page?q=1', { authorization });
      assert.equal(status, 200, body);
      assert.equal(body, 'the page');
      const { headers, url } = reached.at(-1) as IncomingMessage;
      assert.equal(url, '/page?q=1');
      assert.equal(headers['x-countersign-subject'], encodeURIComponent(ADA));
      assert.match(String(headers['x-countersign-decision']), /^[0-9a-f-]{36}$/);
      // Also by cookie, as browsers send it.
      const cookie = `theme=dark; countersign=${await tokenOf(ADA)}`;
      assert.equal((await get('/page', { cookie })).status, 200);
    });

    test('a person denied by policy gets a readable page', async () => {
      const before = reached.length;
      const authorization = `Bearer ${await tokenOf('eve@example.com')}`;
      const { status, body, headers } = await get('/page', {
        authorization,
        'accept-language': 'de-CH, en;q=0.5',
      });
      assert.equal(status, 403);
      assert.match(body, /Sie können diese Seite nicht öffnen/);
      assert.match(body, /Referenz:<\/p>\n<p><code>[0-9a-f-]{36}<\/code>/);
      assert.match(String(headers['content-security-policy']), /default-src 'none'/);
      assert.doesNotMatch(body, /high-risk|<script/);
      assert.equal(reached.length, before);
    });

    test('an unknown outcome is reported as unknown', async () => {
      const authorization = `Bearer ${await tokenOf('stranger@example.com')}`;
      const { status, body } = await get('/page', { authorization });
      assert.equal(status, 403);
      assert.match(body, /cannot tell/);
    });

    test('passes on no identity that a client forged', async () => {
      const authorization = `Bearer ${await tokenOf(ADA)}`;
      const forged = {
        'x-countersign-subject': 'admin@example.com',
        'x-countersign-pass': 'forged',
        'x-countersign-proxy': 'proxy-token',
      };
      assert.equal((await get('/page', { authorization, ...forged })).status, 200);
      const { headers } = reached.at(-1) as IncomingMessage;
      assert.equal(headers['x-countersign-subject'], encodeURIComponent(ADA));
      assert.notEqual(headers['x-countersign-pass'], 'forged');
      assert.equal(headers['x-countersign-proxy'], undefined);
      // A client cannot choose the requested resource either.
      const elsewhere = { 'x-original-uri': '/open', 'x-forwarded-host': 'open.example.com' };
      const eve = `Bearer ${await tokenOf('eve@example.com')}`;
      assert.equal((await get('/page', { authorization: eve, ...elsewhere })).status, 403);
    });

    test('challenges unauthenticated callers, whatever they send', async () => {
      const { status, headers } = await get('/page');
      assert.equal(status, 401);
      assert.match(String(headers['www-authenticate']), /^Bearer/);
      const parts = (await tokenOf(ADA)).split('.');
      const none = Buffer.from('{"alg":"none"}').toString('base64url');
      const other = await tokenOf(ADA, { nbf: Math.floor(systemClock.now() / 1000) + 3600 });
      const bad = [
        `${none}.${parts[1]}.`,
        `${parts[0]}.${parts[1]}.${'A'.repeat(86)}`,
        other,
        'garbage',
      ];
      for (const token of bad) {
        assert.equal((await get('/page', { authorization: `Bearer ${token}` })).status, 401, token);
      }
    });

    test('refuses a path that can be parsed in two ways', async () => {
      const authorization = `Bearer ${await tokenOf(ADA)}`;
      const before = reached.length;
      for (const path of ['/a/%2e%2e/secret', '/a%2fsecret', '/a/..%5csecret', '/a/%252e/x']) {
        assert.equal((await get(path, { authorization })).status, 403, path);
      }
      assert.equal(reached.length, before);
    });

    test('skips a node with a full disk, and denies everyone if both are full', {
      skip: withoutMount(root),
    }, async () => {
      using disk = smallDisk(root, 256);
      const nodes = [
        await EndpointNode.start(join(disk.path, 'one'), settings()),
        await EndpointNode.start(join(root, 'two'), settings()),
      ] as const;
      const site = await freePort();
      const balancing = await startNginx(
        site,
        [nodes[0].url, nodes[1].url],
        application.address() as AddressInfo,
      );
      try {
        const authorization = `Bearer ${await tokenOf(ADA)}`;
        const page = () => ask(site, '/page', { host: 'wiki.example.com', authorization });
        assert.equal((await page()).status, 200);
        disk.fill(0.01);
        while (!nodes[0].serving.log.some(({ event }) => event === 'enforcement-stopped')) {
          assert.equal((await page()).status, 200, 'users notice nothing');
        }
        for (let n = 0; n < 20; n++)
          assert.equal((await page()).status, 200, 'users notice nothing');
        // A person denied by policy is not let in by asking the other node.
        const eve = `Bearer ${await tokenOf('eve@example.com')}`;
        const kept = await ask(site, '/page', { host: 'wiki.example.com', authorization: eve });
        assert.equal(kept.status, 403);
        assert.equal(await nodes[1].serving.end('SIGKILL'), null);
        const before = reached.length;
        const { status, body } = await page();
        assert.ok(status >= 403, String(status));
        assert.doesNotMatch(body, /the page/);
        assert.equal(reached.length, before);
      } finally {
        balancing.kill('SIGTERM');
        await nodes[0].serving.end();
        await nodes[1].serving.end('SIGKILL');
      }
    });

    test('denies everyone while the enforcement point is unreachable', async () => {
      const authorization = `Bearer ${await tokenOf(ADA)}`;
      await node.serving.end('SIGKILL');
      const before = reached.length;
      const { status } = await get('/page', { authorization });
      assert.ok(status >= 403, String(status));
      assert.equal(reached.length, before);
    });
  });

function settings(): EndpointSettings {
  return {
    directory: join(root, 'people.yaml'),
    tools: [
      { name: 'tool', token: 'token-1', enforcementPoint: 'authzen', resources: '[{ type: app }]' },
    ],
    more: `  identity:
    issuer: https://idp.example.com
    audience: wiki
    keys: ${join(root, 'jwks.json')}
  proxies:
    - name: edge
      kind: nginx
      tokenHash: { file: ${join(root, 'proxy.hash')} }
      tenant: ${TENANT}
      sites: [{ host: wiki.example.com, app: wiki }]
`,
  };
}

async function startNginx(
  port: number,
  endpoints: readonly [one: string, two?: string],
  { port: application }: AddressInfo,
): Promise<ChildProcess> {
  const shipped = join(REPOSITORY, 'content', 'forward-auth', 'nginx.conf');
  const [one, two] = endpoints.map((url) => url && new URL(url).host);
  const site = readFileSync(shipped, 'utf8')
    .replace('LISTEN', `127.0.0.1:${port}`)
    .replace('NODE_ONE', one ?? '')
    .replace(two === undefined ? /^.*NODE_TWO.*\n/m : 'NODE_TWO', two ?? '')
    .replace('APPLICATION', `127.0.0.1:${application}`)
    .replaceAll('TOKEN', 'proxy-token');
  const folder = join(root, `nginx-${port}`);
  mkdirSync(folder);
  const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((each) => `${each}_temp_path ${folder}/${each};`)
    .join('\n');
  const config = join(folder, 'nginx.conf');
  writeFileSync(
    config,
    `daemon off; master_process off; pid ${folder}/pid; error_log stderr;
events {}
http { access_log off; ${places}\n${site} }`,
  );
  const child = spawn('nginx', ['-c', config, '-p', folder], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  while (!(await isListening(port))) {
    assert.equal(child.exitCode, null, 'nginx started');
    await pause(20);
  }
  return child;
}

async function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

async function freePort(): Promise<number> {
  const listener = createListener();
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  const { port } = listener.address() as AddressInfo;
  await new Promise<void>((resolve) => listener.close(() => resolve()));
  return port;
}

async function ask(
  port: number,
  path: string,
  headers: Record<string, string>,
): Promise<{ status: number; body: string; headers: IncomingMessage['headers'] }> {
  return new Promise((resolve, reject) => {
    const asking = httpRequest({ host: '127.0.0.1', port, path, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const body = Buffer.concat(chunks).toString('utf8');
        resolve({ status: response.statusCode ?? 0, body, headers: response.headers });
      });
    });
    asking.on('error', reject).end();
  });
}

import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '@countersign/core';
import { startEmulator } from '@countersign/emulator';
import type { Check } from '../../apps/countersign/src/operations/doctor/check.ts';
import { checksOf } from '../../apps/countersign/src/operations/doctor/doctor.ts';
import { hostsIn } from '../../apps/countersign/src/operations/doctor/host-checks.ts';
import { SEED } from '../../tools/property.ts';
import { importHere } from '../support/account.ts';
import { COLLECT, configText, secretsOf } from '../support/collection/emulated-collectors.ts';
import { commandHere } from '../support/command-here.ts';
import { temporaryFolder } from '../support/folders.ts';
import { recordText } from '../support/ingest/audit-record.ts';

const TENANT = '5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794';
const SECRET = 'hush-4f6b';
const HOUR_MS = 3_600_000;
const root = temporaryFolder('doctor');
const random = { fill: (into: Uint8Array): Uint8Array => crypto.getRandomValues(into) };

type Answers = { readonly code: number; readonly checks: readonly Check[]; readonly all: string };

async function doctor(
  dir: string,
  config: string,
  env: Readonly<Record<string, string>>,
): Promise<Answers> {
  const args = ['doctor', '--config', config, '--data', dir, '--json'];
  const { code, stdout, stderr } = await commandHere(args, systemClock, env);
  const { checks } = JSON.parse(stdout) as { readonly checks: readonly Check[] };
  return { code, checks, all: stdout + stderr };
}

function find(checks: readonly Check[], what: RegExp, answer?: Check['answer']): Check {
  const found = checks.find(
    (check) => what.test(check.what) && (answer === undefined || check.answer === answer),
  );
  assert.ok(found !== undefined, `${what} ${answer} in ${JSON.stringify(checks, undefined, 1)}`);
  return found;
}

test('says what works at a tenant, and which rights are too many', async () => {
  const emulator = await startEmulator({
    ...{ seed: SEED, historyMs: HOUR_MS, tenants: [{ people: 12 }] },
  });
  try {
    const [dir, config] = [join(root, 'emulated'), join(root, 'emulated.yaml')];
    writeFileSync(config, configText(emulator, COLLECT.graph));
    const { code, checks } = await doctor(dir, config, secretsOf(emulator));
    for (const what of [/^sign in for/, /^sign-ins$/, /^directory$/, /^audit search$/, /^clock$/]) {
      assert.equal(find(checks, what).answer, 'yes');
    }
    const rights = find(checks, /^rights/);
    assert.equal(rights.answer, 'no');
    assert.match(rights.text, /too many: .*Policy\.Read\.All/);
    assert.match(rights.cure ?? '', /remove them/);
    assert.equal(find(checks, /^license/).answer, 'unknown');
    assert.equal(find(checks, /^health$/).answer, 'unknown');
    assert.equal(code, 1);
    assert.ok(!existsSync(dir), 'it creates no data folder');

    const wrong = await doctor(dir, config, { COLLECTOR_SECRET: SECRET });
    assert.equal(find(wrong.checks, /^sign in/).answer, 'no');
    assert.match(find(wrong.checks, /^sign in/).cure ?? '', /new secret/);
    assert.ok(!wrong.all.includes(SECRET), 'no secret is printed');
    assert.deepEqual(
      wrong.checks.filter(({ what }) => what === 'sign-ins'),
      [],
      'a shared cause is said once',
    );
  } finally {
    await emulator.stop();
  }
});

type Fake = { readonly roles: unknown; readonly skewMs?: number; readonly refuses?: string };

/** A vendor of one tenant, with the forms of contracts 1.1 and 5.1. */
async function vendor({ roles, skewMs = 0, refuses }: Fake): Promise<Server & AsyncDisposable> {
  const server = createServer((request, reply) => {
    reply.setHeader('date', new Date(systemClock.now() + skewMs).toUTCString());
    reply.setHeader('content-type', 'application/json');
    if (request.url?.endsWith('/token') === true) {
      const payload = Buffer.from(JSON.stringify({ roles })).toString('base64url');
      const token = roles === undefined ? 'opaque' : `e30.${payload}.c2ln`;
      reply.end(JSON.stringify({ token_type: 'Bearer', expires_in: 3599, access_token: token }));
    } else if (refuses !== undefined && request.url?.includes(refuses) === true) {
      reply.statusCode = 403;
      reply.end(JSON.stringify({ error: { code: 'Authorization_RequestDenied', message: 'no' } }));
    } else if (request.url?.includes('subscribedSkus') === true) {
      const servicePlans = [{ servicePlanName: 'AAD_PREMIUM' }];
      reply.end(JSON.stringify({ value: [{ servicePlans }] }));
    } else reply.end('{"value":[]}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return Object.assign(server, {
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
    },
  });
}

function configFor(name: string, server: Server, more = ''): string {
  const { port } = server.address() as AddressInfo;
  const secret = join(root, `${name}.secret`);
  writeFileSync(secret, SECRET, { mode: 0o600 });
  const config = join(root, `${name}.yaml`);
  const origin = `http://127.0.0.1:${port}`;
  const text = `listen: 127.0.0.1:0
tenants:
  - id: ${TENANT}
    authority: ${origin}
    credentials: {clientId: ${TENANT}, secret: {file: ${secret}}}
    collect: {graph: {root: "${origin}"}}
${more}`;
  writeFileSync(config, text);
  return config;
}

const EXACT = ['AuditLog.Read.All', 'Directory.Read.All', 'AuditLogsQuery.Read.All'];

test('exact rights, a license and a right clock are a yes', async () => {
  await using server = await vendor({ roles: EXACT });
  const { checks } = await doctor(join(root, 'none'), configFor('exact', server), {});
  for (const what of [/^rights/, /^license/, /^clock$/, /^sign-ins$/, /^file modes$/]) {
    assert.equal(find(checks, what).answer, 'yes');
  }
});

test('a missing right is named with the request that fails', async () => {
  await using server = await vendor({ roles: EXACT.slice(1), refuses: 'auditLogs' });
  const { code, checks } = await doctor(join(root, 'none'), configFor('missing', server), {});
  assert.match(find(checks, /^rights/, 'no').text, /AuditLog\.Read\.All is missing/);
  assert.match(find(checks, /^sign-ins$/, 'no').cure ?? '', /Entra ID P1/);
  assert.equal(code, 1);
});

test('a right to write is the worst of too many', async () => {
  await using server = await vendor({ roles: [...EXACT, 'Directory.ReadWrite.All'] });
  const { checks } = await doctor(join(root, 'none'), configFor('writes', server), {});
  assert.match(find(checks, /^rights/, 'no').text, /can change the tenant/);
});

test('a token that shows no rights is no yes', async () => {
  await using server = await vendor({ roles: undefined });
  const { checks } = await doctor(join(root, 'none'), configFor('opaque', server), {});
  assert.equal(find(checks, /^rights/).answer, 'unknown');
});

test('a clock that differs is found in either direction', async () => {
  for (const [skewMs, word] of [
    [600_000, /ahead of/],
    [-600_000, /behind/],
  ] as const) {
    await using server = await vendor({ roles: EXACT, skewMs });
    const { checks } = await doctor(join(root, 'none'), configFor('skewed', server), {});
    assert.match(find(checks, /^clock$/, 'no').text, word);
  }
});

test('a host that does not answer, an open secret and a used port are found', async () => {
  await using server = await vendor({ roles: EXACT });
  const config = configFor('hosts', server);
  chmodSync(join(root, 'hosts.secret'), 0o644);
  const { port } = server.address() as AddressInfo;
  const { checks } = await doctor(join(root, 'none'), config, {});
  assert.match(find(checks, /^file modes$/, 'no').cure ?? '', /chmod 600/);
  const closed = configFor('closed', server).replace('.yaml', '-2.yaml');
  writeFileSync(
    closed,
    `listen: 127.0.0.1:${port}
tenants:
  - id: ${TENANT}
    authority: http://127.0.0.1:1
    credentials: {clientId: ${TENANT}, secret: {file: ${join(root, 'closed.secret')}}}
    collect: {graph: {root: "http://127.0.0.1:1"}}
`,
  );
  const other = await doctor(join(root, 'none'), closed, {});
  assert.match(find(other.checks, /^sign in/, 'no').cure ?? '', /firewall/);
  // The vendor's fake listens there, and it is no service of ours.
  assert.equal(find(other.checks, /^health$/).answer, 'unknown');
});

test('a full or slow disk, another Node and a damaged ledger are found', async () => {
  const dir = join(root, 'ledger');
  const record = join(root, 'record.json');
  writeFileSync(record, recordText(1));
  await importHere(dir, record);
  const signal = new AbortController().signal;
  const context = { dataDir: dir, env: {}, clock: systemClock, random, signal };
  const listen = async (): Promise<void> => undefined;
  const good = { nodeVersion: 'v24.1.0', freeShare: () => 0.5, syncMs: async () => 1, listen };
  const run = (machine: object): Promise<readonly Check[]> =>
    checksOf(context, { ...good, ...machine }, join(root, 'no-such.yaml'));
  const fine = await run({});
  for (const what of [/^Node$/, /^free disk$/, /^disk speed$/, /^ledger$/, /^file modes$/]) {
    assert.equal(find(fine, what).answer, 'yes');
  }
  assert.match(find(fine, /^configuration$/, 'no').cure ?? '', /countersign init/);
  assert.match(find(await run({ freeShare: () => 0.05 }), /^free disk$/).text, /does not collect/);
  assert.equal(find(await run({ freeShare: () => undefined }), /^free disk$/).answer, 'unknown');
  assert.match(find(await run({ syncMs: async () => 40 }), /^disk speed$/, 'no').text, /40\.0 ms/);
  assert.match(find(await run({ nodeVersion: 'v20.9.0' }), /^Node$/, 'no').cure ?? '', /Node 24/);
  writeFileSync(join(dir, 'ledger/checkpoint'), 'countersign.local/x\n1\n');
  assert.match(find(await run({}), /^ledger$/, 'no').cure ?? '', /fsck/);
});

test('a configuration with mistakes lists each with its line', async () => {
  const config = join(root, 'mistakes.yaml');
  writeFileSync(config, 'listen: 127.0.0.1:0\ntenants: []\nlogs: text\n');
  mkdirSync(join(root, 'empty'));
  const { code, checks } = await doctor(join(root, 'empty'), config, {});
  assert.match(find(checks, /^configuration$/, 'no').text, /mistakes\.yaml:\d+/);
  assert.equal(code, 1);
});

test('finds the hosts of any part of a configuration', () => {
  const feeds = [
    { name: 'siem', url: 'https://siem.example/hook', secret: { file: 'a:1' } },
    { name: 'log', to: { host: 'log.example', port: 6514 } },
    { name: 'bus', brokers: ['b1.example:9093'], level: 'text:not-a-port' },
  ];
  assert.deepEqual(
    hostsIn({ feeds }).map(({ host, port }) => `${host}:${port}`),
    ['siem.example:443', 'log.example:6514', 'b1.example:9093'],
  );
});

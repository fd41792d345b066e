import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { systemClock } from '@countersign/core';
import type { OperatorsConfig, RoleMapping } from '../../config/operators-config.ts';
import type { Check } from './check.ts';
import { operatorChecks } from './operator-checks.ts';

const SECRET = 'the secret of this client';
const root = mkdtempSync(join(tmpdir(), 'countersign-operator-checks-'));
after(() => rmSync(root, { recursive: true, force: true }));
const secretFile = join(root, 'client.secret');
writeFileSync(secretFile, SECRET, { mode: 0o600 });

const EVERYWHERE = { tenants: null, regions: null, groups: null };
const ADMIN: RoleMapping = {
  ...{ role: 'administrator', claim: { kind: 'group', value: 'ops' }, ...EVERYWHERE },
};

type Fake = { readonly skewMs?: number; readonly date?: 'none'; readonly error?: string };

/** A provider whose token endpoint checks the client first, then the code (RFC 6749, 5.2). */
async function provider(fake: Fake): Promise<{ issuer: string } & Disposable> {
  const reply = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    if (fake.date === 'none') response.sendDate = false;
    else response.setHeader('date', new Date(systemClock.now() + (fake.skewMs ?? 0)).toUTCString());
    response.setHeader('content-type', 'application/json');
    if (request.url === '/.well-known/openid-configuration') {
      const endpoints = { token_endpoint: `${issuer}/token`, jwks_uri: `${issuer}/jwks` };
      response.end(JSON.stringify({ issuer, ...endpoints }));
      return;
    }
    const body = new URLSearchParams(Buffer.concat(await request.toArray()).toString());
    const basic = request.headers.authorization?.replace('Basic ', '') ?? '';
    const given = body.get('client_secret') ?? Buffer.from(basic, 'base64').toString();
    const isClient = decodeURIComponent(given.replaceAll('+', ' ')).endsWith(SECRET);
    response.statusCode = isClient ? 400 : 401;
    response.end(
      JSON.stringify({ error: fake.error ?? (isClient ? 'invalid_grant' : 'invalid_client') }),
    );
  };
  const server: Server = createServer((request, response) => void reply(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    issuer: `http://127.0.0.1:${port}`,
    [Symbol.dispose]: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function checked(changes: {
  readonly issuer?: string;
  readonly file?: string;
  readonly assignments?: readonly RoleMapping[];
}): Promise<(what: string) => Check> {
  const { issuer, file = secretFile, assignments = [ADMIN] } = changes;
  const proof = { kind: 'secret', place: { file } } as const;
  const config: OperatorsConfig = {
    url: 'http://127.0.0.1:8480',
    provider: issuer === undefined ? undefined : { issuer, clientId: 'countersign', proof },
    regions: {},
    assignments,
  };
  const context = { env: {}, nowMs: () => systemClock.now() };
  const checks = await operatorChecks(config, context);
  assert.ok(!JSON.stringify(checks).includes(SECRET));
  return (what) => {
    const found = checks.find((check) => check.what === what);
    assert.ok(found !== undefined, JSON.stringify(checks));
    return found;
  };
}

test('a provider that knows the client, with an administrator, is a yes', async () => {
  using world = await provider({});
  const of = await checked({ issuer: world.issuer });
  assert.equal(of('administrator').answer, 'yes');
  assert.match(of('administrator').text, /administrator by group ops/);
  assert.equal(of('clock of the provider').answer, 'yes');
  assert.equal(of('client of the provider').answer, 'yes', of('client of the provider').text);
});

test('a wrong secret, and a secret that cannot be read, are a no', async () => {
  using world = await provider({});
  const wrong = join(root, 'wrong.secret');
  writeFileSync(wrong, 'another', { mode: 0o600 });
  const of = await checked({ issuer: world.issuer, file: wrong });
  assert.equal(of('client of the provider').answer, 'no');
  assert.match(of('client of the provider').text, /invalid_client/);
  const unread = await checked({ issuer: world.issuer, file: join(root, 'none.secret') });
  assert.equal(unread('client of the provider').answer, 'no');
});

test('an answer that tells nothing about the client is unknown', async () => {
  using world = await provider({ error: 'temporarily_unavailable' });
  const of = await checked({ issuer: world.issuer });
  assert.equal(of('client of the provider').answer, 'unknown');
});

test('a clock that differs is a no, in either direction; no clock is unknown', async () => {
  for (const skewMs of [90_000, -90_000]) {
    using world = await provider({ skewMs });
    const of = await checked({ issuer: world.issuer });
    assert.equal(of('clock of the provider').answer, 'no', of('clock of the provider').text);
  }
  using world = await provider({ date: 'none' });
  assert.equal(
    (await checked({ issuer: world.issuer }))('clock of the provider').answer,
    'unknown',
  );
});

test('assignments that make no administrator of all tenants are a no', async () => {
  const viewer: RoleMapping = { ...ADMIN, role: 'viewer' };
  const limited: RoleMapping = { ...ADMIN, groups: ['finance'] };
  for (const assignments of [[], [viewer], [limited]]) {
    const of = await checked({ assignments });
    assert.equal(of('administrator').answer, 'no');
    assert.equal(of('provider').answer, 'unknown');
  }
});

import assert from 'node:assert/strict';
import { createHash, createPublicKey, verify, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { inspect } from 'node:util';
import { tenantId } from '@countersign/core';
import { certificateFor } from '../../../../tools/testing/certificate.ts';
import { type Answer, json, TestServer } from '../../../../tools/testing/server.ts';
import { HttpError } from '../http/errors.ts';
import { clientFor, evenRandom, WaitingClock } from '../testing/http-client-for.ts';
import { AssertionSigner } from './assertion-signer.ts';
import { readSecret, Secret } from './secret.ts';
import { type Credential, TokenSource } from './token-source.ts';

const NOW_MS = Date.parse('2026-03-02T09:00:00Z');
const TENANT = tenantId('5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794');
const CLIENT = '77777777-7d2a-4f6b-9c3d-2e8a61f0b794';
const SECRET = 'hush-hush-hush';

const root = mkdtempSync(join(tmpdir(), 'countersign-tokens-'));
after(() => rmSync(root, { recursive: true }));

function tokensOf(
  server: TestServer,
  time: WaitingClock,
  credential: Credential = { kind: 'secret', secret: new Secret(SECRET) },
): TokenSource {
  return new TokenSource({
    http: clientFor([server.origin], time),
    clock: time.clock,
    random: evenRandom,
    authority: server.origin,
    tenant: TENANT,
    clientId: CLIENT,
    credential,
    scope: 'https://manage.office.com/.default',
  });
}

function authority(): Answer {
  let issued = 0;
  return (_, response) => {
    json(response, { token_type: 'Bearer', expires_in: 3599, access_token: `token-${++issued}` });
  };
}

test('keeps a token until shortly before it expires, however the wall clock jumps', async () => {
  await using server = await TestServer.start(authority());
  const time = new WaitingClock(NOW_MS);
  const tokens = tokensOf(server, time);
  const both = await Promise.all([tokens.header(), tokens.header()]);
  assert.deepEqual(both, ['Bearer token-1', 'Bearer token-1']);
  time.clock.step(24 * 3_600_000);
  time.clock.advance(50 * 60_000);
  assert.equal(await tokens.header(), 'Bearer token-1');
  time.clock.step(-48 * 3_600_000);
  time.clock.advance(6 * 60_000);
  assert.equal(await tokens.header(), 'Bearer token-2');
  const form = new URLSearchParams(server.asked[0]?.body);
  assert.equal(form.get('client_secret'), SECRET);
  assert.equal(form.get('scope'), 'https://manage.office.com/.default');
  assert.equal(server.asked[0]?.url.pathname, `/${TENANT}/oauth2/v2.0/token`);
});

test('requests a token with the claims that a resource demands', async () => {
  await using server = await TestServer.start(authority());
  const tokens = tokensOf(server, new WaitingClock(NOW_MS));
  await tokens.header();
  const claims = '{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}';
  const encoded = Buffer.from(claims).toString('base64');
  tokens.refused(`Bearer error="insufficient_claims", claims="${encoded}"`);
  assert.equal(await tokens.header(), 'Bearer token-2');
  assert.equal(new URLSearchParams(server.asked[1]?.body).get('claims'), claims);
});

test("signs assertions by the authority's clock, verifiable with the certificate", async () => {
  const { cert, key } = certificateFor('collector.example');
  let asked = 0;
  await using server = await TestServer.start((_, response) => {
    response.setHeader('date', new Date(NOW_MS + 3_600_000).toUTCString());
    if (++asked > 1) return json(response, { access_token: 'late', expires_in: 60 });
    const description = 'AADSTS700024: Client assertion is not within its valid time range.';
    return json(response, { error: 'invalid_client', error_description: description }, 400);
  });
  const signer = new AssertionSigner(`${key}\n${cert}`);
  const tokens = tokensOf(server, new WaitingClock(NOW_MS), { kind: 'certificate', signer });
  assert.equal(await tokens.header(), 'Bearer late');
  const assertion = new URLSearchParams(server.asked[1]?.body).get('client_assertion') ?? '';
  const [header = '', payload = '', signature = ''] = assertion.split('.');
  const x509 = new X509Certificate(cert);
  const signed = Buffer.from(`${header}.${payload}`);
  const bytes = Buffer.from(signature, 'base64url');
  assert.ok(
    verify(
      'sha256',
      signed,
      createPublicKey(x509.publicKey.export({ type: 'spki', format: 'pem' })),
      bytes,
    ),
  );
  const thumbprint = createHash('sha256').update(x509.raw).digest('base64url');
  assert.deepEqual(decoded(header), { alg: 'RS256', typ: 'JWT', 'x5t#S256': thumbprint });
  const claims = decoded(payload) as Record<string, number | string>;
  assert.equal(claims['aud'], `${server.origin}/${TENANT}/oauth2/v2.0/token`);
  const nowS = (NOW_MS + 3_600_000) / 1000;
  assert.ok(Number(claims['nbf']) < nowS && nowS < Number(claims['exp']));
});

function decoded(part: string): unknown {
  return JSON.parse(Buffer.from(part, 'base64url').toString());
}

test('refuses a key that does not match the certificate', () => {
  const { cert } = certificateFor('one.example');
  const { key } = certificateFor('another.example');
  for (const pem of [`${key}${cert}`, cert, key, '', `${key}${cert.replace(/[A-Z]/g, 'A')}`]) {
    assert.throws(() => new AssertionSigner(pem), isCredentialError);
  }
});

test('no error of the authority contains the secret', async () => {
  await using server = await TestServer.start(({ body }, response) => {
    json(response, { error: 'invalid_client', error_description: `AADSTS7000215: ${body}` }, 401);
  });
  await assert.rejects(tokensOf(server, new WaitingClock(NOW_MS)).header(), (error) => {
    assert.ok(error instanceof HttpError);
    assert.equal(error.serviceCode, 'AADSTS7000215');
    assert.match(error.message, /AADSTS7000215\): the secret is not one of the app: configure/);
    assert.ok(!inspect(error, { depth: 9 }).includes(SECRET));
    return true;
  });
});

test('an answer without a token is an error', async () => {
  await using server = await TestServer.start((_, response) => {
    response.end('<html>sign in, please</html>');
  });
  const asking = tokensOf(server, new WaitingClock(NOW_MS)).header();
  await assert.rejects(asking, (error) => error instanceof HttpError && error.code === 'DAMAGED');
});

test('reads a secret from a file or the environment, and never prints it', () => {
  const file = join(root, 'secret');
  writeFileSync(file, `  ${SECRET}\n`);
  const secrets = [readSecret({ file }, {}), readSecret({ env: 'KEY' }, { KEY: SECRET })];
  for (const secret of secrets) {
    assert.equal(secret.reveal(), SECRET);
    const shown = `${secret} ${JSON.stringify({ secret })} ${inspect(secret, { depth: 9 })}`;
    assert.ok(!shown.includes(SECRET));
  }
  writeFileSync(file, '\n');
  assert.throws(() => readSecret({ file }, {}), isCredentialError);
  assert.throws(() => readSecret({ file: join(root, 'none') }, {}), isCredentialError);
  assert.throws(() => readSecret({ env: 'KEY' }, {}), isCredentialError);
});

function isCredentialError(error: unknown): boolean {
  return error instanceof HttpError && error.code === 'CREDENTIAL';
}

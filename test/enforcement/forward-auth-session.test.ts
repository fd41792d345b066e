import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '@countersign/core';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { countersign } from '../support/command-line.ts';
import { sha256, TENANT } from '../support/enforcement/enforcement-content.ts';
import {
  folderOf,
  signIn,
  startSuiteEndpoint,
  writeSuite,
} from '../support/enforcement/suite-endpoint.ts';
import { temporaryFolder } from '../support/folders.ts';

const root = temporaryFolder('forward-auth-session');
const ISSUER = 'https://idp.example.com';

test('a token is refused as soon as its stamped pass has ended', async (t) => {
  const { dir, file } = folderOf(root, 'suite');
  writeSuite(file, { people: { ada: {}, ben: {} } });
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const keys = join(root, 'idp.json');
  writeFileSync(keys, JSON.stringify({ keys: [await exportJWK(publicKey)] }));
  writeFileSync(join(root, 'proxy.sha256'), sha256('proxy-token'));
  const more = `  identity: { issuer: "${ISSUER}", audience: apps, keys: ${keys} }
  proxies:
    - name: front
      tokenHash: { file: ${join(root, 'proxy.sha256')} }
      tenant: ${TENANT}
      kind: traefik
      sites: [{ host: wiki.example.com, app: wiki }]
`;
  const start = () =>
    startSuiteEndpoint(dir, {
      directory: file,
      receivers: [{ name: 'siem', token: 'siem-token' }],
      more,
    });
  let node = await start();
  t.after(() => node.serving.end('SIGKILL'));
  const token = (pass: string | undefined): Promise<string> =>
    new SignJWT({ amr: ['mfa'], ...(pass === undefined ? {} : { countersign_pass: pass }) })
      .setProtectedHeader({ alg: 'ES256' })
      .setIssuer(ISSUER)
      .setAudience('apps')
      .setSubject('ada')
      .setExpirationTime(Math.floor(systemClock.now() / 1000) + 3600)
      .sign(privateKey);
  const asked = async (jwt: string): Promise<number> => {
    const headers = {
      ...{ 'x-countersign-proxy': 'proxy-token', authorization: `Bearer ${jwt}` },
      ...{ 'x-forwarded-host': 'wiki.example.com', 'x-forwarded-method': 'GET' },
      ...{ 'x-forwarded-uri': '/', 'x-forwarded-for': '198.51.100.7' },
    };
    return (await fetch(`${node.url}/forward-auth`, { headers })).status;
  };
  const [pass, other] = [await signIn(node, 'ada'), await signIn(node, 'ada')];
  const [stamped, ofOther] = [await token(pass), await token(other)];
  const usual = await asked(await token(undefined));
  assert.notEqual(usual, 401, 'the token is valid, whatever policy says');
  assert.equal(await asked(stamped), usual);
  // Of another node, so this node cannot tell.
  assert.equal(await asked(await token('0198c0de-0000-7000-8000-000000000001')), usual);

  const ended = await countersign([
    ...['passes', 'end', pass, '--reason', 'the laptop is lost', '--data', dir],
  ]);
  assert.equal(ended.code, 0, ended.stderr);
  assert.equal(await asked(stamped), 401);
  assert.equal(await asked(ofOther), usual, 'another session of the same person continues');

  assert.equal(await node.serving.end(), 0);
  node = await start();
  assert.equal(await asked(stamped), 401, 'it is still over after a restart');
  assert.equal(await asked(ofOther), usual);
});

import assert from 'node:assert/strict';
import { createHash, X509Certificate } from 'node:crypto';
import { request } from 'node:https';
import { type TestContext, test } from 'node:test';
import {
  ConfidentialClientApplication,
  CryptoProvider,
  type INetworkModule,
  type NetworkRequestOptions,
  type NetworkResponse,
  PublicClientApplication,
} from '@azure/msal-node';
import { decodeJwt } from 'jose';
import { type KeyAndCertificate, selfSigned } from '../certificate.ts';
import { wallMs } from '../core/machine-time.ts';
import { serve } from '../http/http-server.ts';
import { NORTHMOOR } from '../testing/office-worker.ts';
import {
  COLLECTOR_ID,
  COLLECTOR_SECRET,
  CONSOLE_ID,
  CONSOLE_REDIRECT,
  FREYA,
  FREYA_PASSWORD,
  SmallRegistry,
} from '../testing/registry.ts';
import { LoginAuthority } from './login-authority.ts';
import { VENDOR_RESOURCES } from './resources.ts';
import { TokenMint } from './token-mint.ts';

const SCOPES = ['https://manage.office.com/.default'];

let origin: string;
let certificate: KeyAndCertificate;

async function begin(t: TestContext): Promise<void> {
  certificate = await selfSigned({ commonName: 'login.emulator' });
  const { router } = new LoginAuthority({
    seed: 1,
    origin: () => origin,
    directory: new SmallRegistry([certificate.certPem]),
    resources: VENDOR_RESOURCES,
    mint: await TokenMint.make(),
    // The library uses the machine's clock, so the authority must too.
    now: wallMs,
    devicePollSeconds: 1,
  });
  const sleep = (): Promise<void> => Promise.resolve();
  const server = await serve({ router, port: 0, tls: certificate, now: wallMs, sleep });
  t.after(() => server.stop());
  origin = server.origin;
}

/** The library's own client trusts only public authorities; this one trusts the emulator's. */
const network: INetworkModule = {
  sendGetRequestAsync: (url, options) => send('GET', url, options),
  sendPostRequestAsync: (url, options) => send('POST', url, options),
};

function send<T>(
  method: string,
  url: string,
  options: NetworkRequestOptions = {},
): Promise<NetworkResponse<T>> {
  return new Promise((resolve, reject) => {
    const { headers = {}, body } = options;
    const asked = request(url, { method, headers, ca: certificate.certPem }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () => {
        resolve({
          headers: { ...(response.headers as Record<string, string>) },
          body: JSON.parse(Buffer.concat(parts).toString()) as T,
          status: response.statusCode ?? 0,
        });
      });
    });
    asked.on('error', reject);
    asked.end(body);
  });
}

function configuration(auth: { clientId: string; clientSecret?: string }): object {
  const authority = `${origin}/${NORTHMOOR}`;
  const knownAuthorities = [new URL(origin).host];
  return { auth: { ...auth, authority, knownAuthorities }, system: { networkClient: network } };
}

test("the vendor's library gets a token with its secret", async (t) => {
  await begin(t);
  const auth = { clientId: COLLECTOR_ID, clientSecret: COLLECTOR_SECRET };
  const client = new ConfidentialClientApplication(
    configuration(auth) as ConstructorParameters<typeof ConfidentialClientApplication>[0],
  );
  const result = await client.acquireTokenByClientCredential({ scopes: SCOPES });
  const claims = decodeJwt(result?.accessToken ?? '');
  assert.equal(claims['appid'], COLLECTOR_ID);
  assert.deepEqual(claims['roles'], ['ActivityFeed.Read', 'ActivityFeed.ReadDlp']);
});

test("the vendor's library gets a token with its certificate", async (t) => {
  await begin(t);
  const { raw } = new X509Certificate(certificate.certPem);
  const thumbprintSha256 = createHash('sha256').update(raw).digest('hex');
  const clientCertificate = { thumbprintSha256, privateKey: certificate.keyPem };
  const client = new ConfidentialClientApplication(
    configuration({ clientId: COLLECTOR_ID, ...{ clientCertificate } }) as ConstructorParameters<
      typeof ConfidentialClientApplication
    >[0],
  );
  const result = await client.acquireTokenByClientCredential({ scopes: SCOPES });
  assert.equal(decodeJwt(result?.accessToken ?? '')['appidacr'], '2');
});

test("the vendor's library signs a person in by code, and refreshes", async (t) => {
  await begin(t);
  const client = new PublicClientApplication(
    configuration({ clientId: CONSOLE_ID }) as ConstructorParameters<
      typeof PublicClientApplication
    >[0],
  );
  const { verifier, challenge } = await new CryptoProvider().generatePkceCodes();
  const scopes = ['https://graph.microsoft.com/User.Read'];
  const address = await client.getAuthCodeUrl({
    scopes,
    redirectUri: CONSOLE_REDIRECT,
    codeChallenge: challenge,
    codeChallengeMethod: 'S256',
    loginHint: FREYA,
  });
  const location = await new Promise<string>((resolve, reject) => {
    const asked = request(address, { ca: certificate.certPem }, (response) => {
      response.resume();
      resolve(response.headers.location ?? '');
    });
    asked.on('error', reject);
    asked.end();
  });
  const code = new URL(location.replace('#', '?')).searchParams.get('code') ?? '';
  const result = await client.acquireTokenByCode({
    code,
    scopes,
    redirectUri: CONSOLE_REDIRECT,
    codeVerifier: verifier,
  });
  assert.equal(result.account?.username, FREYA);
  assert.deepEqual(result.scopes, ['User.Read']);
  assert.ok(result.account !== null);
  const { account } = result;
  const again = await client.acquireTokenSilent({ account, scopes, forceRefresh: true });
  assert.notEqual(again.accessToken, result.accessToken);
});

test("the vendor's library signs a person in by name and password", async (t) => {
  await begin(t);
  const client = new PublicClientApplication(
    configuration({ clientId: CONSOLE_ID }) as ConstructorParameters<
      typeof PublicClientApplication
    >[0],
  );
  const scopes = ['https://graph.microsoft.com/User.Read'];
  const asked = { scopes, username: FREYA, password: FREYA_PASSWORD };
  const result = await client.acquireTokenByUsernamePassword(asked);
  assert.equal(result?.account?.username, FREYA);
  const wrong = client.acquireTokenByUsernamePassword({ ...asked, password: 'guess' });
  await assert.rejects(wrong, /50126/);
});

test("the vendor's library signs a device in by a code typed elsewhere", async (t) => {
  await begin(t);
  const client = new PublicClientApplication(
    configuration({ clientId: CONSOLE_ID }) as ConstructorParameters<
      typeof PublicClientApplication
    >[0],
  );
  const result = await client.acquireTokenByDeviceCode({
    scopes: ['https://graph.microsoft.com/User.Read'],
    deviceCodeCallback: ({ userCode, verificationUri }) => {
      const typed = new URLSearchParams({ otc: userCode, login_hint: FREYA });
      const headers = { 'content-type': 'application/x-www-form-urlencoded' };
      const sent = { method: 'POST', ca: certificate.certPem, headers };
      request(verificationUri, sent, (response) => response.resume()).end(String(typed));
    },
  });
  assert.equal(result?.account?.username, FREYA);
});

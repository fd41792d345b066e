import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { decodeJwt } from 'jose';
import { ManualClock } from '../core/virtual-clock.ts';
import { serve } from '../http/http-server.ts';
import { NORTHMOOR } from '../testing/office-worker.ts';
import {
  COLLECTOR_ID,
  CONSOLE_ID,
  FREYA,
  FREYA_PASSWORD,
  SmallRegistry,
} from '../testing/registry.ts';
import type { SignIn } from './client-sign-in.ts';
import { DEVICE_GRANT } from './grants/device-codes.ts';
import { LoginAuthority } from './login-authority.ts';
import type { ExternalMethod } from './login-directory.ts';
import { VENDOR_RESOURCES } from './resources.ts';
import { TokenMint } from './token-mint.ts';

const START_MS = Date.UTC(2026, 2, 2, 8);
const SCOPE = 'openid offline_access User.Read';

const mint: Promise<TokenMint> = TokenMint.make();

let origin: string;
let clock: ManualClock;
let registry: SmallRegistry;
let signIns: SignIn[];

async function begin(t: TestContext): Promise<void> {
  clock = new ManualClock(START_MS);
  registry = new SmallRegistry();
  signIns = [];
  const now = (): number => clock.now();
  const { router } = new LoginAuthority({
    seed: 1,
    origin: () => origin,
    directory: registry,
    resources: VENDOR_RESOURCES,
    mint: await mint,
    now,
    onSignIn: (signIn) => signIns.push(signIn),
  });
  const server = await serve({ router, port: 0, now, sleep: () => Promise.resolve() });
  t.after(() => server.stop());
  origin = server.origin;
}

type Body = Record<string, unknown>;

async function post(path: string, form: Record<string, string>): Promise<Response> {
  return fetch(`${origin}/${NORTHMOOR}/oauth2${path}`, {
    method: 'POST',
    body: new URLSearchParams(form),
  });
}

async function token(form: Record<string, string>): Promise<Body> {
  return (await (await post('/v2.0/token', { client_id: CONSOLE_ID, ...form })).json()) as Body;
}

function byPassword(change: Record<string, string> = {}): Promise<Body> {
  const named = { username: FREYA, password: FREYA_PASSWORD, scope: SCOPE };
  return token({ grant_type: 'password', ...named, ...change });
}

function numberOf({ error_codes: codes }: Body): unknown {
  return (codes as unknown[] | undefined)?.[0];
}

/** A provider that is not used here. */
const ELSEWHERE: ExternalMethod = {
  displayName: 'Elsewhere',
  appId: '0d7c2a4e-9b1f-4c3d-8e5a-6f7081920314',
  clientId: 'elsewhere',
  discoveryUrl: 'https://elsewhere.example/.well-known/openid-configuration',
  replyUrls: [],
};

test('a name and password give tokens of one session', async (t) => {
  await begin(t);
  const body = await byPassword();
  const access = decodeJwt(String(body['access_token']));
  assert.equal(access['upn'], FREYA);
  assert.equal(access['scp'], 'User.Read');
  assert.equal(access['sid'], decodeJwt(String(body['id_token']))['sid']);
  const [signIn, more] = signIns;
  assert.deepEqual([signIn?.grant, signIn?.error, more], ['password', 0, undefined]);
  assert.equal(signIn?.uti, access['uti']);
  const refreshed = await token({
    grant_type: 'refresh_token',
    refresh_token: String(body['refresh_token']),
  });
  assert.equal(decodeJwt(String(refreshed['access_token']))['sid'], access['sid']);
});

test('refuses a wrong password, an unknown name and a missing factor', async (t) => {
  await begin(t);
  assert.equal(numberOf(await byPassword({ password: 'guess' })), 50126);
  assert.equal(numberOf(await byPassword({ username: 'nobody@northmoor.example' })), 50034);
  registry.method = ELSEWHERE;
  assert.equal(numberOf(await byPassword()), 50076);
  registry.method = undefined;
  registry.freya = { ...registry.freya, isEnabled: false };
  assert.equal(numberOf(await byPassword()), 50057);
  assert.equal(
    numberOf(await byPassword({ password: 'guess' })),
    50126,
    'no other caller learns it',
  );
  assert.deepEqual(
    signIns.map(({ error }) => error),
    [50126, 50034, 50076, 50057, 50126],
  );
});

type Device = { user_code: string; device_code: string; verification_uri: string };

async function device(): Promise<Device> {
  const answer = await post('/v2.0/devicecode', { client_id: CONSOLE_ID, scope: SCOPE });
  return (await answer.json()) as Device;
}

function redeem({ device_code }: Device, change: Record<string, string> = {}): Promise<Body> {
  return token({ grant_type: DEVICE_GRANT, device_code, ...change });
}

function type(shown: Device, more: Record<string, string> = {}): Promise<Response> {
  return post('/deviceauth', { otc: shown.user_code, login_hint: FREYA, ...more });
}

test('a code typed elsewhere signs the device in, once', async (t) => {
  await begin(t);
  const shown = await device();
  assert.match(await (await fetch(shown.verification_uri)).text(), /name="otc"/);
  assert.equal(numberOf(await redeem(shown)), 70016);
  assert.equal((await type(shown)).status, 200);
  const body = await redeem(shown);
  const access = decodeJwt(String(body['access_token']));
  assert.equal(access['upn'], FREYA);
  const [signIn, more] = signIns;
  assert.deepEqual([signIn?.grant, signIn?.error, more], [DEVICE_GRANT, 0, undefined]);
  assert.equal(signIn?.uti, access['uti']);
  assert.equal(numberOf(await redeem(shown)), 70018, 'a second time');
  assert.equal((await type(shown)).status, 400, 'nor can it be typed again');
});

test('refuses a declined or expired code, and one of another client', async (t) => {
  await begin(t);
  const declined = await device();
  await type(declined, { cancel: '1' });
  assert.equal((await redeem(declined))['error'], 'authorization_declined');
  const late = await device();
  const others = await device();
  await type(others);
  const client = { client_id: COLLECTOR_ID, client_secret: 'collector-secret-1' };
  assert.equal(numberOf(await redeem(others, client)), 70018);
  clock.advance(900_000);
  assert.equal((await type(late)).status, 400);
  assert.equal((await redeem(late))['error'], 'expired_token');
  assert.equal(numberOf(await redeem(others)), 70019);
  assert.deepEqual(signIns, []);
});

test('unknown and disabled people, and those who need a factor, sign no device in', async (t) => {
  await begin(t);
  const shown = await device();
  assert.equal((await type(shown, { login_hint: 'nobody@northmoor.example' })).status, 400);
  registry.method = ELSEWHERE;
  assert.equal((await type(shown)).status, 400);
  registry.method = undefined;
  registry.freya = { ...registry.freya, isEnabled: false };
  assert.equal((await type(shown)).status, 400);
  assert.equal(numberOf(await redeem(shown)), 70016);
  registry.freya = { ...registry.freya, isEnabled: true };
  await type(shown);
  registry.freya = { ...registry.freya, isEnabled: false };
  assert.equal(numberOf(await redeem(shown)), 50057, 'switched off meanwhile');
  assert.deepEqual(
    signIns.map(({ error }) => error),
    [50034, 50158, 50057, 50057],
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SoftAuthenticator } from '../../../../../tools/testing/soft-authenticator.ts';
import {
  ADA,
  EAM_TENANT,
  EamHarness,
  ISSUER,
  type Page,
  postedForm,
  REDIRECT_URI,
} from '../testing/eam-harness.ts';
import { EAM_PATHS } from './eam-metadata.ts';
import { WebAuthnCeremony } from './passkeys/webauthn-ceremony.ts';
import type { Challenge } from './pending-sign-ins.ts';

/** Two administrators issue a code for another passkey. */
function additionalCode(harness: EamHarness): string {
  const { id, reason } = harness.invite(ADA);
  assert.equal(reason, 'recovery');
  return harness.approveInvitation(id).code ?? assert.fail();
}

function openRegistration(harness: EamHarness, page: Page): Promise<Page> {
  return harness.submit(page, EAM_PATHS.enroll, { code: additionalCode(harness) });
}

/** Every state of a sign-in attempt, reached with the requests that a browser sends. */
const STATES: readonly (readonly [name: string, reach: (harness: EamHarness) => Promise<Page>])[] =
  [
    ['use', (harness) => harness.startSignIn()],
    ['register', async (harness) => openRegistration(harness, await harness.startSignIn())],
    [
      'use, after a failure',
      async (harness) =>
        harness.submit(await harness.startSignIn(), EAM_PATHS.passkey, { credential: '' }),
    ],
    [
      'use, after a failure to register',
      async (harness) => {
        const page = await openRegistration(harness, await harness.startSignIn());
        return harness.submit(page, EAM_PATHS.register, { credential: '' });
      },
    ],
    [
      'use, after a passkey was registered',
      async (harness) => {
        const page = await openRegistration(harness, await harness.startSignIn());
        const credential = new SoftAuthenticator().create(page.options, ISSUER);
        return harness.submit(page, EAM_PATHS.register, { credential });
      },
    ],
  ];

/** Captured responses: each has a valid signature, but for another step. */
const CAPTURES: readonly (readonly [
  name: string,
  sign: (authenticator: SoftAuthenticator, earlier: Page) => string,
])[] = [
  ['an earlier challenge', (authenticator, { options }) => authenticator.get(options, ISSUER)],
  [
    'an empty challenge',
    (authenticator, { options }) => authenticator.get(options, ISSUER, { challenge: '' }),
  ],
  [
    'no challenge',
    (authenticator, { options }) =>
      authenticator.get({ rpId: options['rpId'], challenge: undefined }, ISSUER),
  ],
  [
    'the word undefined',
    (authenticator, { options }) => authenticator.get(options, ISSUER, { challenge: 'undefined' }),
  ],
];

for (const [state, reach] of STATES) {
  for (const [capture, sign] of CAPTURES) {
    test(`a captured assertion over ${capture} is refused in the state "${state}"`, async () => {
      const harness = await EamHarness.create();
      // Like a synced passkey, it has no counter, so no counter can detect a second use.
      const authenticator = new SoftAuthenticator({ counter: 0 });
      const earlier = await harness.enroll(authenticator);
      const credential = sign(authenticator, earlier);
      if (capture === 'an earlier challenge') {
        const answer = await harness.submit(earlier, EAM_PATHS.passkey, { credential });
        assert.equal(postedForm(answer).action, REDIRECT_URI);
      }
      const before = harness.passCount;
      for (let count = 0; count < 3; count++) {
        for (const path of [EAM_PATHS.passkey, EAM_PATHS.register]) {
          const page = await reach(harness);
          const answer = await harness.submit(page, path, { credential });
          assert.equal(postedForm(answer).fields['id_token'], undefined, `${state} ${path}`);
        }
      }
      assert.equal(harness.passCount, before);
    });
  }
}

test('an assertion over a registration challenge is refused during registration', async () => {
  const harness = await EamHarness.create();
  const authenticator = new SoftAuthenticator({ counter: 0 });
  await harness.enroll(authenticator);
  const page = await openRegistration(harness, await harness.startSignIn());
  const { id } = page.options['rp'] as { readonly id: string };
  const challenge = String(page.options['challenge']);
  const credential = authenticator.get({ rpId: id, challenge }, ISSUER);
  await harness.submit(page, EAM_PATHS.passkey, { credential });
  assert.equal(harness.passCount, 0);
});

test('a code is refused while another registration is open', async () => {
  const harness = await EamHarness.create();
  await harness.enroll();
  const page = await openRegistration(harness, await harness.startSignIn());
  const next = await harness.submit(page, EAM_PATHS.enroll, { code: additionalCode(harness) });
  assert.equal(next.options['rp'], undefined, 'the page has no registration options');
  assert.match(next.text, /That did not work/);
  const last = harness.records.at(-1);
  assert.equal(last?.what === 'passkey-refused' && last.why, 'unproven');
});

test('code that passes a missing or wrong challenge does not compile', async () => {
  const options = { origin: ISSUER, name: 'Northmoor' };
  const attestation = { formats: ['none'], authenticators: undefined, makers: [] } as const;
  const ceremony = new WebAuthnCeremony({ ...options, attestation });
  const account = { tenant: EAM_TENANT, person: ADA };
  const use = ceremony.verifyUse.bind(ceremony);
  const registering = 'another' as Challenge<'register'>;
  const results = [
    // @ts-expect-error a string is not a challenge
    await use('', '', account, undefined),
    // @ts-expect-error undefined is not a challenge
    await use('', undefined, account, undefined),
    // @ts-expect-error a registration challenge is not an authentication challenge
    await use('', registering, account, undefined),
  ];
  assert.ok(results.every(({ kind }) => kind === 'refused'));
});

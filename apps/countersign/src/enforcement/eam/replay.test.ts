import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SoftAuthenticator } from '../../../../../tools/testing/soft-authenticator.ts';
import {
  ADA,
  answerIn,
  BACK,
  EAM_TENANT,
  EamWorld,
  ISSUER,
  type Page,
} from '../testing/eam-world.ts';
import { EAM_PATHS } from './eam-metadata.ts';
import { WebAuthnCeremony } from './passkeys/webauthn-ceremony.ts';
import type { Challenge } from './pending-sign-ins.ts';

/** A code for a further passkey, by two administrators. */
function furtherCode(world: EamWorld): string {
  const { id, reason } = world.invite(ADA);
  assert.equal(reason, 'recovery');
  return world.agree(id).code ?? assert.fail();
}

function toRegister(world: EamWorld, page: Page): Promise<Page> {
  return world.submit(page, EAM_PATHS.enroll, { code: furtherCode(world) });
}

/** Every state of an attempt, reached as a browser reaches it. */
const STATES: readonly (readonly [name: string, reach: (world: EamWorld) => Promise<Page>])[] = [
  ['use', (world) => world.arrive()],
  ['register', async (world) => toRegister(world, await world.arrive())],
  [
    'use, after a failure',
    async (world) => world.submit(await world.arrive(), EAM_PATHS.passkey, { credential: '' }),
  ],
  [
    'use, after a failure to register',
    async (world) => {
      const page = await toRegister(world, await world.arrive());
      return world.submit(page, EAM_PATHS.register, { credential: '' });
    },
  ],
  [
    'use, after a passkey was registered',
    async (world) => {
      const page = await toRegister(world, await world.arrive());
      const credential = new SoftAuthenticator().create(page.options, ISSUER);
      return world.submit(page, EAM_PATHS.register, { credential });
    },
  ],
];

/** Captured responses: each has a valid signature, but for another step. */
const CAPTURES: readonly (readonly [
  name: string,
  sign: (authenticator: SoftAuthenticator, earlier: Page) => string,
])[] = [
  ['an earlier challenge', (mine, { options }) => mine.get(options, ISSUER)],
  ['an empty challenge', (mine, { options }) => mine.get(options, ISSUER, { challenge: '' })],
  [
    'no challenge',
    (mine, { options }) => mine.get({ rpId: options['rpId'], challenge: undefined }, ISSUER),
  ],
  [
    'the word undefined',
    (mine, { options }) => mine.get(options, ISSUER, { challenge: 'undefined' }),
  ],
];

for (const [state, reach] of STATES) {
  for (const [capture, sign] of CAPTURES) {
    test(`one assertion over ${capture} opens nothing in the state ${state}`, async () => {
      const world = await EamWorld.begin();
      // Without a counter, like synced passkeys, so that no counter stops a second use.
      const mine = new SoftAuthenticator({ counter: 0 });
      const earlier = await world.enroll(mine);
      const credential = sign(mine, earlier);
      if (capture === 'an earlier challenge') {
        const answer = await world.submit(earlier, EAM_PATHS.passkey, { credential });
        assert.equal(answerIn(answer).action, BACK);
      }
      const before = world.passCount;
      for (let count = 0; count < 3; count++) {
        for (const path of [EAM_PATHS.passkey, EAM_PATHS.register]) {
          const page = await reach(world);
          const answer = await world.submit(page, path, { credential });
          assert.equal(answerIn(answer).fields['id_token'], undefined, `${state} ${path}`);
        }
      }
      assert.equal(world.passCount, before);
    });
  }
}

test('an assertion over a registration challenge is no proof in that state', async () => {
  const world = await EamWorld.begin();
  const mine = new SoftAuthenticator({ counter: 0 });
  await world.enroll(mine);
  const page = await toRegister(world, await world.arrive());
  const { id } = page.options['rp'] as { readonly id: string };
  const challenge = String(page.options['challenge']);
  const credential = mine.get({ rpId: id, challenge }, ISSUER);
  await world.submit(page, EAM_PATHS.passkey, { credential });
  assert.equal(world.passCount, 0);
});

test('a code opens no second registration in the state register', async () => {
  const world = await EamWorld.begin();
  await world.enroll();
  const page = await toRegister(world, await world.arrive());
  const next = await world.submit(page, EAM_PATHS.enroll, { code: furtherCode(world) });
  assert.equal(next.options['rp'], undefined, 'these are no options of a registration');
  assert.match(next.text, /That did not work/);
  const last = world.records.at(-1);
  assert.equal(last?.what === 'passkey-refused' && last.why, 'unproven');
});

test('a missing, empty or foreign challenge does not compile', async () => {
  const options = { origin: ISSUER, name: 'Northmoor' };
  const attestation = { formats: ['none'], authenticators: undefined, makers: [] } as const;
  const ceremony = new WebAuthnCeremony({ ...options, attestation });
  const account = { tenant: EAM_TENANT, person: ADA };
  const use = ceremony.verifyUse.bind(ceremony);
  const registering = 'another' as Challenge<'register'>;
  const faults = [
    // @ts-expect-error a text is no challenge
    await use('', '', account, undefined),
    // @ts-expect-error nor is none
    await use('', undefined, account, undefined),
    // @ts-expect-error nor is that of a registration
    await use('', registering, account, undefined),
  ];
  assert.ok(faults.every(({ kind }) => kind === 'refused'));
});

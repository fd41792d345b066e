import { addedMethods, alone, byAny, removedMethods } from '../reversals/objects.ts';
import { type Foothold, trace } from './foothold.ts';
import { ACCOUNT_BACK, ACCOUNT_GONE, TOKENS } from './remainders.ts';

const REGISTERED: readonly string[] = [
  'user registered security info',
  'user registered all required security info',
  'user changed default security info',
  'admin registered security info',
  'admin updated security info',
  'user updated security info',
];

const UNREGISTERED: readonly string[] = [
  'user deleted security info',
  'admin deleted security info',
  'user removed security info',
];

const SETS_PASSWORD: readonly string[] = [
  'reset user password',
  'change user password',
  'reset password*',
];

/** The method's id. Most records lack it, and an account has several of a kind. */
const METHOD = byAny('methodid', 'authenticationmethodid', 'credentialid', 'keyid');

const PASSKEY = /fido|passkey|windows hello|security key|platform credential/i;
const ACCESS_PASS = /temporary ?access ?pass/i;

/** Footholds 1 to 8, 26 and 27: what people and devices hold. Sources: contracts 2.8, 8.2, 8.3. */
export const IDENTITY_FOOTHOLDS: readonly Foothold[] = [
  {
    number: 1,
    id: 'sessions',
    name: 'Refresh tokens and browser sessions',
    grounds: ['signIns', 'directory'],
    opens: [],
    closes: [
      trace(['update stsrefreshtokenvalidfrom timestamp'], 'target', { leaves: [TOKENS] }),
      ...ACCOUNT_GONE,
    ],
    reopens: [ACCOUNT_BACK],
    special: 'sessions',
    readBack: 'GET /users/{id}?$select=signInSessionsValidFromDateTime, and no later use of it',
    blind: 'this tenant cannot end sessions of guests and of SAML-only applications',
  },
  {
    number: 2,
    id: 'access-tokens',
    name: 'Outstanding access tokens',
    grounds: ['signIns'],
    opens: [],
    closes: [],
    special: 'tokens',
    readBack: 'wait 28 hours after the last sign-in, with the account or application disabled',
    blind: 'a forged token is valid for as long as its maker chose',
  },
  {
    number: 3,
    id: 'devices',
    name: 'Registered devices and their primary refresh tokens',
    grounds: ['directory', 'signIns'],
    opens: [
      trace(['add device', 'register device', 'join device'], 'target'),
      trace(['add registered owner to device', 'add registered users to device'], 'target'),
    ],
    closes: [
      trace(['delete device', 'disable device', 'device no longer managed'], 'target', {
        leaves: [TOKENS],
      }),
    ],
    reopens: [trace(['enable device'], 'target')],
    readBack: 'GET /users/{id}/registeredDevices and /devices against the inventory',
    blind: 'a key copied from a machine without a TPM works on other machines',
  },
  {
    number: 4,
    id: 'passkeys',
    name: 'Windows Hello, security keys and passkeys',
    grounds: ['directory'],
    opens: [
      trace(REGISTERED, 'target', {
        when: (detail) => detail.mentions(PASSKEY),
        things: METHOD,
      }),
      trace(['add passkey*', 'add fido2*', 'add windows hello for business credential'], 'target', {
        things: METHOD,
      }),
    ],
    closes: [
      trace(UNREGISTERED, 'target', {
        when: (detail) => detail.mentions(PASSKEY),
        things: METHOD,
      }),
      ...ACCOUNT_GONE,
    ],
    reopens: [ACCOUNT_BACK],
    readBack: 'GET /users/{id}/authentication/methods against the attested list',
    blind: 'a synchronized passkey works on every device of its provider account',
  },
  {
    number: 5,
    id: 'passwords',
    name: 'Known passwords',
    grounds: ['signIns', 'directory'],
    // The person who sets a password knows it: intruders open, others close.
    opens: [trace(SETS_PASSWORD, 'target')],
    closes: [trace(SETS_PASSWORD, 'target'), ...ACCOUNT_GONE],
    reopens: [ACCOUNT_BACK],
    special: 'passwords',
    readBack: 'GET /users/{id}?$select=lastPasswordChangeDateTime',
    blind: 'with federation or pass-through, the on-premises directory decides about passwords',
  },
  {
    number: 6,
    id: 'second-factors',
    name: 'Phone, one-time code, Authenticator, external method',
    grounds: ['directory'],
    opens: [
      trace(REGISTERED, 'target', {
        when: (detail) => !detail.mentions(PASSKEY) && !detail.mentions(ACCESS_PASS),
        things: METHOD,
      }),
      trace(['update user'], 'target', {
        when: (detail) => addedMethods(detail) !== undefined,
        things: addedMethods,
      }),
      trace(['disable strong authentication'], 'target', {
        things: alone('requirement'),
        control: 'none',
      }),
      trace(['update authentication methods policy'], 'target', {
        things: alone('policy'),
        control: 'none',
      }),
    ],
    closes: [
      trace(UNREGISTERED, 'target', {
        when: (detail) => !detail.mentions(PASSKEY) && !detail.mentions(ACCESS_PASS),
        things: METHOD,
      }),
      trace(['update user'], 'target', {
        when: (detail) => removedMethods(detail) !== undefined,
        things: removedMethods,
      }),
      trace(['enable strong authentication'], 'target', { things: alone('requirement') }),
      ...ACCOUNT_GONE,
    ],
    reopens: [ACCOUNT_BACK],
    readBack: 'GET /users/{id}/authentication/methods, and the authentication methods policy',
    blind: 'the old store of per-user methods and the owner of a phone number are not in any log',
  },
  {
    number: 7,
    id: 'access-passes',
    name: 'Temporary access passes',
    grounds: ['directory'],
    opens: [
      trace(REGISTERED, 'target', { when: (detail) => detail.mentions(ACCESS_PASS) }),
      trace(['create temporary access pass*', 'add temporary access pass*'], 'target'),
    ],
    closes: [
      trace(UNREGISTERED, 'target', { when: (detail) => detail.mentions(ACCESS_PASS) }),
      trace(['delete temporary access pass*', 'remove temporary access pass*'], 'target'),
      ...ACCOUNT_GONE,
    ],
    reopens: [ACCOUNT_BACK],
    readBack: 'GET /users/{id}/authentication/temporaryAccessPassMethods',
    blind: 'a method that was registered with the pass stays valid',
  },
  {
    number: 8,
    id: 'legacy-protocols',
    name: 'App passwords and protocols without a second factor',
    grounds: ['signIns'],
    opens: [],
    closes: [],
    special: 'legacy',
    readBack: 'no sign-in with a legacy protocol since, and a policy that blocks them',
    blind: 'app passwords cannot be listed',
  },
  {
    number: 26,
    id: 'guests',
    name: 'Guests',
    grounds: ['directory'],
    opens: [
      trace(
        ['invite external user', 'redeem external user invite', 'invite internal user*'],
        'target',
      ),
    ],
    closes: ACCOUNT_GONE,
    reopens: [ACCOUNT_BACK],
    readBack: "GET /users?$filter=userType eq 'Guest'",
    blind: 'the home tenant of the guest keeps sessions that this tenant cannot end',
  },
  {
    number: 27,
    id: 'accounts',
    name: 'New, dormant, service and break-glass accounts',
    grounds: ['directory'],
    opens: [trace(['add user', 'enable account', 'restore user'], 'target')],
    closes: ACCOUNT_GONE,
    reopens: [ACCOUNT_BACK],
    readBack: 'GET /users created since, each with who asked for it, and signInActivity',
  },
];

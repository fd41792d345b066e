import type { FeedRecord } from '../core/feed-record.ts';
import { riskRecords } from '../records/alert.ts';
import { directoryRecords } from '../records/directory-record.ts';
import { cmdletRecords } from '../records/exchange-admin.ts';
import { FIRST_PARTY } from '../records/first-party-apps.ts';
import { signInRecords } from '../records/sign-in-record.ts';
import { browserOf, CLIENTS } from '../sign-in/clients.ts';
import { deviceCodeSignIn, promptedSignIn, type Request, refused } from '../sign-in/user-flows.ts';
import type { ActivityScene } from './activity-scene.ts';
import { choreOf } from './directory-chores.ts';
import { SLOTS } from './sessions.ts';

/** An administrator's change; other people only read. */
export function administer(scene: ActivityScene): FeedRecord[] {
  const { person, random, tenant } = scene;
  if (!person.isAdministrator && !person.isHelpDesk) return [];
  if (random.chance(0.25)) return exchangeChore(scene);
  const { changed, ...shape } = choreOf(scene);
  const names = changed.map(({ name }) => name).join(', ');
  return directoryRecords(tenant, {
    ...shape,
    atMs: scene.atMs,
    id: scene.guid(),
    correlationId: scene.guid(),
    actor: { kind: 'user', account: person, ip: scene.address.ip },
    changes: [...changed, { name: 'Included Updated Properties', newValue: names }],
    userAgent: browserOf(person).userAgent,
  });
}

function exchangeChore(scene: ActivityScene): FeedRecord[] {
  const colleague = scene.colleague();
  return cmdletRecords(scene.tenant, {
    atMs: scene.atMs,
    id: scene.guid(),
    requestId: scene.guid(),
    operation: 'Set-Mailbox',
    account: scene.person,
    token: { ...scene.token(SLOTS.browser), appId: FIRST_PARTY.exchangePowerShell },
    objectId: colleague.objectId,
    parameters: [
      ['Identity', colleague.upn],
      ['Type', 'Regular'],
    ],
  });
}

/** A person registers a new second factor. */
export function registerMethod(scene: ActivityScene): FeedRecord[] {
  const { person } = scene;
  return directoryRecords(scene.tenant, {
    atMs: scene.atMs,
    id: scene.guid(),
    correlationId: scene.guid(),
    operation: 'User registered security info.',
    category: 'User',
    auditCategory: 'UserManagement',
    operationType: 'Add',
    service: 'Authentication Methods',
    actor: { kind: 'user', account: person, ip: scene.address.ip },
    targets: [
      {
        type: 'User',
        id: person.objectId,
        displayName: person.displayName,
        upn: person.upn,
        puid: person.puid,
      },
    ],
    changes: [{ name: 'StrongAuthenticationMethod', newValue: 'PhoneAppNotification' }],
  });
}

/** Error codes of everyday prompts and mistakes. */
const SLIPS: readonly number[] = [
  50058, 50058, 50058, 50074, 50074, 50076, 50126, 50126, 500121, 65001, 50140, 70043, 53003, 50105,
];

/** BlockedByConditionalAccess. */
const BLOCKED = 53_003;

export function slip(scene: ActivityScene): FeedRecord[] {
  const { person, random, tenant } = scene;
  const code = random.pick(SLIPS);
  const asked = slipRequest(scene);
  // A company policy blocks this for all people.
  const vault = { appId: FIRST_PARTY.azurePortal, resourceId: FIRST_PARTY.keyVault };
  const request = code === BLOCKED ? { ...asked, ...vault } : asked;
  return signInRecords(tenant, refused(promptedSignIn(person, request), code));
}

function slipRequest(scene: ActivityScene): Request {
  return {
    atMs: scene.atMs,
    requestId: scene.guid(),
    correlationId: scene.guid(),
    appId: FIRST_PARTY.officeHome,
    resourceId: FIRST_PARTY.graph,
    address: scene.address,
    completedAfterMs: scene.random.int(90_000, 600_000),
  };
}

/** A person travels, and the vendor's detection reports a risk. */
export function riskySignIn(scene: ActivityScene): FeedRecord[] {
  const { person, tenant, address, atMs } = scene;
  if (scene.plan.where !== 'away') return [];
  const request = { ...slipRequest(scene), sessionId: scene.guid() };
  const types = ['unfamiliarFeatures'];
  const signIn = promptedSignIn(person, request);
  const risk = { level: 'low', types, state: 'atRisk' } as const;
  return [
    ...signInRecords(tenant, { ...signIn, risk }),
    ...riskRecords(tenant, {
      atMs,
      id: scene.guid(),
      auditId: scene.guid(),
      correlationId: request.correlationId,
      requestId: request.requestId,
      account: person,
      ip: address.ip,
      countryOrRegion: address.place.countryOrRegion,
      type: 'unfamiliarFeatures',
      level: 'low',
    }),
  ];
}

/** Administrators sign in a terminal by typing its code elsewhere. */
export function enterDeviceCode(scene: ActivityScene): FeedRecord[] {
  const { person, tenant } = scene;
  if (person.department !== 'IT' && person.department !== 'Engineering') return [];
  const request = {
    ...slipRequest(scene),
    appId: FIRST_PARTY.azureCli,
    resourceId: FIRST_PARTY.graph,
    sessionId: scene.guid(),
  };
  return signInRecords(tenant, deviceCodeSignIn(person, request, CLIENTS.commandLine));
}

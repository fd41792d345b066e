import type { FeedRecord } from '../core/feed-record.ts';
import type { Person } from '../population/person.ts';
import { mixUnit } from '../population/quick-random.ts';
import { directoryRecords } from '../records/directory-record.ts';
import type { SignIn } from '../records/sign-in.ts';
import { signInRecords } from '../records/sign-in-record.ts';
import { browserOf, CLIENTS, desktopOf } from '../sign-in/clients.ts';
import {
  federatedSignIn,
  passkeySignIn,
  promptedSignIn,
  type Request,
  refreshSignIn,
  refused,
  silentSignIn,
  windowsSignIn,
} from '../sign-in/user-flows.ts';
import { type ActivityScene, PROGRAMS } from './activity-scene.ts';
import { computerSession, isFirstDay, phoneSession, SLOTS, type Slot } from './sessions.ts';

/** Share of rows that are completed later. */
const REFRESHES_COMPLETED = 0.08;
const COMPLETED_MIN_MS = 90_000;
const COMPLETED_MAX_MS = 900_000;

/** The sign-in when a program requests a token on schedule. */
export function programSignIn(scene: ActivityScene, slot: Slot, part: number): FeedRecord[] {
  switch (slot) {
    case SLOTS.logon:
      return signInRecords(scene.tenant, logon(scene));
    case SLOTS.phoneLogin:
      return signInRecords(scene.tenant, phoneLogin(scene));
    case SLOTS.trouble:
      return signInRecords(scene.tenant, wrongPassword(scene));
    case SLOTS.helpDesk:
      return part === 0 ? passwordReset(scene) : signInRecords(scene.tenant, phoneRefused(scene));
    default:
      return signInRecords(scene.tenant, nextToken(scene, slot));
  }
}

function requestOf(scene: ActivityScene, slot: Slot): Request {
  const { random } = scene;
  const [appId, resourceId] = PROGRAMS[slot] as readonly [string, string];
  return {
    atMs: scene.atMs,
    requestId: random.guid(),
    correlationId: random.guid(),
    appId,
    resourceId,
    address: scene.address,
    completedAfterMs: random.int(COMPLETED_MIN_MS, COMPLETED_MAX_MS),
  };
}

function nextToken(scene: ActivityScene, slot: Slot): SignIn {
  const { person, random } = scene;
  const held = scene.held(slot);
  const isPhone = slot === SLOTS.outlookMobile || slot === SLOTS.teamsMobile;
  const request = {
    ...requestOf(scene, slot),
    requestId: held.requestId,
    sessionId: held.sessionId,
    ...(isPhone ? { address: scene.phoneAddress } : {}),
  };
  if (slot === SLOTS.browser || slot === SLOTS.browserFiles) return silentSignIn(person, request);
  const completedAfterMs = random.chance(REFRESHES_COMPLETED)
    ? request.completedAfterMs
    : undefined;
  const from = isPhone
    ? { client: CLIENTS.phone, device: person.phone }
    : person.workplace === 'browser'
      ? { client: browserOf(person), device: undefined }
      : { client: desktopOf(person), device: person.computer };
  return refreshSignIn(person, { ...request, completedAfterMs }, from);
}

/** The first sign-in of the day. A session of several weeks begins with a prompt. */
function logon(scene: ActivityScene): SignIn {
  const { person, holder, plan } = scene;
  const sessionId = computerSession(holder, plan.day);
  const request = { ...requestOf(scene, SLOTS.logon), sessionId };
  const isAsked =
    person.isAskedDaily ||
    person.workplace === 'browser' ||
    plan.trouble === 'reset' ||
    isFirstDay(holder, plan.day);
  if (isAsked) return asked(person, request);
  if (person.workplace === 'windows') return windowsSignIn(person, request);
  return silentSignIn(person, request);
}

/** Each person authenticates with their own method. */
function asked(person: Person, request: Request): SignIn {
  if (person.isAskedDaily) return promptedSignIn(person, request);
  if (person.isFederated) return federatedSignIn(person, request);
  if (person.methods.includes('fido2')) return passkeySignIn(person, request);
  return promptedSignIn(person, request);
}

function phoneLogin(scene: ActivityScene): SignIn {
  const { person, holder, atMs } = scene;
  const request = {
    ...requestOf(scene, SLOTS.phoneLogin),
    sessionId: phoneSession(holder, atMs).id,
    address: scene.phoneAddress,
  };
  return { ...promptedSignIn(person, request, CLIENTS.phone), device: person.phone };
}

/** A password was changed, and the phone does not know yet. */
function phoneRefused(scene: ActivityScene): SignIn {
  const { person } = scene;
  const request = { ...requestOf(scene, SLOTS.outlookMobile), address: scene.phoneAddress };
  const from = { client: CLIENTS.phone, device: person.phone };
  return refused(refreshSignIn(person, request, from), 50173);
}

function wrongPassword(scene: ActivityScene): SignIn {
  const signIn = promptedSignIn(scene.person, requestOf(scene, SLOTS.trouble));
  return refused(signIn, 50126);
}

/** The help desk sets a new password, which ends all sessions. */
function passwordReset(scene: ActivityScene): FeedRecord[] {
  const { person, tenant, atMs } = scene;
  const correlationId = scene.guid();
  const helper = helpDeskOf(scene);
  const shared = {
    atMs,
    correlationId,
    category: 'User',
    auditCategory: 'UserManagement',
    operationType: 'Update',
    actor: { kind: 'user', account: helper, ip: helper.office.ip },
    targets: [
      {
        type: 'User',
        id: person.objectId,
        displayName: person.displayName,
        upn: person.upn,
        puid: person.puid,
      },
    ],
    userAgent: 'O365AdminPortal',
  } as const;
  const validFrom = new Date(atMs).toISOString().slice(0, 19);
  return [
    ...directoryRecords(tenant, {
      ...shared,
      id: scene.guid(),
      operation: 'Reset user password.',
      changes: [],
    }),
    ...directoryRecords(tenant, {
      ...shared,
      id: scene.guid(),
      correlationId: scene.guid(),
      operation: 'Update StsRefreshTokenValidFrom Timestamp.',
      changes: [
        { name: 'StsRefreshTokensValidFrom', newValue: `["${validFrom}Z"]` },
        { name: 'Included Updated Properties', newValue: 'StsRefreshTokensValidFrom' },
      ],
    }),
  ];
}

/**
 * Small companies have one helper; in large ones about one in a hundred is. Among fewer people,
 * some would find no helper, and one would do a third of the work.
 */
const HELPERS_LOOKED_AT = 1_000;
const FIRST_HELPER = 2;

function helpDeskOf(scene: ActivityScene): Person {
  const { population, person } = scene;
  const from =
    FIRST_HELPER + Math.floor(mixUnit(scene.tenant.key, person.index, 601) * population.size);
  for (let step = 0; step < Math.min(HELPERS_LOOKED_AT, population.size); step++) {
    const index = (from + step) % population.size;
    if (index !== person.index && population.person(index).isHelpDesk) {
      return population.person(index);
    }
  }
  return population.person(person.index === FIRST_HELPER ? FIRST_HELPER - 1 : FIRST_HELPER);
}

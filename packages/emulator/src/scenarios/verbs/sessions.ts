import type { Person } from '../../population/person.ts';
import type { Population } from '../../population/population.ts';
import type { Account } from '../../records/account.ts';
import { FIRST_PARTY } from '../../records/first-party-apps.ts';
import type { SignIn } from '../../records/sign-in.ts';
import {
  deviceCodeSignIn,
  promptedSignIn,
  refreshSignIn,
  refused,
  ropcSignIn,
  silentSignIn,
} from '../../sign-in/user-flows.ts';
import type { ScenarioContext } from '../steps/scenario-context.ts';
import type { Session } from '../steps/scenario-value.ts';
import type { StepArguments } from '../steps/step-arguments.ts';
import { revokeSessions } from './respond.ts';
import type { Verb } from './verb.ts';

const MINUTE_MS = 60_000;

const TARGETS: Readonly<Record<string, { appId: string; resourceId: string }>> = {
  mail: { appId: FIRST_PARTY.outlookWeb, resourceId: FIRST_PARTY.exchange },
  office: { appId: FIRST_PARTY.officeHome, resourceId: FIRST_PARTY.graph },
  files: { appId: FIRST_PARTY.sharePoint, resourceId: FIRST_PARTY.sharePoint },
  portal: { appId: FIRST_PARTY.azurePortal, resourceId: FIRST_PARTY.graph },
  shell: { appId: FIRST_PARTY.exchangePowerShell, resourceId: FIRST_PARTY.exchange },
  broker: { appId: FIRST_PARTY.broker, resourceId: FIRST_PARTY.directory },
};

function targetOf(args: StepArguments, otherwise: string): { appId: string; resourceId: string } {
  const name = args.text('to', otherwise);
  return TARGETS[name] ?? (TARGETS['office'] as { appId: string; resourceId: string });
}

function sessionFrom(
  stage: ScenarioContext,
  args: StepArguments,
  signIn: SignIn,
  holder: Pick<Session, 'home' | 'account' | 'pool' | 'isOwners'>,
): void {
  if (holder.isOwners !== true) claimSession(stage, holder, signIn.sessionId ?? '');
  const session: Session = {
    ...holder,
    sessionId: signIn.sessionId ?? '',
    appId: signIn.appId,
    resourceId: signIn.resourceId,
    client: signIn.client,
    token: { requestId: signIn.requestId, issuedMs: signIn.atMs },
    isForged: false,
  };
  args.keep({ kind: 'session', session });
}

/** The holder of the session acts as its owner. */
export function claimSession(
  stage: ScenarioContext,
  { home, account }: Pick<Session, 'home' | 'account'>,
  sessionId: string,
): void {
  stage.claim('session', home.tenant.id, sessionId);
  stage.claim('account', home.tenant.id, account.objectId);
}

/** Signs in with a known password, and a second factor if available. */
export const signIn: Verb = (stage, args) => {
  const { account, home } = args.account('who');
  const pool = args.pool();
  const isProgram = args.text('flow', 'browser') === 'ropc';
  const client = args.client('client', isProgram ? 'commandLine' : 'chrome');
  const request = {
    ...stage.request(stage.nowMs, stage.address(pool), targetOf(args, 'office')),
    sessionId: stage.random.guid(),
  };
  const person = { ...home.person(0), ...account, computer: undefined } as Person;
  const asked = isProgram
    ? ropcSignIn(account, request, client)
    : promptedSignIn(person, request, client);
  const made: SignIn = {
    ...asked,
    factors: args.is('one-factor') || isProgram ? 1 : 2,
    steps: args.is('one-factor') ? asked.steps.slice(0, 1) : asked.steps,
  };
  stage.signIn(home, made);
  sessionFrom(stage, args, made, { home, account, pool });
};

/** The owner's session on their own computer, from which it is stolen later. */
export const ownSession: Verb = (stage, args) => {
  const { person, home } = args.person('who');
  const request = {
    ...stage.request(stage.nowMs, person.office, targetOf(args, 'files')),
    sessionId: stage.random.guid(),
  };
  const made = silentSignIn(person, request);
  stage.signIn(home, made);
  sessionFrom(stage, args, made, { home, account: person, pool: [person.office], isOwners: true });
};

/** A session continues elsewhere: same session id, other address and program. */
export const stealSession: Verb = (stage, args) => {
  const session = args.session('session');
  const pool = args.pool();
  const client = args.client('client', 'chrome');
  const address = stage.address(pool);
  const request = {
    ...stage.request(stage.nowMs, address, targetOf(args, 'office')),
    sessionId: session.sessionId,
    completedAfterMs: undefined,
  };
  const owner = { ...session.account } as Person;
  const made = refreshSignIn(owner, request, { client, device: undefined });
  stage.signIn(session.home, made);
  sessionFrom(stage, args, made, { home: session.home, account: session.account, pool });
  keepsSession(stage, session.home, session.account, session.sessionId);
};

/**
 * An adversary-in-the-middle page forwards everything, the second factor too, and keeps the
 * session.
 */
export const proxyLogin: Verb = (stage, args) => {
  const { person, home } = args.person('who');
  const proxy = args.pool('through');
  const pool = args.pool();
  const client = args.client('client', 'chrome');
  const apps = targetOf(args, 'office');
  const through = stage.address(proxy);
  if (stage.random.chance(0.4)) {
    const slip = promptedSignIn(person, stage.request(stage.nowMs, through, apps), client);
    stage.signIn(home, refused(slip, 50126));
    stage.nowMs += 21_000;
  }
  const asked = promptedSignIn(person, stage.request(stage.nowMs, through, apps), client);
  stage.signIn(home, refused(asked, 50074));
  stage.nowMs += stage.random.int(12_000, 40_000);
  const sessionId = stage.random.guid();
  const request = { ...stage.request(stage.nowMs, through, apps), sessionId };
  const made = { ...promptedSignIn(person, request, client), risk: anonymous() };
  stage.signIn(home, made);
  sessionFrom(stage, args, made, { home, account: person, pool });
  keepsSession(stage, home, person, sessionId);
};

function anonymous(): SignIn['risk'] {
  return { level: 'medium', types: ['unfamiliarFeatures', 'anonymizedIPAddress'], state: 'atRisk' };
}

/** A person is persuaded to type a code, which signs the attacker's device in. */
export const deviceCode: Verb = (stage, args) => {
  const { person, home } = args.person('who');
  const pool = args.pool();
  const client = args.client('client', 'commandLine');
  const apps = targetOf(args, 'broker');
  const address = stage.address(pool);
  for (let polls = stage.random.int(2, 6); polls > 0; polls--) {
    const request = { ...stage.request(stage.nowMs, address, apps), completedAfterMs: undefined };
    const poll = refreshSignIn(person, request, { client, device: undefined });
    stage.signIn(home, { ...refused(poll, 70016), protocol: 'deviceCode', incomingToken: 'none' });
    stage.nowMs += 5000;
  }
  const sessionId = stage.random.guid();
  const typed = { ...stage.request(stage.nowMs, person.office, apps), sessionId };
  stage.signIn(home, deviceCodeSignIn(person, typed, client));
  stage.nowMs += stage.random.int(2000, 6000);
  const request = { ...stage.request(stage.nowMs, address, apps), sessionId };
  const redeemed: SignIn = {
    ...refreshSignIn(person, request, { client, device: undefined }),
    protocol: 'deviceCode',
    transferMethod: 'deviceCodeFlow',
    incomingToken: 'none',
  };
  stage.signIn(home, redeemed);
  sessionFrom(stage, args, redeemed, { home, account: person, pool });
  keepsSession(stage, home, person, sessionId);
};

/** A token signed with a stolen key: the service accepts it, and there is no sign-in. */
export const forgeSession: Verb = (stage, args) => {
  const { person, home } = args.person('who');
  const session: Session = {
    home,
    account: person,
    sessionId: stage.random.guid(),
    ...targetOf(args, 'mail'),
    client: args.client('client', 'chrome'),
    pool: args.pool(),
    token: { requestId: stage.random.guid(), issuedMs: stage.nowMs - 2 * MINUTE_MS },
    isForged: true,
  };
  claimSession(stage, session, session.sessionId);
  args.keep({ kind: 'session', session });
};

function keepsSession(
  stage: ScenarioContext,
  home: Population,
  account: Account,
  sessionId: string,
): void {
  const { objectId } = account;
  const detail = `the session ${sessionId}`;
  stage.addFoothold({ kind: 'session', tenantId: home.tenant.id, objectId, detail }, (responder) =>
    revokeSessions(stage, home, responder, account),
  );
}

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
  context: ScenarioContext,
  args: StepArguments,
  signIn: SignIn,
  holder: Pick<Session, 'home' | 'account' | 'pool' | 'isLegitimate'>,
): void {
  if (holder.isLegitimate !== true) claimSession(context, holder, signIn.sessionId ?? '');
  const session: Session = {
    ...holder,
    sessionId: signIn.sessionId ?? '',
    appId: signIn.appId,
    resourceId: signIn.resourceId,
    client: signIn.client,
    token: { requestId: signIn.requestId, issuedMs: signIn.atMs },
    isForged: false,
  };
  args.storeResult({ kind: 'session', session });
}

/** The holder of the session acts as its owner. */
export function claimSession(
  context: ScenarioContext,
  { home, account }: Pick<Session, 'home' | 'account'>,
  sessionId: string,
): void {
  context.claim('session', home.tenant.id, sessionId);
  context.claim('account', home.tenant.id, account.objectId);
}

/** Signs in with a known password, and a second factor if available. */
export const signIn: Verb = (context, args) => {
  const { account, home } = args.account('who');
  const pool = args.pool();
  const isProgram = args.text('flow', 'browser') === 'ropc';
  const client = args.client('client', isProgram ? 'commandLine' : 'chrome');
  const request = {
    ...context.request(context.nowMs, context.address(pool), targetOf(args, 'office')),
    sessionId: context.random.guid(),
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
  context.signIn(home, made);
  sessionFrom(context, args, made, { home, account, pool });
};

/** The owner's session on their own computer, from which it is stolen later. */
export const ownSession: Verb = (context, args) => {
  const { person, home } = args.person('who');
  const request = {
    ...context.request(context.nowMs, person.office, targetOf(args, 'files')),
    sessionId: context.random.guid(),
  };
  const made = silentSignIn(person, request);
  context.signIn(home, made);
  sessionFrom(context, args, made, {
    home,
    account: person,
    pool: [person.office],
    isLegitimate: true,
  });
};

/** A session continues elsewhere: same session id, other address and program. */
export const stealSession: Verb = (context, args) => {
  const session = args.session('session');
  const pool = args.pool();
  const client = args.client('client', 'chrome');
  const address = context.address(pool);
  const request = {
    ...context.request(context.nowMs, address, targetOf(args, 'office')),
    sessionId: session.sessionId,
    completedAfterMs: undefined,
  };
  const owner = { ...session.account } as Person;
  const made = refreshSignIn(owner, request, { client, device: undefined });
  context.signIn(session.home, made);
  sessionFrom(context, args, made, { home: session.home, account: session.account, pool });
  keepsSession(context, session.home, session.account, session.sessionId);
};

/**
 * An adversary-in-the-middle page forwards everything, the second factor too, and keeps the
 * session.
 */
export const proxyLogin: Verb = (context, args) => {
  const { person, home } = args.person('who');
  const proxy = args.pool('through');
  const pool = args.pool();
  const client = args.client('client', 'chrome');
  const apps = targetOf(args, 'office');
  const through = context.address(proxy);
  if (context.random.chance(0.4)) {
    const slip = promptedSignIn(person, context.request(context.nowMs, through, apps), client);
    context.signIn(home, refused(slip, 50126));
    context.nowMs += 21_000;
  }
  const asked = promptedSignIn(person, context.request(context.nowMs, through, apps), client);
  context.signIn(home, refused(asked, 50074));
  context.nowMs += context.random.int(12_000, 40_000);
  const sessionId = context.random.guid();
  const request = { ...context.request(context.nowMs, through, apps), sessionId };
  const made = { ...promptedSignIn(person, request, client), risk: anonymous() };
  context.signIn(home, made);
  sessionFrom(context, args, made, { home, account: person, pool });
  keepsSession(context, home, person, sessionId);
};

function anonymous(): SignIn['risk'] {
  return { level: 'medium', types: ['unfamiliarFeatures', 'anonymizedIPAddress'], state: 'atRisk' };
}

/** A person is persuaded to type a code, which signs the attacker's device in. */
export const deviceCode: Verb = (context, args) => {
  const { person, home } = args.person('who');
  const pool = args.pool();
  const client = args.client('client', 'commandLine');
  const apps = targetOf(args, 'broker');
  const address = context.address(pool);
  for (let polls = context.random.int(2, 6); polls > 0; polls--) {
    const request = {
      ...context.request(context.nowMs, address, apps),
      completedAfterMs: undefined,
    };
    const poll = refreshSignIn(person, request, { client, device: undefined });
    context.signIn(home, {
      ...refused(poll, 70016),
      protocol: 'deviceCode',
      incomingToken: 'none',
    });
    context.nowMs += 5000;
  }
  const sessionId = context.random.guid();
  const typed = { ...context.request(context.nowMs, person.office, apps), sessionId };
  context.signIn(home, deviceCodeSignIn(person, typed, client));
  context.nowMs += context.random.int(2000, 6000);
  const request = { ...context.request(context.nowMs, address, apps), sessionId };
  const redeemed: SignIn = {
    ...refreshSignIn(person, request, { client, device: undefined }),
    protocol: 'deviceCode',
    transferMethod: 'deviceCodeFlow',
    incomingToken: 'none',
  };
  context.signIn(home, redeemed);
  sessionFrom(context, args, redeemed, { home, account: person, pool });
  keepsSession(context, home, person, sessionId);
};

/** A token signed with a stolen key: the service accepts it, and there is no sign-in. */
export const forgeSession: Verb = (context, args) => {
  const { person, home } = args.person('who');
  const session: Session = {
    home,
    account: person,
    sessionId: context.random.guid(),
    ...targetOf(args, 'mail'),
    client: args.client('client', 'chrome'),
    pool: args.pool(),
    token: { requestId: context.random.guid(), issuedMs: context.nowMs - 2 * MINUTE_MS },
    isForged: true,
  };
  claimSession(context, session, session.sessionId);
  args.storeResult({ kind: 'session', session });
};

function keepsSession(
  context: ScenarioContext,
  home: Population,
  account: Account,
  sessionId: string,
): void {
  const { objectId } = account;
  const detail = `the session ${sessionId}`;
  context.addFoothold(
    { kind: 'session', tenantId: home.tenant.id, objectId, detail },
    (responder) => revokeSessions(context, home, responder, account),
  );
}

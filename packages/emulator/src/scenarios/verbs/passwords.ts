import type { Person } from '../../population/person.ts';
import type { Population } from '../../population/population.ts';
import { FIRST_PARTY } from '../../records/first-party-apps.ts';
import type { SignIn } from '../../records/sign-in.ts';
import { browserOf } from '../../sign-in/clients.ts';
import { promptedSignIn, refused, ropcSignIn } from '../../sign-in/user-flows.ts';
import { ScenarioError } from '../errors.ts';
import type { ScenarioContext } from '../steps/scenario-context.ts';
import { shuffle } from '../steps/scenario-variables.ts';
import type { StepArguments } from '../steps/step-arguments.ts';
import { setPassword } from './respond.ts';
import { claimSession } from './sessions.ts';
import { momentsIn, type Verb } from './verb.ts';

/** Consecutive wrong passwords before an account is locked. */
const LOCK_AFTER = 10;
const WEEK_MS = 7 * 86_400_000;

/** How a password is tried: posted by a program, or typed into the page. */
type GuessMethod = {
  readonly home: Population;
  readonly flow: string;
  readonly pool: ReturnType<StepArguments['pool']>;
  readonly client: ReturnType<StepArguments['client']>;
};

function guessMethodOf(args: StepArguments, home: Population): GuessMethod {
  const flow = args.text('flow', 'ropc');
  if (flow !== 'ropc' && flow !== 'browser') {
    throw new ScenarioError('wrong', `flow is ropc or browser, not ${flow}.`);
  }
  const client = args.client('client', flow === 'ropc' ? 'commandLine' : 'chrome');
  return { home, flow, pool: args.pool(), client };
}

/** Builds the attempt. The caller handles a right password; a wrong one is refused. */
function attempt(
  context: ScenarioContext,
  method: GuessMethod,
  person: Person,
  atMs: number,
): SignIn {
  const apps =
    method.flow === 'ropc'
      ? { appId: FIRST_PARTY.directoryPowerShell, resourceId: FIRST_PARTY.directory }
      : { appId: FIRST_PARTY.officeHome, resourceId: FIRST_PARTY.graph };
  const request = context.request(atMs, context.address(method.pool), apps);
  return method.flow === 'ropc'
    ? ropcSignIn(person, request, method.client)
    : promptedSignIn(person, request, method.client);
}

/** Tries few passwords on each of many accounts. Yields the session of a hit, if any. */
export const spray: Verb = (context, args) => {
  const { people, home } = args.people('people');
  const method = guessMethodOf(args, home);
  const overMs = args.duration('over');
  const hit = args.has('hit') ? args.person('hit').person : undefined;
  const unknown = args.integer('unknown-names', 0);
  const order = Array.from({ length: args.integer('tries', 1) }, () => people).flat();
  const moments = momentsIn(context, order.length + unknown, overMs);
  const lastTry = order.findLastIndex((person) => person.index === hit?.index);
  let unknownLeft = unknown;
  let next = 0;
  for (const [at, atMs] of moments.entries()) {
    const left = moments.length - at;
    if (unknownLeft > 0 && context.random.float() < unknownLeft / left) {
      unknownLeft--;
      const stranger = { ...home.person(0), ...strangerOf(context, home) };
      context.signIn(home, refused(attempt(context, method, stranger, atMs), 50034));
      continue;
    }
    const person = order[next] as Person;
    if (next++ === lastTry) letIn(context, args, method, { person, atMs });
    else {
      const error = context.random.chance(0.02) ? 50053 : 50126;
      context.signIn(home, refused(attempt(context, method, person, atMs), error));
    }
  }
  context.nowMs += overMs;
};

/**
 * A spray below every threshold.
 *
 * All shares are of tries: `fresh` come from new addresses, the others from `hosts`; `overlap` use
 * a common client of people here, the others the intruder's own. `successes` is the number of
 * people whose password is guessed at last; a second factor protects them.
 */
export const spraySlowly: Verb = (context, args) => {
  const { people, home } = args.people('people');
  const overMs = args.duration('over');
  const perWeek = args.decimal('per-week');
  const [fresh, overlap] = [args.share('fresh', 1), args.share('overlap', 1)];
  const hosts = args.pool('hosts');
  const own = args.client('client', 'commandLine');
  const hit = new Set(people.slice(0, args.integer('successes', 0)));
  const unknown = args.integer('unknown-names', 0);
  const tries = people.flatMap((person) => {
    const wanted = (perWeek * overMs) / WEEK_MS;
    const whole = Math.floor(wanted) + (context.random.chance(wanted % 1) ? 1 : 0);
    // A person to be hit gets at least one try.
    return Array.from({ length: Math.max(whole, hit.has(person) ? 1 : 0) }, () => person);
  });
  const strangers = Array.from({ length: unknown }, () => undefined);
  const order = shuffle(context, [...tries, ...strangers]);
  const last = new Map(order.map((person, at) => [person, at]));
  for (const [at, atMs] of momentsIn(context, order.length, overMs).entries()) {
    const person = order[at];
    const isLike = context.random.chance(overlap);
    const client = isLike ? browserOf(home.person(context.random.int(0, home.size))) : own;
    const pool = context.random.chance(fresh) ? 'fresh' : hosts;
    const method: GuessMethod = { home, flow: 'browser', pool, client };
    if (person === undefined) {
      const stranger = { ...home.person(0), ...strangerOf(context, home) };
      context.signIn(home, refused(attempt(context, method, stranger, atMs), 50034));
    } else if (hit.has(person) && last.get(person) === at) {
      context.signIn(home, refused(attempt(context, method, person, atMs), 50076));
      knowsPassword(context, home, person);
    } else context.signIn(home, refused(attempt(context, method, person, atMs), 50126));
  }
  context.nowMs += overMs;
};

function strangerOf(
  context: ScenarioContext,
  home: Population,
): Pick<Person, 'upn' | 'displayName'> {
  const name = context.random.pick(['admin', 'test', 'info', 'scan', 'backup', 'sales', 'j.smith']);
  return { upn: `${name}${context.random.int(1, 99)}@${home.tenant.domain}`, displayName: '' };
}

/** Many tries on one account. `hit: true`: the last one is right. */
export const bruteForce: Verb = (context, args) => {
  const { person, home } = args.person('who');
  const way = guessMethodOf(args, home);
  const overMs = args.duration('over');
  const tries = args.integer('tries');
  const isHit = args.is('hit');
  for (const [at, atMs] of momentsIn(context, tries, overMs).entries()) {
    if (isHit && at === tries - 1) {
      letIn(context, args, way, { person, atMs });
      break;
    }
    const error = at >= LOCK_AFTER && context.random.chance(0.35) ? 50053 : 50126;
    context.signIn(home, refused(attempt(context, way, person, atMs), error));
  }
  context.nowMs += overMs;
};

/** The password was right. Whether it suffices depends on the tenant: `needs-factor`. */
function letIn(
  context: ScenarioContext,
  args: StepArguments,
  method: GuessMethod,
  { person, atMs }: { person: Person; atMs: number },
): void {
  const tried = attempt(context, method, person, atMs);
  if (args.is('needs-factor')) {
    context.signIn(method.home, refused(tried, 50076));
    return;
  }
  const sessionId = context.random.guid();
  context.signIn(method.home, { ...tried, sessionId, factors: 1 });
  const { appId, resourceId, requestId } = tried;
  const session = {
    home: method.home,
    account: person,
    sessionId,
    appId,
    resourceId,
    client: method.client,
    pool: method.pool,
    token: { requestId, issuedMs: atMs },
    isForged: false,
  };
  claimSession(context, session, sessionId);
  args.storeResult({ kind: 'session', session });
  knowsPassword(context, method.home, person);
}

function knowsPassword(context: ScenarioContext, home: Population, person: Person): void {
  context.addFoothold(
    {
      kind: 'password',
      tenantId: home.tenant.id,
      objectId: person.objectId,
      detail: `the password of ${person.upn} is known`,
    },
    (responder) => setPassword(context, home, responder, person),
  );
}

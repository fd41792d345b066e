import { type App, DOMAIN, type Person, START_MS } from './company.ts';
import type { Life } from './days.ts';
import { type Change, recordDirectory } from './directory.ts';
import { recordBind, recordCmdlet, type Token } from './exchange.ts';
import {
  AZURE_PORTAL,
  DIRECTORY,
  EXCHANGE,
  GRAPH,
  MICROSOFT_OFFICE,
  OUTLOOK_WEB,
} from './first-party.ts';
import { recordAppSignIn, recordSignIn, type SignIn } from './sign-in.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Rented in four countries. No address tries twice in an hour. */
const SPRAY_IPS = ['192.0.2.31', '192.0.2.87', '192.0.2.142', '192.0.2.203', '203.0.113.211'];
const HANDS_IP = '192.0.2.66';
const NIGHT_IPS = ['192.0.2.118', '192.0.2.171'];
const GUESSED = ['info', 'admin', 'reception', 'j.smith', 'accounts', 'scanner', 'test'];
const SPRAY_NIGHTS = [2, 3, 4, 5];
const HIT_NIGHT = 5;
/** On this night one person's password was guessed, and the second factor stopped the attack. */
const HELD_NIGHT = 4;
const HANDS_DAY = 7;
const READ_NIGHTS: ReadonlyMap<number, readonly string[]> = new Map([
  [8, ['Vivian Castellan', 'Noor Rahimi']],
  [9, ['Marianne Holt', 'Desmond Achterberg']],
  [11, ['Bram Oosthuizen']],
  [12, ['Marianne Holt', 'Theo Marsh']],
]);

/** On this night one mailbox is read until the suite stops recording. */
const GREEDY_NIGHT = 10;
const GREEDY_OWNER = 'Vivian Castellan';
const GREEDY_STEP_MS = 11_000;
/** After this many records in a day, the suite stops recording reads of a mailbox. */
const THROTTLE_AFTER = 1000;

export type Intrusion = { night(day: number): void };

/** The data contains no mark of the attack; `content/sample/README.md` describes it. */
export function intrusion(life: Life): Intrusion {
  const greedyMs = startOfNight(GREEDY_NIGHT);
  const throttledMs = greedyMs + THROTTLE_AFTER * GREEDY_STEP_MS;
  const owner = called(life, GREEDY_OWNER);
  life.mail.throttled.push({ owner, fromMs: throttledMs, toMs: throttledMs + DAY_MS });
  const keyId = life.random.guid();
  return {
    night(day) {
      if (SPRAY_NIGHTS.includes(day)) sprayPasswords(life, day);
      if (day === HANDS_DAY) takeOverApplication(life, keyId);
      for (const name of READ_NIGHTS.get(day) ?? [])
        readQuietly(life, day, called(life, name), keyId);
      if (day === GREEDY_NIGHT) emptyMailbox(life, owner, keyId);
    },
  };
}

function called({ company }: Life, name: string): Person {
  const person = company.people.find((p) => p.name === name);
  if (person === undefined) throw new Error(`no person is named ${name}`);
  return person;
}

function startOfNight(day: number): number {
  return START_MS + day * DAY_MS + HOUR_MS;
}

function sprayPasswords(life: Life, night: number): void {
  const { random, company } = life;
  const startMs = startOfNight(night) - 30 * MINUTE_MS;
  const strangers = GUESSED.map((name) => ({ ...company.scanner, upn: `${name}@${DOMAIN}` }));
  for (const [i, person] of [...company.people, ...strangers].entries()) {
    if (random.chance(0.2)) continue;
    const isStranger = i >= company.people.length;
    attempt(life, {
      atMs: startMs + i * 5 * MINUTE_MS + random.between(0, 4 * MINUTE_MS),
      person,
      ip: SPRAY_IPS[(i + night) % SPRAY_IPS.length] as string,
      error: isStranger ? 50034 : random.chance(0.02) ? 50053 : 50126,
    });
  }
  if (night === HELD_NIGHT) {
    const atMs = startMs + 264 * MINUTE_MS;
    attempt(life, {
      atMs,
      person: called(life, 'Tomasz Wrona'),
      ip: SPRAY_IPS[1] as string,
      error: 50076,
    });
  }
  attempt(life, {
    atMs: startMs + 132 * MINUTE_MS,
    person: company.scanner,
    ip: SPRAY_IPS[3] as string,
    error: night === HIT_NIGHT ? 0 : 50126,
  });
}

function attempt(
  { journal, random }: Life,
  guess: Pick<SignIn, 'atMs' | 'person' | 'ip' | 'error'>,
): void {
  recordSignIn(journal, random, {
    ...guess,
    appId: MICROSOFT_OFFICE,
    resourceId: DIRECTORY,
    client: 'Script',
    device: 'none',
    kind: 'interactiveUser',
    protocol: 'ropc',
    sessionId: random.guid(),
    tokenId: random.tokenId(),
    factors: 1,
  });
}

/** Manually, in one evening session: a key for a forgotten application, rights, and a rule. */
function takeOverApplication(life: Life, keyId: string): void {
  const { journal, random, company } = life;
  const { scanner } = company;
  const app = company.apps.archive;
  const startMs = START_MS + HANDS_DAY * DAY_MS + 21 * HOUR_MS + 6 * MINUTE_MS;
  const sessionId = random.guid();
  const visit = {
    person: scanner,
    ip: HANDS_IP,
    client: 'Windows10',
    device: 'none',
    protocol: 'oAuth2',
    sessionId,
    error: 0,
    factors: 1,
  } as const;
  recordSignIn(journal, random, {
    ...visit,
    atMs: startMs,
    kind: 'interactiveUser',
    appId: AZURE_PORTAL,
    resourceId: GRAPH,
    tokenId: random.tokenId(),
  });
  changeApplication(life, app, startMs + 8 * MINUTE_MS, keyId);
  const tokenId = random.tokenId();
  const issuedMs = startMs + 24 * MINUTE_MS;
  recordSignIn(journal, random, {
    ...visit,
    atMs: issuedMs,
    kind: 'nonInteractiveUser',
    appId: OUTLOOK_WEB,
    resourceId: EXCHANGE,
    tokenId,
  });
  recordCmdlet(journal, random, {
    atMs: issuedMs + 3 * MINUTE_MS,
    cmdlet: 'New-InboxRule',
    person: scanner,
    objectId: 'scanops\\.',
    parameters: {
      AlwaysDeleteOutlookRulesBlob: 'False',
      Force: 'False',
      Name: '.',
      SubjectOrBodyContainsWords: 'consent;credential;application;sign-in',
      DeleteMessage: 'True',
      StopProcessingRules: 'True',
    },
    token: { sessionId, tokenId, issuedMs, appId: OUTLOOK_WEB, ip: HANDS_IP },
  });
}

function changeApplication(
  { journal, random, company }: Life,
  app: App,
  atMs: number,
  keyId: string,
): void {
  const act = { person: company.scanner, ip: HANDS_IP };
  const key = (id: string, name: string): string =>
    `[KeyIdentifier=${id},KeyType=Password,KeyUsage=Verify,DisplayName=${name}]`;
  const before = [key(app.keyId, 'archive')];
  const graphId = random.guid();
  const names: Change[] = [
    { name: 'ServicePrincipal.ObjectID', old: '', new: app.servicePrincipalId },
    { name: 'ServicePrincipal.DisplayName', old: '', new: app.name },
    { name: 'ServicePrincipal.AppId', old: '', new: app.appId },
    {
      name: 'TargetId.ServicePrincipalNames',
      old: '',
      new: `${GRAPH};https://graph.microsoft.com`,
    },
  ];
  recordDirectory(journal, random, {
    ...act,
    atMs,
    operation: 'Update application \u2013 Certificates and secrets management ',
    category: 'Application',
    target: { kind: 'Application', app },
    changes: [
      {
        name: 'KeyDescription',
        old: JSON.stringify(before, null, 2),
        new: JSON.stringify([...before, key(keyId, 'sync')], null, 2),
      },
      { name: 'Included Updated Properties', old: '', new: 'KeyDescription' },
    ],
  });
  recordDirectory(journal, random, {
    ...act,
    atMs: atMs + 5 * MINUTE_MS,
    operation: 'Add app role assignment to service principal.',
    category: 'ServicePrincipal',
    target: { kind: 'ServicePrincipal', app },
    changes: [
      { name: 'AppRole.Id', old: '', new: '810c84a8-4a9e-49e6-bf7d-12d183f40d01' },
      { name: 'AppRole.Value', old: '', new: 'Mail.Read' },
      { name: 'AppRole.DisplayName', old: '', new: 'Read mail in all mailboxes' },
      ...names,
    ],
  });
  recordDirectory(journal, random, {
    ...act,
    atMs: atMs + 6 * MINUTE_MS,
    operation: 'Consent to application.',
    category: 'ServicePrincipal',
    target: { kind: 'ServicePrincipal', app },
    changes: [
      { name: 'ConsentContext.IsAdminConsent', old: '', new: 'True' },
      { name: 'ConsentContext.IsAppOnly', old: '', new: 'True' },
      { name: 'ConsentContext.OnBehalfOfAll', old: '', new: 'True' },
      {
        name: 'ConsentAction.Permissions',
        old: '',
        new:
          `[] => [[Id: ${random.word(22)}, ClientId: ${app.servicePrincipalId}, PrincipalId: , ` +
          `ResourceId: ${graphId}, ConsentType: AllPrincipals, Scope: Mail.Read User.Read.All]]; `,
      },
      { name: 'TargetId.ServicePrincipalNames', old: '', new: app.appId },
    ],
  });
}

function signInAsApp({ journal, random, company }: Life, atMs: number, keyId: string): Token {
  const app = company.apps.archive;
  const ip = random.pick(NIGHT_IPS);
  const tokenId = random.tokenId();
  recordAppSignIn(journal, random, { atMs, app, ip, keyId, resourceId: GRAPH, tokenId });
  return { sessionId: undefined, tokenId, issuedMs: atMs, appId: app.appId, ip };
}

function readQuietly(life: Life, night: number, owner: Person, keyId: string): void {
  const { journal, random, company, mail } = life;
  const startMs = startOfNight(night) + random.between(0, 90) * MINUTE_MS;
  const token = signInAsApp(life, startMs, keyId);
  const reader = { kind: 'app', app: company.apps.archive } as const;
  for (let i = random.between(14, 26); i > 0; i--) {
    const messages = mail.read(owner, random.between(1, 3), 120);
    const atMs = startMs + i * random.between(100, 140) * 1000;
    const folder = random.pick(['Inbox', 'Inbox', 'Sent Items']);
    recordBind(journal, random, { reader, owner, token, atMs, messages, folder });
  }
}

function emptyMailbox(life: Life, owner: Person, keyId: string): void {
  const { journal, random, company, mail } = life;
  const startMs = startOfNight(GREEDY_NIGHT);
  const reader = { kind: 'app', app: company.apps.archive } as const;
  let token = signInAsApp(life, startMs - 4000, keyId);
  for (let i = 0; i <= THROTTLE_AFTER; i++) {
    const atMs = startMs + i * GREEDY_STEP_MS;
    if (atMs - token.issuedMs > HOUR_MS) token = signInAsApp(life, atMs - 2000, keyId);
    recordBind(journal, random, {
      reader,
      owner,
      token,
      atMs,
      messages: mail.read(owner, 1, 1000),
      folder: 'Inbox',
      isThrottled: i === THROTTLE_AFTER,
    });
  }
}

import { type App, DAY_COUNT, OFFICE_IP, type Person, START_MS } from './company.ts';
import type { Life } from './days.ts';
import { recordDirectory, recordDirectoryAudit } from './directory.ts';
import { recordBind, recordCmdlet, type Token } from './exchange.ts';
import { EXCHANGE, EXCHANGE_POWERSHELL, GRAPH, OUTLOOK_WEB } from './first-party.ts';
import { recordAppSignIn, recordSignIn } from './sign-in.ts';
import { recordAlert } from './teams.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * Background activity of the company: its administrators, its applications, and the vendor's
 * services.
 */
export function playHousekeeping(life: Life): void {
  for (let day = 0; day < DAY_COUNT; day++) {
    const startMs = START_MS + day * DAY_MS;
    runVendorTasks(life, startMs);
    runApps(life, startMs, day);
    if (day % 7 < 5) administer(life, startMs, day);
    if (day % 7 < 5) updateSecurityInfo(life, startMs);
  }
  raiseAlerts(life);
}

/** In a real tenant, nine of ten cmdlets are the data center's own. */
function runVendorTasks({ journal, random, company }: Life, startMs: number): void {
  for (let i = random.between(12, 22); i > 0; i--) {
    const owner = random.pick(company.people);
    const cmdlet = random.pick(['Set-Mailbox', 'Set-Mailbox', 'Set-MailUser', 'Set-MailboxPlan']);
    recordCmdlet(journal, random, {
      atMs: startMs + random.between(0, DAY_MS - 1),
      cmdlet,
      person: 'system',
      objectId: owner.mailboxGuid,
      parameters: { Identity: owner.mailboxGuid, DomainController: 'LO4P123A001DC01' },
    });
  }
}

function runApps(life: Life, startMs: number, day: number): void {
  const { crm, backup, payroll, archive } = life.company.apps;
  appReads(life, crm, startMs, day);
  signIn(life, backup, startMs + 2 * HOUR_MS, GRAPH);
  if (day % 7 === 4) signIn(life, payroll, startMs + 9 * HOUR_MS, GRAPH);
  if (day % 7 === 1) signIn(life, archive, startMs + 5 * HOUR_MS, EXCHANGE);
}

function signIn(life: Life, app: App, aroundMs: number, resourceId: string): Token {
  const { journal, random } = life;
  const atMs = aroundMs + random.between(0, 90_000);
  const tokenId = random.tokenId();
  recordAppSignIn(journal, random, {
    atMs,
    app,
    ip: app.ip,
    keyId: app.keyId,
    resourceId,
    tokenId,
  });
  return { sessionId: undefined, tokenId, issuedMs: atMs, appId: app.appId, ip: app.ip };
}

/** The customer database legitimately reads the sales people's mail three times a day. */
function appReads(life: Life, app: App, startMs: number, day: number): void {
  const { journal, random, company, mail } = life;
  if (day % 7 > 4) return;
  const sales = company.people.filter((p) => p.department === 'Sales');
  for (const hour of [6, 12, 18]) {
    const token = signIn(life, app, startMs + hour * HOUR_MS, EXCHANGE);
    for (const owner of sales) {
      const atMs = token.issuedMs + random.between(5000, 400_000);
      const messages = mail.read(owner, random.between(1, 4), 20);
      const reader = { kind: 'app', app } as const;
      recordBind(journal, random, { reader, owner, token, atMs, messages, folder: 'Inbox' });
    }
  }
}

function administer(life: Life, startMs: number, day: number): void {
  const { journal, random, company } = life;
  const admin = random.pick(company.people.filter((p) => p.department === 'IT'));
  const act = { person: admin, ip: OFFICE_IP };
  const at = (): number => startMs + random.between(9 * HOUR_MS, 16 * HOUR_MS);
  for (let i = random.between(2, 6); i > 0; i--) {
    const person = random.pick(company.people);
    recordDirectory(journal, random, {
      ...act,
      atMs: at(),
      operation: random.pick([
        'Update user.',
        'Update user.',
        'Reset user password.',
        'Update device.',
      ]),
      category: 'User',
      target: { kind: 'User', person },
      changes: [{ name: 'Included Updated Properties', old: '', new: 'TelephoneNumber' }],
    });
  }
  recordDirectory(journal, random, {
    ...act,
    atMs: at(),
    operation: 'Add member to group.',
    category: 'Group',
    target: { kind: 'User', person: random.pick(company.people) },
    changes: [{ name: 'Group.DisplayName', old: '', new: random.pick(company.teams).name }],
  });
  if (day === 2) rotateKey(life, admin, startMs + 10 * HOUR_MS);
  const token = startSession(life, admin, startMs + 9 * HOUR_MS, EXCHANGE_POWERSHELL);
  for (let i = random.between(1, 4); i > 0; i--) {
    const owner = random.pick(company.people);
    const cmdlet = random.pick(['Set-Mailbox', 'Set-CASMailbox', 'Add-MailboxFolderPermission']);
    recordCmdlet(journal, random, {
      atMs: at(),
      cmdlet,
      person: admin,
      objectId: owner.mailboxGuid,
      parameters: {
        Identity: owner.upn,
        ...(cmdlet === 'Set-Mailbox' ? { RetainDays: '30' } : {}),
      },
      token,
    });
  }
  if (day === 1 || day === 8) ownRule(life, random.pick(company.people.slice(8, 20)), at());
}

/** An administrator renews the payroll application's yearly key, in working hours. */
function rotateKey({ journal, random, company }: Life, admin: Person, atMs: number): void {
  const app = company.apps.payroll;
  const key = (id: string): string =>
    `[KeyIdentifier=${id},KeyType=Password,KeyUsage=Verify,DisplayName=Payroll 2026]`;
  recordDirectory(journal, random, {
    atMs,
    operation: 'Update application \u2013 Certificates and secrets management ',
    category: 'Application',
    person: admin,
    ip: OFFICE_IP,
    target: { kind: 'Application', app },
    changes: [
      { name: 'KeyDescription', old: '[]', new: JSON.stringify([key(app.keyId)], null, 2) },
      { name: 'Included Updated Properties', old: '', new: 'KeyDescription' },
    ],
  });
}

function ownRule(life: Life, person: Person, atMs: number): void {
  const { journal, random } = life;
  recordCmdlet(journal, random, {
    atMs,
    cmdlet: 'New-InboxRule',
    person,
    objectId: `${person.upn.split('@')[0]}\\Newsletters`,
    parameters: {
      Name: 'Newsletters',
      SubjectContainsWords: 'newsletter',
      MoveToFolder: 'Newsletters',
      StopProcessingRules: 'False',
    },
    token: startSession(life, person, atMs - HOUR_MS, OUTLOOK_WEB),
  });
}

/** A separate session for acts outside the desk session. */
function startSession(
  { journal, random }: Life,
  person: Person,
  atMs: number,
  appId: string,
): Token {
  const sessionId = random.guid();
  const tokenId = random.tokenId();
  recordSignIn(journal, random, {
    atMs,
    person,
    ip: OFFICE_IP,
    appId,
    resourceId: EXCHANGE,
    client: person.os,
    device: 'managed',
    kind: 'interactiveUser',
    protocol: 'oAuth2',
    sessionId,
    tokenId,
    error: 0,
    factors: 2,
  });
  return { sessionId, tokenId, issuedMs: atMs, appId, ip: OFFICE_IP };
}

function updateSecurityInfo(life: Life, startMs: number): void {
  const { journal, random, company } = life;
  const act = { ip: OFFICE_IP, category: 'UserManagement' };
  for (let i = random.between(3, 7); i > 0; i--) {
    recordDirectoryAudit(journal, random, {
      ...act,
      atMs: startMs + random.between(8 * HOUR_MS, 17 * HOUR_MS),
      activity: random.pick(['User reviewed security info', 'User registered security info']),
      service: 'Authentication Methods',
      operationType: 'Update',
      person: random.pick(company.people),
      reason: 'User was asked to review the methods',
    });
  }
  const admin = random.pick(company.people.filter((p) => p.department === 'IT'));
  recordDirectoryAudit(journal, random, {
    ...act,
    atMs: startMs + 9 * HOUR_MS + random.between(0, HOUR_MS),
    activity: 'Add member to role completed (PIM activation)',
    category: 'RoleManagement',
    service: 'PIM',
    operationType: 'Add',
    person: admin,
    reason: 'Daily administration',
    details: { RoleDefinitionName: 'User Administrator', JustificationRequired: 'true' },
  });
}

function raiseAlerts({ journal, random, company }: Life): void {
  const names = [
    'Messages containing malicious URL removed after delivery',
    'Email reported by user as junk',
    'Unusual volume of external file sharing',
    'Creation of forwarding/redirect rule',
  ];
  for (let i = 0; i < 11; i++) {
    recordAlert(journal, random, {
      atMs: START_MS + random.between(0, DAY_COUNT - 1) * DAY_MS + random.between(8, 18) * HOUR_MS,
      name: random.pick(names),
      category: 'ThreatManagement',
      severity: random.pick(['Low', 'Low', 'Medium']),
      entity: random.pick(company.people).upn,
    });
  }
}

import { type Company, DAY_COUNT, OFFICE_IP, type Person, START_MS } from './company.ts';
import { type MailClient, recordBind, recordMessage, recordSync, type Token } from './exchange.ts';
import { recordFile, recordSharing, someFile } from './files.ts';
import {
  EXCHANGE,
  MICROSOFT_OFFICE,
  OFFICE_HOME,
  ONEDRIVE_SYNC,
  OUTLOOK_MOBILE,
  OUTLOOK_WEB,
  SHAREPOINT_ONLINE,
  TEAMS,
} from './first-party.ts';
import type { Journal } from './journal.ts';
import type { Mailboxes } from './mail.ts';
import type { SeededRandom } from './random.ts';
import { recordSignIn } from './sign-in.ts';
import { recordTeams } from './teams.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export type Life = {
  readonly journal: Journal;
  readonly random: SeededRandom;
  readonly company: Company;
  readonly mail: Mailboxes;
};

/** One person at one device for one day: a session, and a token for each service. */
type WorkSession = {
  readonly person: Person;
  readonly startMs: number;
  readonly hours: number;
  readonly ip: string;
  readonly client: Person['os'] | 'Ios';
  readonly sessionId: string;
  readonly tokens: Map<string, Token>;
};

/** One person is on leave and one travels: unusual activity is not always an attack. */
const ON_LEAVE = 'Petra Nowak';
const TRAVELER = 'Rupert Hale';
const TRAVEL_DAYS = [8, 9, 10];
const HOTEL_IP = '2001:db8:a1:4::1c';

/** `beforeWork` plays the nights. Mail that it reads has arrived by then. */
export function liveOrdinaryDays(life: Life, beforeWork: (day: number) => void): void {
  const { company, random, mail } = life;
  const phones = new Map(company.people.map((p) => [p, random.guid()]));
  for (const person of company.people) {
    for (let i = 0; i < 60; i++) mail.deliver(person, mail.compose());
  }
  for (let day = 0; day < DAY_COUNT; day++) {
    const isWorkday = day % 7 < 5;
    beforeWork(day);
    for (const person of company.people) {
      const arrivals = random.often(isWorkday ? 14 * person.diligence : 3);
      for (let i = 0; i < arrivals; i++) mail.deliver(person, mail.compose());
      const isAway = (person.name === ON_LEAVE && day > 6) || random.chance(0.06);
      if (isWorkday && !isAway) work(life, person, day);
      if (person.hasPhone) checkPhone(life, person, day, phones.get(person) as string);
    }
  }
}

function work(life: Life, person: Person, day: number): void {
  const { random } = life;
  const isTraveling = person.name === TRAVELER && TRAVEL_DAYS.includes(day);
  const place = random.chance(0.35) ? person.homeIp : OFFICE_IP;
  const sitting: WorkSession = {
    person,
    startMs: START_MS + day * DAY_MS + Math.round((person.startHour + random.next()) * HOUR_MS),
    hours: 6.5 + random.next() * 2.5,
    ip: isTraveling ? HOTEL_IP : place,
    client: person.os,
    sessionId: random.guid(),
    tokens: new Map(),
  };
  signInAtComputer(life, sitting);
  workOnMail(life, sitting);
  workOnFiles(life, sitting);
  talk(life, sitting);
}

function signInAtComputer(life: Life, s: WorkSession): void {
  const { random, journal } = life;
  const base = { person: s.person, ip: s.ip, client: s.client, device: 'managed' } as const;
  const interactive = {
    ...base,
    appId: OFFICE_HOME,
    resourceId: EXCHANGE,
    kind: 'interactiveUser',
    protocol: 'oAuth2',
    sessionId: s.sessionId,
    factors: 2,
  } as const;
  const signIn = (atMs: number, error: number): void =>
    recordSignIn(journal, random, { ...interactive, atMs, tokenId: random.tokenId(), error });
  if (random.chance(0.06)) signIn(s.startMs - 20_000, 50126);
  if (random.chance(0.04)) signIn(s.startMs - 5000, 50140);
  signIn(s.startMs, 0);
  renew(life, s, [MICROSOFT_OFFICE, SHAREPOINT_ONLINE, TEAMS], s.startMs + 15_000);
}

/** Tokens are renewed without the person. Later records name the newest token. */
function renew(life: Life, s: WorkSession, services: readonly string[], atMs: number): void {
  for (const [i, service] of services.entries()) {
    const issuedMs = atMs + i * life.random.between(2000, 40_000);
    const resourceId =
      service === MICROSOFT_OFFICE || service === OUTLOOK_MOBILE ? EXCHANGE : service;
    const appId = service === SHAREPOINT_ONLINE ? MICROSOFT_OFFICE : service;
    const tokenId = life.random.tokenId();
    s.tokens.set(service, { sessionId: s.sessionId, tokenId, issuedMs, appId, ip: s.ip });
    recordSignIn(life.journal, life.random, {
      atMs: issuedMs,
      person: s.person,
      ip: s.ip,
      appId,
      resourceId,
      client: s.client,
      device: s.client === 'Ios' ? 'phone' : 'managed',
      kind: 'nonInteractiveUser',
      protocol: 'oAuth2',
      sessionId: s.sessionId,
      tokenId,
      error: 0,
      factors: 2,
    });
  }
}

function tokenOf(s: WorkSession, service: string): Token {
  return s.tokens.get(service) as Token;
}

/** Moments of a working day, in order, without the lunch hour. */
function moments(random: SeededRandom, s: WorkSession, mean: number): number[] {
  const all = Array.from({ length: random.often(mean) }, () => {
    const at = random.next() * s.hours;
    return s.startMs + 120_000 + Math.round((at > 4 ? at + 0.8 : at) * HOUR_MS);
  });
  return all.sort((a, b) => a - b);
}

function workOnMail(life: Life, s: WorkSession): void {
  const { random, journal, mail, company } = life;
  const token = tokenOf(s, MICROSOFT_OFFICE);
  const client: MailClient = s.person.hasOutlook ? 'outlook' : 'web';
  const reader = { kind: 'person', person: s.person, client } as const;
  const act = { reader, owner: s.person, token };
  if (s.person.hasOutlook) {
    for (const folder of ['Inbox', 'Sent Items']) {
      recordSync(journal, random, { ...act, atMs: s.startMs + 90_000, folder });
    }
  }
  for (const atMs of moments(random, s, 5.5 * s.person.diligence)) {
    if (!mail.isRecorded(s.person, atMs)) continue;
    const messages = mail.read(s.person, random.between(1, 4), 25);
    recordBind(journal, random, { ...act, atMs, messages, folder: 'Inbox' });
  }
  for (const atMs of moments(random, s, 2.6 * s.person.diligence)) {
    const message = mail.compose();
    for (let i = random.between(1, 4); i > 0; i--)
      mail.deliver(random.pick(company.people), message);
    recordMessage(journal, random, { ...act, atMs, operation: 'Send', message, folder: 'Drafts' });
  }
  for (const atMs of moments(random, s, 1.7 * s.person.diligence)) {
    const [message] = mail.read(s.person, 1, 60);
    if (message === undefined) continue;
    const operation = random.pick([
      'MoveToDeletedItems',
      'MoveToDeletedItems',
      'SoftDelete',
      'Move',
    ]);
    recordMessage(journal, random, { ...act, atMs, operation, message, folder: 'Inbox' });
  }
}

const FILE_OPERATIONS = [
  'FileAccessed',
  'FileAccessed',
  'FileAccessed',
  'FileModified',
  'FileModified',
  'FilePreviewed',
  'FileDownloaded',
  'FileUploaded',
  'FileSyncDownloadedFull',
  'FileSyncUploadedFull',
  'FileRenamed',
  'FileRecycled',
];

function workOnFiles(life: Life, s: WorkSession): void {
  const { random, journal, company } = life;
  const token = tokenOf(s, SHAREPOINT_ONLINE);
  const act = { person: s.person, token, client: s.client };
  for (const atMs of moments(random, s, 8 * s.person.diligence)) {
    const operation = random.pick(FILE_OPERATIONS);
    const file = someFile(random, company, s.person);
    const sync = operation.startsWith('FileSync') ? { ...token, appId: ONEDRIVE_SYNC } : token;
    recordFile(journal, random, { ...act, token: sync, atMs, operation, file });
  }
  if (!random.chance(0.25)) return;
  const file = someFile(random, company, s.person);
  const atMs = s.startMs + random.between(1, 5) * HOUR_MS;
  const isGuest = random.chance(0.2);
  const operation = isGuest
    ? 'SharingInvitationCreated'
    : random.pick(['SharingSet', 'CompanyLinkCreated']);
  recordSharing(journal, random, {
    ...act,
    atMs,
    operation,
    file,
    eventData: '<Type>Edit</Type><MembersCanShareApplied>False</MembersCanShareApplied>',
    target: isGuest
      ? { name: `surveyor${random.between(1, 9)}@harbourtrust.example`, kind: 'Guest' }
      : { name: random.pick(company.people).upn, kind: 'Member' },
  });
}

function talk(life: Life, s: WorkSession): void {
  const { random, journal, company } = life;
  const act = { person: s.person, token: tokenOf(s, TEAMS) };
  recordTeams(journal, random, company, {
    ...act,
    atMs: s.startMs + 60_000,
    operation: 'TeamsSessionStarted',
  });
  for (const atMs of moments(random, s, 3 * s.person.diligence)) {
    const operation = random.pick([
      'MessageSent',
      'MessageSent',
      'MessageSent',
      'ReactedToMessage',
    ]);
    recordTeams(journal, random, company, { ...act, atMs, operation });
  }
  if (random.chance(0.02)) {
    const atMs = s.startMs + 2 * HOUR_MS;
    recordTeams(journal, random, company, { ...act, atMs, operation: 'MemberAdded' });
  }
}

/** The phone: one session for both weeks, with mail in the evening and at weekends. */
function checkPhone(life: Life, person: Person, day: number, sessionId: string): void {
  const { random, journal, mail } = life;
  if (!random.chance(day % 7 < 5 ? 0.7 : 0.35)) return;
  const startMs = START_MS + day * DAY_MS + Math.round((18 + random.next() * 3.5) * HOUR_MS);
  const tokens = new Map<string, Token>();
  const s: WorkSession = {
    person,
    startMs,
    hours: 1,
    ip: person.phoneIp,
    client: 'Ios',
    sessionId,
    tokens,
  };
  renew(life, s, [OUTLOOK_MOBILE], startMs);
  const reader = { kind: 'person', person, client: 'mobile' } as const;
  const token = tokenOf(s, OUTLOOK_MOBILE);
  for (let i = random.between(1, 3); i > 0; i--) {
    const atMs = startMs + i * 150_000;
    if (!mail.isRecorded(person, atMs)) continue;
    const messages = mail.read(person, random.between(1, 3), 10);
    recordBind(journal, random, { reader, owner: person, token, atMs, messages, folder: 'Inbox' });
  }
}

/** Once a week, a person opens a shared link in an unmanaged browser. */
export function playUnusualDays(life: Life): void {
  const { random, journal, company } = life;
  for (let day = 0; day < DAY_COUNT; day += 3) {
    const person = random.pick(company.people);
    recordSignIn(journal, random, {
      atMs: START_MS + day * DAY_MS + 20 * HOUR_MS,
      person,
      ip: person.homeIp,
      appId: OUTLOOK_WEB,
      resourceId: EXCHANGE,
      client: 'Windows10',
      device: 'none',
      kind: 'interactiveUser',
      protocol: 'oAuth2',
      sessionId: random.guid(),
      tokenId: random.tokenId(),
      error: random.chance(0.5) ? 50126 : 0,
      factors: 2,
    });
  }
}

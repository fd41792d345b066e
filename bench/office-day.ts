import type { TenantId } from '@countersign/core';
import { blank as blankEvent } from '@countersign/ocsf';
import type { EventRow } from '../apps/countersign/src/store/rows/event-row.ts';
import { SeededRandom } from '../tools/sample/random.ts';

export const DAY_MS = 86_400_000;
/** A Monday. */
export const START_MS: number = Date.UTC(2026, 1, 2);

const TENANT = '3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21' as TenantId;
const BROWSER_APP = '4765445b-32c6-49b0-83e6-1d93765276ca';
const MAIL_APP = 'd3590ed6-52b3-4102-aeff-aad2292ab01c';
const MINUTE_MS = 60_000;
/** On this day, this many attacked accounts are compromised. */
const HIT_DAY = 25;
const HITS = 20;

type Event = Partial<EventRow['event']> & { readonly timeMs: number };
type SourcedEvent = { readonly source: string; readonly event: Event };

/**
 * One day of a company of any size as rows in the store: sign-ins, read mail, downloaded files,
 * received messages. Six rows per person at work. One person in fifty is attacked once a week.
 * Sign-ins come first, and everything is in time order, as after compaction.
 */
export function* officeDay(people: number, day: number, fromIndex: number): Generator<EventRow> {
  const kinds = [signInsOf, activitiesOf, mailOf];
  let index = fromIndex;
  for (const kind of kinds) {
    for (let person = 0; person < people; person++) {
      // The same people in each kind: each is either at work or not.
      if (!isAtWork(person, day)) continue;
      const random = new SeededRandom(person * 367 + day * 7 + kinds.indexOf(kind));
      for (const made of kind(person, day, () => random.next(), people)) {
        yield rowOf(index++, made);
      }
    }
  }
}

function isAtWork(person: number, day: number): boolean {
  const draw = new SeededRandom(person * 31 + day).next();
  return day % 7 >= 5 ? draw < 0.05 : draw < 0.95;
}

function rowOf(index: number, { source, event }: SourcedEvent): EventRow {
  return {
    ...{ index, entries: [index], tenant: TENANT, action: `=${index}`, seenMs: event.timeMs },
    ...{ source, erased: false },
    event: { ...blankEvent(), statusId: 1, actorType: 1, ...event },
  };
}

type Kind = (person: number, day: number, random: () => number, people: number) => SourcedEvent[];

const signInsOf: Kind = (person, day, random, people) => {
  const place = placeOf(person, random);
  const at = timeIn(day, random);
  const shared = {
    ...who(person),
    ...{ classUid: 3002, activityId: 1, appUid: BROWSER_APP, deviceUid: guid(7, person) },
    sessionUid: sessionOf(person, day),
    userAgent: agentOf(person, day),
  };
  const asked = { ...shared, ...place, signInType: 'interactiveUser' };
  const renewed = { ...shared, ...place, appUid: MAIL_APP, signInType: 'nonInteractiveUser' };
  const wrong = { ...asked, statusId: 2, statusCode: '50126' };
  const events: Event[] = [
    { ...asked, statusCode: '0', isMfa: random() < 0.3 ? 1 : 0, timeMs: at },
    { ...renewed, statusCode: '0', timeMs: at + 70 * MINUTE_MS },
  ];
  if (random() < 0.04) events.unshift({ ...wrong, timeMs: at - MINUTE_MS });
  if (person % 50 === 0 && day % 7 === (person / 50) % 5) {
    const from = { ip: address(45, random), country: random() < 0.3 ? 'DE' : 'US' };
    const client = random() < 0.3 ? agentOf(person, day) : 'python-requests/2.32';
    events.push({ ...wrong, ...from, userAgent: client, timeMs: timeIn(day, random) });
  }
  if (day === HIT_DAY && person % Math.ceil(people / HITS) === 0) {
    const from = { ip: address(45, random), country: 'US', userAgent: 'python-requests/2.32' };
    events.push({ ...asked, ...from, statusCode: '0', isMfa: 0, timeMs: timeIn(day, random) });
  }
  return events.map((event) => ({ source: 'graph/signIns', event }));
};

const activitiesOf: Kind = (person, day, random) => {
  const shared = {
    ...{ ...who(person), ...placeOf(person, random) },
    sessionUid: sessionOf(person, day),
  };
  const read: Event = {
    ...{ ...shared, classUid: 6001, operation: 'MailItemsAccessed', workload: 'Exchange' },
    ...{ appUid: MAIL_APP, mailbox: shared.actorName, accessType: 'Bind' },
    ...{ itemCount: 1 + Math.floor(random() ** 4 * 200), timeMs: timeIn(day, random) },
  };
  const taken: Event = {
    ...{ ...shared, classUid: 6001, operation: 'FileDownloaded', workload: 'SharePoint' },
    ...{ appUid: BROWSER_APP, object: `https://northmoor.example/${person % 977}.docx` },
    ...{ itemCount: 1 + Math.floor(random() ** 4 * 200), timeMs: timeIn(day, random) },
  };
  return [read, taken].map((event) => ({ source: 'm365.activity/Audit.Exchange', event }));
};

const mailOf: Kind = (person, day, random) => {
  // A few firms write often, many rarely.
  const firm = Math.floor(random() ** 3 * 60_000);
  const message: Event = {
    ...{ classUid: 4009, activityId: 2, actorType: 0, ip: address(51, random) },
    sender: `writer${Math.floor(random() * 9)}@firm${firm}.example`,
    targetName: nameOf(person),
    timeMs: timeIn(day, random),
  };
  const made = [{ source: 'azure-monitor/AdvancedHunting-EmailEvents', event: message }];
  if (random() > 0.1) return made;
  const link = { ...message, activityId: 3, object: `https://firm${firm}.example/offer` };
  return [...made, { source: 'azure-monitor/AdvancedHunting-EmailUrlInfo', event: link }];
};

function who(person: number): Pick<EventRow['event'], 'actorUid' | 'actorName'> {
  return { actorUid: guid(1, person), actorName: nameOf(person) };
}

/** People sign in again each week. */
function sessionOf(person: number, day: number): string {
  return guid(8, person * 64 + Math.floor(day / 7));
}

function nameOf(person: number): string {
  return `person.of${person}@northmoor.example`;
}

function guid(kind: number, n: number): string {
  return `0000000${kind}-0000-4000-8000-${String(n).padStart(12, '0')}`;
}

function timeIn(day: number, random: () => number): number {
  return START_MS + day * DAY_MS + Math.floor((7 + random() * 11) * 60 * MINUTE_MS);
}

const AGENTS = [
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/144.0 Edg/144.0',
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/144.0',
  'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605.1.15',
];

function agentOf(person: number, day: number): string {
  return `${AGENTS[person % 3]} v${Math.floor((day + (person % 11)) / 7)}`;
}

/** At the office, at home, or on the phone, which has another address each time. */
function placeOf(person: number, random: () => number): { ip: string; country: string } {
  const draw = random();
  const country = draw < 0.98 ? 'DE' : 'FR';
  if (draw < 0.55) return { ip: `192.0.2.${person % 200}`, country };
  if (draw < 0.93) {
    return { ip: `10.${person & 255}.${(person >> 8) & 255}.${person >> 16}`, country };
  }
  return { ip: address(172, random), country };
}

function address(first: number, random: () => number): string {
  const byte = (): number => Math.floor(random() * 256);
  return `${first}.${byte()}.${byte()}.${byte()}`;
}

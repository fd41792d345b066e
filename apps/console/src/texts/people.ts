import { formatNumber } from '../kit/text/format-time.ts';

const people = (count: number): string =>
  `${formatNumber(count)} ${count === 1 ? 'principal' : 'principals'}`;

export const caseTexts = {
  hidden: 'People show under pseudonyms.',
  notAllowed: 'Your role shows people under pseudonyms.',
  open: 'State a case to see names',
  active: (name: string, purpose: string) => `Case ${name}: ${purpose}`,
  recorded: 'Each look is an entry of the ledger.',
  end: 'End the case',
  title: 'Why do you look at people?',
  explanation:
    'Until you close this tab, names show, and the ledger records your purpose and case with ' +
    'each look.',
  name: 'Case or ticket',
  namePlaceholder: 'C-1042',
  purpose: 'Purpose',
  purposePlaceholder: 'Investigation of the phishing of 9 March',
  start: 'Start the case',
} as const;

export const peopleTexts = {
  title: 'People',
  looked: (kind: 'user' | 'service' | 'system' | undefined, text: string | undefined) =>
    [
      { user: 'people', service: 'applications', system: 'parts of the suite' }[kind ?? 'user'],
      ...(kind === undefined ? ['and others'] : []),
      text === undefined ? 'that acted' : `named "${text}"`,
    ].join(' '),
  filter: 'Name, address or id',
  kind: 'Kind',
  kinds: { user: 'People', service: 'Applications', system: 'The suite itself', all: 'All kinds' },
  kindOf: { user: 'Person', service: 'Application', system: 'Suite' },
  name: 'Name',
  first: 'First event',
  last: 'Last event',
  also: 'Also known as',
  yes: (count: number, hasMore: boolean) =>
    hasMore ? 'All who acted are in this list.' : `${people(count)} acted in this period.`,
  unknown: 'Cannot tell whether these are all who acted.',
} as const;

export const appsTexts = {
  title: 'Apps',
  looked: (text: string | undefined) =>
    text === undefined ? 'applications that acted or were used' : `applications named "${text}"`,
  filter: 'Name or id',
  name: 'Application',
  events: 'Events',
  first: 'First event',
  last: 'Last event',
  yes: 'These are all applications that acted or were used.',
  unknown: 'Cannot tell whether these are all applications that acted or were used.',
} as const;

export const appTexts = {
  yes: 'The directory and the records of this application are known.',
  no: 'What this application may do and did is not as expected.',
  unknown: 'Cannot tell everything about this application.',
  facts: 'Application',
  id: 'Id',
  enabled: 'Enabled',
  enabledNames: { true: 'yes', false: 'no', null: 'cannot tell' },
  publisher: 'Publisher',
  owners: 'Owners',
  ownersUnknown: 'Cannot tell: owners were not collected.',
  noOwner: 'No owner. No person answers for it.',
  permissions: 'What it may do by itself',
  consents: 'What it may do for people',
  credentials: 'Credentials',
  noDirectory: 'Cannot tell: the collected directory does not list it.',
  none: 'None.',
  on: (permission: string, resource: string) => `${permission} on ${resource}`,
  forAll: 'for all people, by an administrator',
  forOne: (who: string) => `for ${who}`,
  credentialKinds: { secret: 'Secret', certificate: 'Certificate' },
  until: 'valid until',
  noEnd: 'end not stated',
  activity: 'What it did in this period',
  operation: 'Operation',
  workload: 'Service',
  events: 'Events',
  items: 'Items',
  last: 'Last',
  reach: (people: number, mailboxes: number) =>
    `Used by ${formatNumber(people)} people, on ${formatNumber(mailboxes)} mailboxes.`,
  addresses: 'Addresses',
  timeline: 'Its statement',
  notStated: 'not stated',
} as const;

export const searchTexts = {
  title: 'Search',
  prompt: 'Type a name, an address, a session, a reference or an index, such as #3370.',
  short: 'Give at least two characters.',
  looked: (text: string) => `people, apps, addresses, sessions, entries and ids with "${text}"`,
  yes: (text: string) => `All that the ledger knows of "${text}".`,
  unknown: (text: string) => `Cannot tell whether this is all about "${text}".`,
  kind: 'Kind',
  what: 'What',
  events: 'Events',
  last: 'Last event',
  kinds: {
    person: 'Principal',
    app: 'Application',
    address: 'Address',
    session: 'Session',
    entry: 'Entry',
    decision: 'Decision',
    pass: 'Pass',
    finding: 'Finding',
  },
} as const;

export const connectionTexts = {
  title: 'Events',
  address: (address: string) => `Address ${address}`,
  session: (id: string) => `Session ${id}`,
  looked: (about: string) => `events of ${about}`,
  yes: 'These are all its events.',
  unknown: 'Cannot tell whether these are all its events.',
  time: 'Time',
  who: 'Who',
  what: 'What',
  status: 'Result',
  evidence: 'Evidence',
} as const;

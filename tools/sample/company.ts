import type { SeededRandom } from './random.ts';

export const TENANT = '5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794';
export const DOMAIN = 'northmoor.example';
const SHAREPOINT = 'https://sharepoint.northmoor.example';
export const ONEDRIVE = 'https://onedrive.northmoor.example';
export const OFFICE_IP = '198.51.100.10';

/** Monday of the first of the two weeks. */
export const START_MS: number = Date.UTC(2026, 2, 2);
export const DAY_COUNT = 14;

export const DEPARTMENTS = [
  'Board',
  'Finance',
  'Surveys',
  'Sales',
  'People',
  'IT',
  'Legal',
] as const;
export type Department = (typeof DEPARTMENTS)[number];

export type Person = {
  readonly name: string;
  readonly upn: string;
  readonly objectId: string;
  readonly puid: string;
  readonly sid: string;
  readonly mailboxGuid: string;
  readonly department: Department;
  readonly deviceId: string;
  readonly deviceName: string;
  readonly os: 'Windows10' | 'MacOs';
  readonly homeIp: string;
  /** The phone's network assigns IPv6 addresses. */
  readonly phoneIp: string;
  readonly hasOutlook: boolean;
  readonly hasPhone: boolean;
  /** Administrators sign in with a passkey. */
  readonly hasPasskey: boolean;
  /** Between 0.4 and 1.6: some people use the suite for everything, some hardly at all. */
  readonly diligence: number;
  readonly startHour: number;
};

const PEOPLE: Readonly<Record<Department, readonly string[]>> = {
  Board: ['Marianne Holt', 'Desmond Achterberg'],
  Finance: ['Ilse Varga', 'Tomasz Wrona', 'Bea Lindqvist', 'Hugo Farrant', 'Nadia Osei'],
  Surveys: [
    'Callum Drever',
    'Freya Sandison',
    'Ravi Pillai',
    'Joanne Tulloch',
    'Magnus Eide',
    'Oisin Keane',
    'Sabine Krol',
    'Petra Nowak',
    'Lewis Garrioch',
    'Amara Eze',
    'Stellan Brask',
    'Wendy Ashcombe',
    'Ewan Linklater',
    'Yusuf Demir',
  ],
  Sales: [
    'Clara Benitez',
    'Rupert Hale',
    'Mina Takeda',
    'Owen Pryce',
    'Lucia Ferrante',
    'Gareth Bowen',
    'Anneke Visser',
  ],
  People: ['Rosalind Meade', 'Karim Haddad', 'Tessa Quill'],
  IT: ['Bram Oosthuizen', 'Shona Petrie', 'Elif Aksoy'],
  Legal: ['Vivian Castellan', 'Noor Rahimi', 'Theo Marsh'],
};

export type Company = {
  readonly people: readonly Person[];
  /** A forgotten service account for the office scanners. */
  readonly scanner: Person;
  readonly apps: Readonly<Record<'crm' | 'backup' | 'payroll' | 'archive', App>>;
  readonly sites: readonly Site[];
  readonly teams: readonly Team[];
};

export type App = {
  readonly name: string;
  readonly appId: string;
  readonly servicePrincipalId: string;
  readonly objectId: string;
  readonly keyId: string;
  readonly ip: string;
};

export type Site = { readonly url: string; readonly siteId: string; readonly webId: string };
export type Team = {
  readonly name: string;
  readonly guid: string;
  readonly groupId: string;
  readonly channel: string;
};

export function company(random: SeededRandom): Company {
  let number = 0;
  const people = (Object.keys(PEOPLE) as Department[]).flatMap((department) =>
    PEOPLE[department].map((name) => person(random, name, department, ++number)),
  );
  const scanner = person(random, 'Scan Operations', 'IT', ++number);
  const sites = ['Finance', 'Surveys', 'Sales', 'People', 'Handbook', 'Board'].map((name) => ({
    url: `${SHAREPOINT}/sites/${name}/`,
    siteId: random.guid(),
    webId: random.guid(),
  }));
  const teams = ['Surveys', 'Sales', 'Finance', 'All Northmoor'].map((name) => ({
    name,
    guid: `19:${random.hex(32)}@thread.tacv2`,
    groupId: random.guid(),
    channel: `19:${random.hex(32)}@thread.tacv2`,
  }));
  const app = (name: string, ip: string): App => ({
    name,
    appId: random.guid(),
    servicePrincipalId: random.guid(),
    objectId: random.guid(),
    keyId: random.guid(),
    ip,
  });
  const apps = {
    crm: app('Quayside CRM Sync', '198.51.100.201'),
    backup: app('Tideline Backup', '198.51.100.77'),
    payroll: app('Copperlane Payroll', '198.51.100.143'),
    archive: app('Mail Archive Connector', '198.51.100.12'),
  };
  const account = { ...scanner, upn: `scanops@${DOMAIN}`, hasPasskey: false };
  return { people, scanner: account, apps, sites, teams };
}

function person(
  random: SeededRandom,
  name: string,
  department: Department,
  number: number,
): Person {
  const [first = '', last = ''] = name.toLowerCase().split(' ');
  return {
    name,
    upn: `${first}.${last}@${DOMAIN}`,
    objectId: random.guid(),
    puid: `1003200${random.hex(9).toUpperCase()}`,
    sid: `S-1-5-21-3417120845-2208813976-1190346622-${10_000 + number}`,
    mailboxGuid: random.guid(),
    department,
    deviceId: random.guid(),
    deviceName: `NM-${department.slice(0, 3).toUpperCase()}-${String(number).padStart(3, '0')}`,
    os: random.chance(0.8) ? 'Windows10' : 'MacOs',
    homeIp: `203.0.113.${20 + number * 3}`,
    phoneIp: `2001:db8:77:${(0x100 + number * 7).toString(16)}::${random.hex(3)}`,
    hasOutlook: random.chance(0.6),
    hasPhone: random.chance(0.6),
    hasPasskey: department === 'IT',
    diligence: 0.4 + random.next() * 1.2,
    startHour: 7.6 + random.next() * 1.6,
  };
}

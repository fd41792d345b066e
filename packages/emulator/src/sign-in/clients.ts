import type { Person } from '../population/person.ts';
import type { Client } from '../records/sign-in.ts';

const CHROME = 'AppleWebKit/537.36 (KHTML, like Gecko) Chrome/145.0.0.0 Safari/537.36';
const WINDOWS_AGENT = `Mozilla/5.0 (Windows NT 10.0; Win64; x64) ${CHROME}`;

type ClientName =
  | 'edge'
  | 'chrome'
  | 'safari'
  | 'desktop'
  | 'macDesktop'
  | 'phone'
  | 'windows'
  | 'machine'
  | 'commandLine'
  | 'daemon';

export const CLIENTS: Readonly<Record<ClientName, Client>> = {
  edge: {
    operatingSystem: 'Windows10',
    browser: 'Edge 145.0.0',
    userAgent: `${WINDOWS_AGENT} Edg/145.0.0.0`,
    clientAppUsed: 'Browser',
  },
  chrome: {
    operatingSystem: 'Windows10',
    browser: 'Chrome 145.0.0',
    userAgent: WINDOWS_AGENT,
    clientAppUsed: 'Browser',
  },
  safari: {
    operatingSystem: 'MacOs',
    browser: 'Safari 19.1',
    userAgent:
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) ' +
      'Version/19.1 Safari/605.1.15',
    clientAppUsed: 'Browser',
  },
  desktop: {
    operatingSystem: 'Windows10',
    browser: 'Edge 145.0.0',
    userAgent: 'Mozilla/5.0 (Windows NT 10.0; Win64; x64; WebView/3.0) Edge/18.26100',
    clientAppUsed: 'Mobile Apps and Desktop clients',
  },
  macDesktop: {
    operatingSystem: 'MacOs',
    browser: '',
    userAgent: 'Microsoft Office/16.95 (Macintosh; OS X 15.3)',
    clientAppUsed: 'Mobile Apps and Desktop clients',
  },
  phone: {
    operatingSystem: 'Ios',
    browser: 'Mobile Safari',
    userAgent: 'Outlook-iOS/2.0',
    clientAppUsed: 'Mobile Apps and Desktop clients',
  },
  windows: {
    operatingSystem: 'Windows10',
    browser: '',
    userAgent: 'Windows-AzureAD-Authentication-Provider/1.0',
    clientAppUsed: 'Mobile Apps and Desktop clients',
  },
  machine: {
    operatingSystem: '',
    browser: '',
    userAgent: 'BAV2ROPC',
    clientAppUsed: 'Authenticated SMTP',
  },
  commandLine: {
    operatingSystem: 'Linux',
    browser: 'Python Requests 2.32',
    userAgent: 'python-requests/2.32.3',
    clientAppUsed: 'Mobile Apps and Desktop clients',
  },
  daemon: { operatingSystem: '', browser: '', userAgent: '', clientAppUsed: '' },
};

/** A person's browser. */
export function browserOf(person: Pick<Person, 'workplace' | 'index'>): Client {
  if (person.workplace === 'mac') return CLIENTS.safari;
  return person.workplace === 'windows' || person.index % 2 === 0 ? CLIENTS.edge : CLIENTS.chrome;
}

/** The programs on a person's computer. */
export function desktopOf(person: Pick<Person, 'workplace'>): Client {
  return person.workplace === 'mac' ? CLIENTS.macDesktop : CLIENTS.desktop;
}

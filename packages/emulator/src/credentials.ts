import { selfSigned } from './certificate.ts';
import { SeededRandom } from './core/seeded-random.ts';
import type { RegisteredApp } from './login/login-directory.ts';

/** What a client needs to sign in to the emulator. Worth nothing anywhere else. */
export type Credentials = {
  /** Of the collector. */
  readonly clientId: string;
  readonly clientSecret: string;
  /** PEM; only where it was asked for, since making a key takes a moment. */
  readonly certificate: { readonly keyPem: string; readonly certPem: string } | undefined;
  /** Of the identity that acts to see its acts come back; another than the collector's. */
  readonly probe: { readonly clientId: string; readonly clientSecret: string };
};

/** Read rights alone, as the documentation of the collectors asks for them. */
const READ_RIGHTS: RegisteredApp['roles'] = {
  'https://manage.office.com': ['ActivityFeed.Read', 'ActivityFeed.ReadDlp'],
  'https://graph.microsoft.com': [
    'AuditLog.Read.All',
    'AuditLogsQuery.Read.All',
    'Directory.Read.All',
    'Domain.Read.All',
    'Policy.Read.All',
    'UserAuthenticationMethod.Read.All',
    'MailboxSettings.Read',
  ],
  'https://storage.azure.com': ['user_impersonation'],
  'https://eventhubs.azure.net': ['user_impersonation'],
};

/** What it takes to act in what is set apart for it. */
const PROBE_RIGHTS: RegisteredApp['roles'] = {
  'https://graph.microsoft.com': [
    'ChannelSettings.ReadWrite.All',
    'Mail.ReadWrite',
    'Sites.Selected',
    'User.ReadWrite.All',
  ],
};

export async function makeCredentials(options: {
  readonly seed: string | number;
  readonly certificate: 'made' | 'none';
}): Promise<Credentials> {
  const random = new SeededRandom(options.seed, 'credentials');
  const probe = new SeededRandom(options.seed, 'credentials', 'probe');
  return {
    clientId: random.guid(),
    clientSecret: `emulator~${random.guid()}`,
    certificate:
      options.certificate === 'made' ? await selfSigned({ commonName: 'collector' }) : undefined,
    probe: { clientId: probe.guid(), clientSecret: `probe~${probe.guid()}` },
  };
}

/** The registrations of our clients in a tenant; their service principals are others in each. */
export function ourApps(credentials: Credentials, tenantId: string): readonly RegisteredApp[] {
  const { clientId, clientSecret, certificate, probe } = credentials;
  const common = { isEnabled: true, scopes: {}, redirectUris: [], isPublic: false };
  return [
    {
      ...common,
      clientId,
      objectId: new SeededRandom(clientId, tenantId).guid(),
      name: 'Countersign collector',
      secrets: [clientSecret],
      certificates: certificate === undefined ? [] : [certificate.certPem],
      roles: READ_RIGHTS,
    },
    {
      ...common,
      clientId: probe.clientId,
      objectId: new SeededRandom(probe.clientId, tenantId).guid(),
      name: 'Countersign canary',
      secrets: [probe.clientSecret],
      certificates: [],
      roles: PROBE_RIGHTS,
    },
  ];
}

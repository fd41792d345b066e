import { selfSigned } from './certificate.ts';
import { SeededRandom } from './core/seeded-random.ts';
import type { RegisteredApp } from './login/login-directory.ts';

/** A client's credentials for the emulator, which are useless elsewhere. */
export type Credentials = {
  /** The collector's client id. */
  readonly clientId: string;
  readonly clientSecret: string;
  /** PEM. Only on request, because creating a key takes a moment. */
  readonly certificate: { readonly keyPem: string; readonly certPem: string } | undefined;
  /** The identity of canaries, different from the collector's. */
  readonly probe: { readonly clientId: string; readonly clientSecret: string };
};

/** Read permissions only, as the collectors' documentation requires. */
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

/** Permissions to act on the reserved objects. */
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

/** The id of a client's only credential of a kind, as sign-in rows name it. */
export function clientKeyId(
  { objectId }: Pick<RegisteredApp, 'objectId'>,
  kind: 'certificate' | 'secret',
): string {
  return new SeededRandom(objectId, kind).guid();
}

/** Registrations of our clients in a tenant. Service principals differ per tenant. */
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

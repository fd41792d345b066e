import { selfSigned } from './certificate.ts';
import type { RegisteredApp } from './login/directory.ts';
import { SeededRandom } from './random.ts';

/** What a collector needs to sign in to the emulator. Worth nothing anywhere else. */
export type Credentials = {
  readonly clientId: string;
  readonly clientSecret: string;
  /** PEM; only where it was asked for, since making a key takes a moment. */
  readonly certificate: { readonly keyPem: string; readonly certPem: string } | undefined;
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

export async function makeCredentials(options: {
  readonly seed: string | number;
  readonly certificate: 'made' | 'none';
}): Promise<Credentials> {
  const random = new SeededRandom(options.seed, 'credentials');
  return {
    clientId: random.guid(),
    clientSecret: `emulator~${random.guid()}`,
    certificate:
      options.certificate === 'made' ? await selfSigned({ commonName: 'collector' }) : undefined,
  };
}

/** The collector's registration in a tenant; its service principal is another in each. */
export function collectorApp(credentials: Credentials, tenantId: string): RegisteredApp {
  const { clientId, clientSecret, certificate } = credentials;
  return {
    clientId,
    objectId: new SeededRandom(clientId, tenantId).guid(),
    name: 'Countersign collector',
    isEnabled: true,
    secrets: [clientSecret],
    certificates: certificate === undefined ? [] : [certificate.certPem],
    roles: READ_RIGHTS,
    scopes: {},
    redirectUris: [],
    isPublic: false,
  };
}

import { hex8 } from '../core/seeded-random.ts';
import { DEPARTMENTS, FOLDER_WORDS } from './names.ts';
import { idOf, sidOf } from './object-ids.ts';
import { type Address, serverAddress } from './places.ts';
import { mix } from './quick-random.ts';
import type { Tenant } from './tenant.ts';

export type Group = {
  readonly id: string;
  readonly displayName: string;
  readonly mail: string;
  readonly site: Site;
  readonly team: Team;
};

export type Site = {
  /** Ends with a slash, like SiteUrl. */
  readonly url: string;
  readonly siteId: string;
  readonly webId: string;
  readonly workload: 'SharePoint' | 'OneDrive';
};

export type Team = { readonly threadId: string; readonly name: string; readonly groupId: string };

/** A department, or a project of a few dozen people, with its site and team. */
export function groupOf(tenant: Tenant, index: number): Group {
  const department = DEPARTMENTS[index];
  const name =
    department ?? `${FOLDER_WORDS[mix(tenant.key, index, 20) % FOLDER_WORDS.length]} ${index}`;
  const label = name.toLowerCase().replaceAll(' ', '-');
  const id = idOf(tenant.key, 'group', index);
  return {
    id,
    displayName: name,
    mail: `${label}@${tenant.domain}`,
    site: {
      url: `${tenant.sharePointUrl}/sites/${label}/`,
      siteId: idOf(tenant.key, 'site', index),
      webId: idOf(tenant.key, 'siteWeb', index),
      workload: 'SharePoint',
    },
    team: { threadId: `19:${hex(tenant, index, 4)}@thread.tacv2`, name, groupId: id },
  };
}

function hex(tenant: Tenant, index: number, words: number): string {
  return Array.from({ length: words }, (_, word) => hex8(mix(tenant.key, index, 21, word))).join(
    '',
  );
}

export function driveOf(tenant: Tenant, person: { index: number; upn: string }): Site {
  return {
    url: `${tenant.oneDriveUrl}/personal/${person.upn.replaceAll(/[.@]/g, '_')}/`,
    siteId: idOf(tenant.key, 'drive', person.index),
    webId: idOf(tenant.key, 'driveWeb', person.index),
    workload: 'OneDrive',
  };
}

export type Credential = 'secret' | 'certificate' | 'managedIdentity';

/** An application in this tenant: registration and service principal. */
export type Application = {
  readonly name: string;
  readonly appId: string;
  readonly appObjectId: string;
  readonly servicePrincipalId: string;
  readonly keyId: string;
  readonly credential: Credential;
  /** The tenant of its registration; another one for third-party applications. */
  readonly homeTenantId: string;
  readonly address: Address;
  /** Application permissions that an administrator granted. */
  readonly permissions: readonly string[];
  /** Its task, and how often it runs. */
  readonly job: 'mail' | 'files' | 'directory' | 'audit' | 'vault';
  readonly everyMinutes: number;
};

type Kind = readonly [
  name: string,
  credential: Credential,
  permissions: string,
  job: Application['job'],
  everyMinutes: number,
];

const KINDS: readonly Kind[] = [
  ['Quarry CRM Sync', 'secret', 'Mail.Read Contacts.Read', 'mail', 30],
  ['Tideline Backup', 'certificate', 'Sites.Read.All Mail.Read', 'files', 60],
  ['People Directory Sync', 'certificate', 'Directory.Read.All', 'directory', 40],
  ['Audit Export', 'certificate', 'ActivityFeed.Read AuditLog.Read.All', 'audit', 15],
  ['Build Runner Identity', 'managedIdentity', 'KeyVault.Read', 'vault', 20],
  ['Report Mailer', 'secret', 'Mail.Send', 'mail', 120],
  ['Invoice Reader', 'managedIdentity', 'Mail.Read', 'mail', 45],
  ['Legacy Intranet Search', 'secret', 'Sites.Read.All', 'files', 180],
];

export const APPLICATION_COUNT: number = KINDS.length;

export function applicationOf(tenant: Tenant, index: number): Application {
  const [name, credential, permissions, job, everyMinutes] = KINDS[index] as Kind;
  const isBought = name.startsWith('Quarry') || name.startsWith('Tideline');
  return {
    name,
    appId: idOf(isBought ? 0 : tenant.key, 'application', index),
    appObjectId: idOf(tenant.key, 'appObject', index),
    servicePrincipalId: idOf(tenant.key, 'servicePrincipal', index),
    keyId: idOf(tenant.key, 'credential', index),
    credential,
    homeTenantId: isBought ? idOf(0, 'domain', index) : tenant.id,
    address: serverAddress(mix(tenant.key, index, 22)),
    permissions: permissions.split(' '),
    job,
    everyMinutes,
  };
}

/** Service accounts. No person can answer a prompt there. */
export type ServiceAccount = {
  readonly displayName: string;
  readonly upn: string;
  readonly objectId: string;
  readonly puid: string;
  readonly sid: string;
  readonly mailboxGuid: string;
  readonly address: Address;
  readonly flow: 'ropc' | 'smtp';
  readonly everyMinutes: number;
};

const ACCOUNTS: readonly (readonly [string, ServiceAccount['flow'], number])[] = [
  ['Scan Operations', 'ropc', 60],
  ['Directory Synchronization', 'ropc', 30],
  ['Alarm Relay', 'smtp', 90],
];

export const SERVICE_ACCOUNT_COUNT: number = ACCOUNTS.length;

export function serviceAccountOf(tenant: Tenant, index: number): ServiceAccount {
  const [displayName, flow, everyMinutes] = ACCOUNTS[index] as (typeof ACCOUNTS)[number];
  return {
    displayName,
    upn: `svc-${displayName.toLowerCase().replaceAll(' ', '-')}@${tenant.domain}`,
    objectId: idOf(tenant.key, 'serviceAccount', index),
    puid: `10033${hex8(mix(tenant.key, index, 23))}000`.slice(0, 16).toUpperCase(),
    sid: sidOf(tenant.key, 5000 + index),
    mailboxGuid: idOf(tenant.key, 'mailbox', 0x4000_0000 + index),
    address: serverAddress(mix(tenant.key, index, 24)),
    flow,
    everyMinutes,
  };
}

import type { SignInType, TenantId } from '@countersign/core';
import type { CredentialPlace, Listen, SecretPlace } from './config-values.ts';
import type { EnforcementConfig } from './enforcement-config.ts';

/** Contracts 1.2. */
export const CONTENT_TYPES = [
  'Audit.AzureActiveDirectory',
  'Audit.Exchange',
  'Audit.SharePoint',
  'Audit.General',
  'DLP.All',
] as const;
type ContentType = (typeof CONTENT_TYPES)[number];

/** Parts of the directory that are read: by delta query (contracts 8.1), or as lists. */
export const DIRECTORY_OBJECTS = [
  'users',
  'groups',
  'devices',
  'applications',
  'servicePrincipals',
  'oauth2PermissionGrants',
  'appRoleAssignments',
  'roleDefinitions',
  'roleAssignments',
  'applicationOwners',
  'servicePrincipalOwners',
] as const;
type DirectoryObject = (typeof DIRECTORY_OBJECTS)[number];

/**
 * What a diagnostic setting of Entra, and the streaming of Defender, can export: each has a
 * container, and as a rule a hub, `insights-logs-` and its name in lower case.
 */
export const EXPORT_CATEGORIES = [
  'SignInLogs',
  'NonInteractiveUserSignInLogs',
  'ServicePrincipalSignInLogs',
  'ManagedIdentitySignInLogs',
  'MicrosoftServicePrincipalSignInLogs',
  'ADFSSignInLogs',
  'AuditLogs',
  'MicrosoftGraphActivityLogs',
  'RiskyUsers',
  'UserRiskEvents',
  'RiskyServicePrincipals',
  'ServicePrincipalRiskEvents',
  'AdvancedHunting-EmailEvents',
  'AdvancedHunting-EmailAttachmentInfo',
  'AdvancedHunting-EmailUrlInfo',
  'AdvancedHunting-EmailPostDeliveryEvents',
] as const;

/** What a tenant is for. */
export const TENANT_USES = ['production', 'test', 'acquired', 'other'] as const;
type TenantUse = (typeof TENANT_USES)[number];

/** Groups of licences, as far as they differ in what is recorded. `F`: frontline workers. */
export const LICENCES = ['E3', 'E5', 'F', 'none'] as const;
export type Licence = (typeof LICENCES)[number];

/** Where the vendor tells of new content: a hint, so that it is asked for before its time. */
export type WebhookConfig = {
  /** What the vendor calls, from outside. */
  readonly address: string;
  readonly listen: Listen;
  /** What the auth ids are made of that the vendor has to say. */
  readonly authId: SecretPlace;
  /** PEM; undefined where something before it speaks TLS with the vendor. */
  readonly certificate?:
    | { readonly file: string; readonly keyFile?: string | undefined }
    | undefined;
};

export type ActivityApiConfig = {
  readonly root: string;
  readonly publisher?: string | undefined;
  readonly contentTypes: readonly ContentType[];
  readonly requestsPerMinute: number;
  readonly webhook?: WebhookConfig | undefined;
  /** Milliseconds between two polls, as everywhere below. */
  readonly every: number;
};

export type GraphConfig = {
  readonly root: string;
  readonly signIns: readonly SignInType[];
  readonly directoryAudits: boolean;
  readonly directory: readonly DirectoryObject[];
  readonly crossCheck: boolean;
  /** Of the logs: what the service allows this application. */
  readonly requestsPerMinute: number;
  readonly every: number;
};

/** A hub, and what is in it. */
export type HubConfig = { readonly topic: string; readonly categories: readonly string[] };

export type AzureMonitorConfig = {
  readonly storage?:
    | {
        readonly root: string;
        readonly categories: readonly string[];
        readonly sas?: SecretPlace | undefined;
        readonly every: number;
      }
    | undefined;
  readonly eventHubs?:
    | {
        readonly brokers: readonly string[];
        readonly hubs: readonly HubConfig[];
        readonly group: string;
        readonly transport: 'tls' | 'plain';
        readonly connectionString?: SecretPlace | undefined;
      }
    | undefined;
};

/** What was set apart for canaries; what is not named is not touched. */
export type CanaryConfig = {
  readonly root: string;
  readonly credentials: { readonly clientId: string; readonly credential: CredentialPlace };
  /** Where drafts are made. */
  readonly mailbox?: string | undefined;
  /** The id of a site, where files are put. */
  readonly site?: string | undefined;
  /** A channel that is described anew. */
  readonly channel?: { readonly team: string; readonly id: string } | undefined;
  /** An account of which an attribute is set. */
  readonly account?: string | undefined;
  readonly every: number;
};

export type ConnectedTenant = {
  readonly id: TenantId;
  readonly name?: string | undefined;
  /** Of its people, where somebody said. */
  readonly licences?: readonly Licence[] | undefined;
  /** Root of the login authority. */
  readonly authority: string;
  /** PEM of certificate authorities that are believed instead of the machine's own. */
  readonly authorityFile?: string | undefined;
  readonly credentials: { readonly clientId: string; readonly credential: CredentialPlace };
  readonly collect: {
    readonly activityApi?: ActivityApiConfig | undefined;
    readonly graph?: GraphConfig | undefined;
    readonly azureMonitor?: AzureMonitorConfig | undefined;
  };
  /** Undefined: no canary is ever sent. */
  readonly canary?: CanaryConfig | undefined;
};

/** A tenant that the company owns. */
export type OwnedTenant = {
  readonly id: TenantId;
  readonly name: string;
  readonly use: TenantUse;
  readonly note?: string | undefined;
};

/** The tenants that the company owns, and those of others that it knows. */
export type Inventory = {
  readonly tenants: readonly OwnedTenant[];
  readonly partners: readonly { readonly id: TenantId; readonly name: string }[];
};

export type ConfigDocument = {
  readonly listen: Listen;
  readonly reach: 'loopback' | 'network';
  readonly log: 'text' | 'json';
  /** A file beside this one. */
  readonly inventory?: string | undefined;
  readonly tenants: readonly ConnectedTenant[];
  /** Where an emulator publishes its time; undefined: this machine's clock. */
  readonly emulatorClock?: string | undefined;
  /** Undefined: this process decides nothing. */
  readonly doors?: EnforcementConfig | undefined;
};

export type Config = Omit<ConfigDocument, 'inventory'> & {
  /** Undefined where nobody said which tenants the company owns. */
  readonly inventory: Inventory | undefined;
};

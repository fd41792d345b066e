import type { SignInType, TenantId } from '@countersign/core';
import type { CredentialPlace, ListenAddress, SecretPlace } from './config-values.ts';
import type { EnforcementConfig } from './enforcement-config.ts';
import type { FeedConfig } from './feeds/feeds-schema.ts';
import type { OperatorsConfig } from './operators-config.ts';
import type { TracesConfig } from './traces-config.ts';

/** Content types of the Management Activity API (contracts 1.2). */
export const CONTENT_TYPES = [
  'Audit.AzureActiveDirectory',
  'Audit.Exchange',
  'Audit.SharePoint',
  'Audit.General',
  'DLP.All',
] as const;
type ContentType = (typeof CONTENT_TYPES)[number];

/** Directory objects that Countersign reads by delta query (contracts 8.1) or as lists. */
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
 * Categories that Entra diagnostic settings and Defender streaming can export. Each has a container
 * and usually a hub: `insights-logs-` and the category in lower case.
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

export const TENANT_USES = ['production', 'test', 'acquired', 'other'] as const;
type TenantUse = (typeof TENANT_USES)[number];

/** License groups that differ in what the vendor records. `F`: frontline workers. */
export const LICENSES = ['E3', 'E5', 'F', 'none'] as const;
export type License = (typeof LICENSES)[number];

/**
 * The webhook by which the vendor announces new content, so that the collector asks for it early.
 */
export type WebhookConfig = {
  /** The public address that the vendor calls. */
  readonly address: string;
  readonly listen: ListenAddress;
  /** The secret from which Countersign derives the auth ids that the vendor must send. */
  readonly authId: SecretPlace;
  /** PEM. Undefined if a proxy in front terminates TLS for the vendor. */
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
  /** Milliseconds between two polls, here and in all collectors below. */
  readonly every: number;
};

export type GraphConfig = {
  readonly root: string;
  readonly signIns: readonly SignInType[];
  readonly directoryAudits: boolean;
  readonly directory: readonly DirectoryObject[];
  readonly crossCheck: boolean;
  /** The log request quota that the service grants this application. */
  readonly requestsPerMinute: number;
  readonly every: number;
};

/** An event hub and the categories in it. */
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

/** Objects reserved for canaries. Canaries touch nothing else. */
export type CanaryConfig = {
  readonly root: string;
  readonly credentials: { readonly clientId: string; readonly credential: CredentialPlace };
  /** The mailbox where canaries create drafts. */
  readonly mailbox?: string | undefined;
  /** The id of the site where canaries upload files. */
  readonly site?: string | undefined;
  /** The channel whose description canaries change. */
  readonly channel?: { readonly team: string; readonly id: string } | undefined;
  /** The account whose attribute canaries set. */
  readonly account?: string | undefined;
  readonly every: number;
};

export type ConnectedTenant = {
  readonly id: TenantId;
  readonly name?: string | undefined;
  /** Licenses of the tenant's people. Undefined if the configuration does not say. */
  readonly licenses?: readonly License[] | undefined;
  /** Root URL of the login authority. */
  readonly authority: string;
  /** PEM of certificate authorities to trust instead of the machine's own. */
  readonly authorityFile?: string | undefined;
  readonly credentials: { readonly clientId: string; readonly credential: CredentialPlace };
  readonly collect: {
    readonly activityApi?: ActivityApiConfig | undefined;
    readonly graph?: GraphConfig | undefined;
    readonly azureMonitor?: AzureMonitorConfig | undefined;
  };
  /** Undefined: Countersign sends no canaries. */
  readonly canary?: CanaryConfig | undefined;
};

/** A tenant that the company owns. */
export type OwnedTenant = {
  readonly id: TenantId;
  readonly name: string;
  readonly use: TenantUse;
  readonly note?: string | undefined;
};

/** The tenants that the company owns, and the tenants of others that it knows. */
export type Inventory = {
  readonly tenants: readonly OwnedTenant[];
  readonly partners: readonly { readonly id: TenantId; readonly name: string }[];
};

export type ConfigDocument = {
  readonly listen: ListenAddress;
  readonly reach: 'loopback' | 'network';
  /** Files of the listener's certificate and key, in PEM. Undefined: it speaks plain HTTP. */
  readonly tls?: { readonly certificate: string; readonly key: string } | undefined;
  readonly log: 'text' | 'json';
  /** A file in the same folder. */
  readonly inventory?: string | undefined;
  readonly tenants: readonly ConnectedTenant[];
  /** The URL where an emulator publishes its time. Undefined: use this machine's clock. */
  readonly emulatorClock?: string | undefined;
  /** Undefined: this process answers no access requests. */
  readonly enforcementPoints?: EnforcementConfig | undefined;
  /** Who may sign in to the service. Undefined: only programs with tokens. */
  readonly operators?: OperatorsConfig | undefined;
  readonly feeds: readonly FeedConfig[];
  /** Undefined: nothing is traced. */
  readonly traces?: TracesConfig | undefined;
};

export type Config = Omit<ConfigDocument, 'inventory'> & {
  /** Undefined if the configuration does not list the tenants that the company owns. */
  readonly inventory: Inventory | undefined;
};

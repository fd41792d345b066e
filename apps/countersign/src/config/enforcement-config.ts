import type { TenantId } from '@countersign/core';
import type { CredentialPlace, Listen, SecretPlace } from './config-values.ts';

/** The kinds of reverse proxy whose way of asking is known. */
export const PROXY_KINDS = ['nginx', 'envoy', 'traefik'] as const;
type ProxyKind = (typeof PROXY_KINDS)[number];

/** How an authenticator says what it is, as far as that can be verified here. */
export const ATTESTATION_FORMATS = ['none', 'packed', 'tpm'] as const;
type AttestationFormat = (typeof ATTESTATION_FORMATS)[number];

/** What a receiver of events may do (CAEP interoperability profile). */
export const EVENT_SCOPES = ['ssf.read', 'ssf.manage'] as const;
type EventScope = (typeof EVENT_SCOPES)[number];

/** By what a caller is known; at least one of them. */
export type CallerProofs = {
  /** Where the SHA-256 of its token lies, in hex: of several, each in a line, all count. */
  readonly tokenHash?: SecretPlace | undefined;
  /** Its client certificate, in PEM. */
  readonly certificate?: string | undefined;
};

export type ToolConfig = CallerProofs & {
  readonly name: string;
  readonly tenant?: TenantId | undefined;
  readonly door: string;
  /** Milliseconds that a pass lasts, where a permit opens one. */
  readonly passFor?: number | undefined;
  readonly resources: readonly {
    readonly type: string;
    readonly ids?: readonly string[] | undefined;
  }[];
};

export type ProxyConfig = CallerProofs & {
  readonly name: string;
  readonly tenant?: TenantId | undefined;
  readonly kind: ProxyKind;
  readonly signIn?: string | undefined;
  readonly passFor?: number | undefined;
  readonly sites: readonly {
    readonly host: string;
    readonly app: string;
    readonly type: string;
    readonly action: string;
  }[];
};

export type ReceiverConfig = CallerProofs & {
  readonly name: string;
  readonly audience: string;
  readonly pushTo: readonly string[];
  readonly may: EventScope;
};

/** The external authentication method of Entra: whom it sends is decided about here. */
export type ExternalMethodConfig = {
  /** What was given to Entra for this company. */
  readonly clientId: string;
  /** Id of the application that stands for us there: its hints are for it. */
  readonly appId: string;
  /** Undefined: those that the configuration connects. */
  readonly tenants?: readonly TenantId[] | undefined;
  readonly authority: string;
  /** PEM of authorities that are believed of it instead of the machine's own. */
  readonly authorityFile?: string | undefined;
  /** Made where it is not there, and shared by all nodes. */
  readonly keys: string;
  /** Id of the API as which Entra asks before it gives tokens of the company's own applications. */
  readonly tokensAppId?: string | undefined;
  /** Milliseconds that a pass lasts. */
  readonly passFor: number;
  /** Where the address of a browser is read: `forwarded` where a balancer of ours states it. */
  readonly address: 'connection' | 'forwarded';
  readonly passkeys: {
    /** The company, as browsers show it. */
    readonly name: string;
    readonly formats: readonly AttestationFormat[];
    /** AAGUIDs; undefined: any. */
    readonly authenticators?: readonly string[] | undefined;
    /** A folder by which several nodes tell each other; undefined: there is one. */
    readonly shared?: string | undefined;
    /** Certificates of makers, in PEM: their word counts for what an authenticator is. */
    readonly makers: readonly string[];
  };
};

/** How a group goes past our method in the suite for a while. */
export type BypassConfig = {
  readonly tenant: TenantId;
  /** Root of the login authority. */
  readonly authority: string;
  readonly authorityFile?: string | undefined;
  /** Root of Graph. */
  readonly graph: string;
  readonly credentials: { readonly clientId: string; readonly credential: CredentialPlace };
  /** The configuration of our external authentication method. */
  readonly method: string;
  /** Milliseconds that it lasts at most. */
  readonly longest: number;
};

/** Where access is decided before it happens. */
export type EnforcementConfig = {
  readonly listen: Listen;
  /** As callers know this decision point, and the issuer of its events. */
  readonly url: string;
  readonly tls?:
    | { readonly certificate: string; readonly key: string; readonly clients?: string | undefined }
    | undefined;
  /** Undefined: what the server allows one address. All users of a proxy share its address. */
  readonly connectionsPerAddress?: number | undefined;
  /** A folder; undefined: the policies that come with the program. */
  readonly policies?: string | undefined;
  readonly directory: readonly string[];
  /** Milliseconds that the longest token of the suite lives; undefined: as the vendor says. */
  readonly suiteTokens?: number | undefined;
  readonly tools: readonly ToolConfig[];
  readonly proxies: readonly ProxyConfig[];
  /** Whose tokens say who somebody is; needed by proxies. */
  readonly identity?:
    | {
        readonly issuer: string;
        readonly audience: string;
        /** A JSON Web Key Set in a file. */
        readonly keys: string;
        readonly claim: string;
        readonly cookie: string;
      }
    | undefined;
  readonly external?: ExternalMethodConfig | undefined;
  /** Whose word counts where it takes two people, each with a public key in PEM. */
  readonly people: readonly { readonly name: string; readonly key: string }[];
  readonly events?:
    | {
        /** Private keys in PEM; the first one signs. */
        readonly signingKeys: readonly string[];
        readonly receivers: readonly ReceiverConfig[];
      }
    | undefined;
  readonly bypass?: BypassConfig | undefined;
};

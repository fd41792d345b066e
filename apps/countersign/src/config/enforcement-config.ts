import type { TenantId } from '@countersign/core';
import type { CredentialPlace, ListenAddress, SecretPlace } from './config-values.ts';

/** Reverse proxies whose forward-auth protocol Countersign speaks. */
export const PROXY_KINDS = ['nginx', 'envoy', 'traefik'] as const;
type ProxyKind = (typeof PROXY_KINDS)[number];

/** Attestation formats that this server can verify. */
export const ATTESTATION_FORMATS = ['none', 'packed', 'tpm'] as const;
type AttestationFormat = (typeof ATTESTATION_FORMATS)[number];

/** Scopes of an event receiver (CAEP Interoperability Profile). */
export const EVENT_SCOPES = ['ssf.read', 'ssf.manage'] as const;
type EventScope = (typeof EVENT_SCOPES)[number];

/** What authenticates a caller. At least one member is required. */
export type CallerProofs = {
  /** Where the SHA-256 hashes of its tokens are stored: hex, one per line. Each is valid. */
  readonly tokenHash?: SecretPlace | undefined;
  /** Its client certificate in PEM. */
  readonly certificate?: string | undefined;
};

export type ToolConfig = CallerProofs & {
  readonly name: string;
  readonly tenant?: TenantId | undefined;
  readonly enforcementPoint: string;
  /** Lifetime in milliseconds of a pass that a permit opens. */
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

/**
 * The Entra external authentication method. Countersign decides about each user that Entra sends.
 */
export type ExternalMethodConfig = {
  /** The client id that Entra has for this company. */
  readonly clientId: string;
  /** Id of the application that represents Countersign in Entra; the audience of its hints. */
  readonly appId: string;
  /** Undefined: all connected tenants. */
  readonly tenants?: readonly TenantId[] | undefined;
  readonly authority: string;
  /** PEM of certificate authorities to trust for Entra instead of the machine's own. */
  readonly authorityFile?: string | undefined;
  /** The key file. Created if it does not exist; shared by all nodes. */
  readonly keys: string;
  /**
   * Id of the API for which Entra calls the token issuance event of the company's own applications.
   */
  readonly tokensAppId?: string | undefined;
  /** Lifetime of a pass in milliseconds. */
  readonly passFor: number;
  /** Where the browser's address comes from. Use `forwarded` behind a trusted load balancer. */
  readonly address: 'connection' | 'forwarded';
  readonly passkeys: {
    /** The company name that browsers show. */
    readonly name: string;
    readonly formats: readonly AttestationFormat[];
    /** Allowed AAGUIDs. Undefined: any. */
    readonly authenticators?: readonly string[] | undefined;
    /** The folder through which nodes share state. Undefined: there is one node. */
    readonly shared?: string | undefined;
    /** Certificates of authenticator vendors in PEM. Attestation must chain to one of them. */
    readonly makers: readonly string[];
  };
};

/** How a group can bypass the external method in the suite for a limited time. */
export type BypassConfig = {
  readonly tenant: TenantId;
  /** Root URL of the login authority. */
  readonly authority: string;
  readonly authorityFile?: string | undefined;
  /** Root URL of Microsoft Graph. */
  readonly graph: string;
  readonly credentials: { readonly clientId: string; readonly credential: CredentialPlace };
  /** The id of the external authentication method configuration. */
  readonly method: string;
  /** Maximum duration in milliseconds. */
  readonly longest: number;
};

/** The enforcement points: where Countersign decides before access happens. */
export type EnforcementConfig = {
  readonly listen: ListenAddress;
  /** The public URL of this decision point, and the issuer of its events. */
  readonly url: string;
  readonly tls?:
    | { readonly certificate: string; readonly key: string; readonly clients?: string | undefined }
    | undefined;
  /** Undefined: the server default. All users of a proxy share one address. */
  readonly connectionsPerAddress?: number | undefined;
  /** A folder. Undefined: the policies that ship with the program. */
  readonly policies?: string | undefined;
  readonly directory: readonly string[];
  /** Lifetime in milliseconds of the suite's longest token. Undefined: the vendor's default. */
  readonly suiteTokens?: number | undefined;
  readonly tools: readonly ToolConfig[];
  readonly proxies: readonly ProxyConfig[];
  /** The issuer whose tokens identify users. Proxies require it. */
  readonly identity?:
    | {
        readonly issuer: string;
        readonly audience: string;
        /** The file that holds its JSON Web Key Set. */
        readonly keys: string;
        readonly claim: string;
        readonly cookie: string;
      }
    | undefined;
  readonly external?: ExternalMethodConfig | undefined;
  /** People who can approve acts that need two people, each with a public key in PEM. */
  readonly people: readonly { readonly name: string; readonly key: string }[];
  readonly events?:
    | {
        /** Private keys in PEM. The first one signs. */
        readonly signingKeys: readonly string[];
        readonly receivers: readonly ReceiverConfig[];
      }
    | undefined;
  readonly bypass?: BypassConfig | undefined;
};

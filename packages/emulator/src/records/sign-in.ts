import type { JsonObject } from '../core/json-object.ts';
import type { Device } from '../population/person.ts';
import type { Address } from '../population/places.ts';
import type { Account } from './account.ts';

export type EventType =
  | 'interactiveUser'
  | 'nonInteractiveUser'
  | 'servicePrincipal'
  | 'managedIdentity';

export type Client = {
  /** Empty where the agent does not tell. */
  readonly operatingSystem: string;
  readonly browser: string;
  readonly userAgent: string;
  /** Browser, Mobile Apps and Desktop clients, Other clients, Authenticated SMTP, IMAP4, … */
  readonly clientAppUsed: string;
};

export type Step = {
  readonly method: string;
  readonly detail: string;
  readonly succeeded: boolean;
  readonly result: string;
};

export type Risk = {
  readonly level: 'low' | 'medium' | 'high';
  readonly types: readonly string[];
  readonly state: 'atRisk' | 'remediated';
};

/** A request for a token, let in or not, with all that the feeds tell of it. */
export type SignIn = {
  readonly atMs: number;
  /** The service's id of the request: Id and IntraSystemId, `id` of the row. */
  readonly requestId: string;
  readonly correlationId: string;
  readonly tokenId: string;
  readonly eventType: EventType;
  /** Undefined for applications. `isKnown: false`: the name was nobody's. */
  readonly user?: Pick<Account, 'displayName' | 'upn' | 'objectId'> & {
    readonly isKnown?: false;
    readonly userType?: 'guest';
  };
  readonly servicePrincipal?: {
    readonly id: string;
    readonly name: string;
    readonly homeTenantId: string;
    readonly credential: 'clientSecret' | 'certificate' | 'managedIdentity' | 'clientAssertion';
    readonly keyId: string;
  };
  readonly appId: string;
  /** Default: the vendor's name for it. */
  readonly appName?: string;
  readonly resourceId: string;
  readonly address: Address;
  readonly client: Client;
  readonly device?: Device | undefined;
  readonly protocol: 'none' | 'oAuth2' | 'ropc' | 'wsFederation' | 'saml20' | 'deviceCode';
  readonly transferMethod?: 'deviceCodeFlow';
  readonly incomingToken: 'none' | 'primaryRefreshToken' | 'refreshToken' | 'saml11';
  readonly sessionId?: string | undefined;
  /** 0, or the number of the failure (contracts: AADSTS codes). */
  readonly error: number;
  readonly factors: 1 | 2;
  readonly steps: readonly Step[];
  /** UserAuthenticationMethod and RequestType of the unified audit log. */
  readonly audit: { readonly method: string; readonly request: string };
  /** Who vouched, where it was not the vendor. */
  readonly federatedIssuer?: string;
  readonly risk?: Risk | undefined;
  /** An extension that was asked before the token was given, as Graph's rows tell of it. */
  readonly listener?: JsonObject | undefined;
  /** The vendor's services among each other: one row in the export and no other. */
  readonly isVendor?: true;
  /** When the service fills in what it learns later; undefined: the first row is whole. */
  readonly completedAfterMs?: number | undefined;
};

/** The row as first seen, or with what the service learned since. */
export type Fullness = 'first' | 'complete';

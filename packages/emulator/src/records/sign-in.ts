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
  /** Empty if the user agent does not state it. */
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

/** A token request, successful or not, with the data for all feeds. */
export type SignIn = {
  readonly atMs: number;
  /** The service's request id: Id and IntraSystemId, `id` of the row. */
  readonly requestId: string;
  readonly correlationId: string;
  readonly tokenId: string;
  readonly eventType: EventType;
  /** Undefined for applications. `isKnown: false`: an unknown name. */
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
  /** 0, or the code of the failure (contracts: AADSTS codes). */
  readonly error: number;
  readonly factors: 1 | 2;
  readonly steps: readonly Step[];
  /** UserAuthenticationMethod and RequestType of the unified audit log. */
  readonly audit: { readonly method: string; readonly request: string };
  /** The identity provider, if it is not the vendor. */
  readonly federatedIssuer?: string;
  readonly risk?: Risk | undefined;
  /** The extension that was called before the token was issued, as in Graph's rows. */
  readonly listener?: JsonObject | undefined;
  /** A sign-in between the vendor's services: one row in the export only. */
  readonly isVendor?: true;
  /** When the service completes the row; undefined: the first row is complete. */
  readonly completedAfterMs?: number | undefined;
};

/** The first version of a row, or the completed one. */
export type Fullness = 'first' | 'complete';

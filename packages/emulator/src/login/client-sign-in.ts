import type { ClientProof } from './client-proof.ts';
import type { Person, RegisteredApp } from './login-directory.ts';

/** The result of an external authentication method, as the log reports it. */
export type ExternalFactor = {
  /** The name of the configured method. */
  readonly name: string;
  readonly succeeded: boolean;
  /** The method that the provider states (`amr`), or the failure. */
  readonly detail: string;
};

/** A custom authentication extension that was called before a token was issued. */
export type AppliedListener = {
  readonly extensionId: string;
  readonly eventType: 'tokenIssuanceStart';
  /** 0, or one of 1003000 to 1003027. */
  readonly code: number;
  readonly httpStatus: number;
};

/** A sign-in of a real client at this emulator, successful or not, for the logs. */
export type SignIn = {
  readonly atMs: number;
  readonly tenantId: string;
  readonly app: RegisteredApp;
  /** Undefined if an application signed in as itself. An unknown name has no object id. */
  readonly person: Person | undefined;
  readonly grant: string;
  readonly proof: ClientProof;
  readonly audience: string | undefined;
  /** The source of the token's `uti`. */
  readonly requestId: string;
  readonly correlationId: string;
  readonly uti: string;
  readonly sid: string | undefined;
  readonly ipAddress: string;
  readonly userAgent: string;
  /** 0, or the AADSTS code of the refusal. */
  readonly error: number;
  readonly external?: ExternalFactor | undefined;
  readonly listener?: AppliedListener | undefined;
  /** `fuller`: the row exists already, and now has more members. */
  readonly row: 'first' | 'fuller';
};

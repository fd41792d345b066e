import type { ClientProof } from './client-proof.ts';
import type { Person, RegisteredApp } from './login-directory.ts';

/** What an external authentication method said, as far as the log tells of it. */
export type ExternalFactor = {
  /** The configured method's name. */
  readonly name: string;
  readonly succeeded: boolean;
  /** The method that the provider states (`amr`), or why there is none. */
  readonly detail: string;
};

/** A custom authentication extension that was asked before a token was given. */
export type AppliedListener = {
  readonly extensionId: string;
  readonly eventType: 'tokenIssuanceStart';
  /** 0, or one of 1003000 to 1003027. */
  readonly code: number;
  readonly httpStatus: number;
};

/** A sign-in that a real client made here, let in or refused, for whoever writes the logs. */
export type SignIn = {
  readonly atMs: number;
  readonly tenantId: string;
  readonly app: RegisteredApp;
  /** Undefined where an application signed in as itself. An unknown name has no object id. */
  readonly person: Person | undefined;
  readonly grant: string;
  readonly proof: ClientProof;
  readonly audience: string | undefined;
  /** The token's `uti` is made of it. */
  readonly requestId: string;
  readonly correlationId: string;
  readonly uti: string;
  readonly sid: string | undefined;
  readonly ipAddress: string;
  readonly userAgent: string;
  /** 0, or the AADSTS number of the refusal. */
  readonly error: number;
  readonly external?: ExternalFactor | undefined;
  readonly listener?: AppliedListener | undefined;
  /** `fuller`: the row of this request was written before, and now has more. */
  readonly row: 'first' | 'fuller';
};

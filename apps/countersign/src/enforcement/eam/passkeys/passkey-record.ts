import type { TenantId } from '@countersign/core';
import type { SignedStatement } from '../../approvals/signed-statement.ts';
import { isObject } from '../../http/i-json.ts';
import type { InvitationApproval, InvitationRequest } from './invitation-statements.ts';

/** A passkey as it was registered. */
export type Passkey = {
  /** Of the credential, in base64url. */
  readonly id: string;
  readonly tenant: TenantId;
  /** Object id. */
  readonly person: string;
  /** COSE, in base64url. */
  readonly publicKey: string;
  readonly counter: number;
  /** The authenticator's make and model, by its own word unless its attestation was verified. */
  readonly aaguid: string;
  readonly format: string;
  readonly transports: readonly string[];
  /** `device`: never leaves it. `synced`: may be copied to others. */
  readonly bound: 'device' | 'synced';
  /** The directory's device that it is bound to, where whoever invited said so. */
  readonly device: string | null;
  readonly invitation: string;
};

/** The right to register one passkey, for one person, once. */
export type Invitation = {
  readonly id: string;
  readonly tenant: TenantId;
  /** Object id or sign-in name, lower case. */
  readonly person: string;
  /** `recovery`: for somebody who has, or had, a passkey; it takes two administrators. */
  readonly reason: 'first' | 'recovery';
  /** The account that asked for it. */
  readonly by: string;
  readonly device: string | null;
  readonly expiresMs: number;
  /** What was signed, where it takes two people. */
  readonly request: SignedStatement<InvitationRequest> | null;
  /** Null until all agreed who have to. */
  readonly codeHash: string | null;
};

/**
 * What is written down of passkeys, as bodies of entries of kind `credential`: nothing of it can be
 * made again from what the vendor reports.
 */
export type PasskeyRecord = { readonly v: 1; readonly atMs: number } & (
  | { readonly what: 'passkey-invited'; readonly invitation: Invitation }
  | {
      readonly what: 'passkey-approved';
      readonly invitation: string;
      /** The account that brought it. */
      readonly by: string;
      readonly approval: SignedStatement<InvitationApproval>;
      readonly codeHash: string;
    }
  | { readonly what: 'passkey-registered'; readonly passkey: Passkey }
  | {
      readonly what: 'passkey-used';
      readonly id: string;
      readonly counter: number;
      readonly bound: Passkey['bound'];
    }
  | {
      readonly what: 'passkey-refused';
      readonly tenant: TenantId;
      readonly person: string;
      /** Of the credential, where one was shown that is known. */
      readonly id: string | null;
      readonly why: PasskeyFault;
      readonly requestId: string | null;
    }
  | {
      readonly what: 'passkey-revoked';
      readonly id: string;
      readonly by: string;
      readonly reason: string;
    }
);

/**
 * - `unreadable`   not what an authenticator says
 * - `unknown`      of a passkey that nobody registered
 * - `another`      of somebody else's
 * - `revoked`      taken away
 * - `copied`       its counter went back: there are two of it
 * - `unproven`     of another site, another attempt, without the person, or not signed by it
 * - `not-allowed`  of an authenticator that policy does not take
 * - `no-code`      a code that nobody issued, for somebody else, used or over
 * - `too-many`     the person has as many as one may have
 */
export type PasskeyFault =
  | 'unreadable'
  | 'unknown'
  | 'another'
  | 'revoked'
  | 'copied'
  | 'unproven'
  | 'not-allowed'
  | 'no-code'
  | 'too-many';

/** Undefined for the body of another entry. What we wrote ourselves is of the form it has. */
export function passkeyRecordOf(body: unknown): PasskeyRecord | undefined {
  if (!isObject(body) || body['v'] !== 1) return undefined;
  const { what } = body;
  if (typeof what !== 'string' || !what.startsWith('passkey-')) return undefined;
  return body as PasskeyRecord;
}

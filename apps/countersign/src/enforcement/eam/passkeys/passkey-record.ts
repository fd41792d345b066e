import type { TenantId } from '@countersign/core';
import type { SignedStatement } from '../../approvals/signed-statement.ts';
import { isObject } from '../../http/i-json.ts';
import type { InvitationApproval, InvitationRequest } from './invitation-statements.ts';

/** A passkey as it was registered. */
export type Passkey = {
  /** The credential id in base64url. */
  readonly id: string;
  readonly tenant: TenantId;
  /** Object id. */
  readonly person: string;
  /** COSE, in base64url. */
  readonly publicKey: string;
  readonly counter: number;
  /** The authenticator's model. It is self-declared unless the attestation was verified. */
  readonly aaguid: string;
  readonly format: string;
  readonly transports: readonly string[];
  /** `device`: never leaves it. `synced`: can be copied to others. */
  readonly bound: 'device' | 'synced';
  /** The directory device that it is bound to, if the invitation named one. */
  readonly device: string | null;
  readonly invitation: string;
};

/** Permission for one person to register one passkey, once. */
export type Invitation = {
  readonly id: string;
  readonly tenant: TenantId;
  /** Object id or sign-in name, lower case. */
  readonly person: string;
  /** `recovery`: the person has or had a passkey. It needs two administrators. */
  readonly reason: 'first' | 'recovery';
  /** The account that requested it. */
  readonly by: string;
  readonly device: string | null;
  readonly expiresMs: number;
  /** The signed request if two people are needed. */
  readonly request: SignedStatement<InvitationRequest> | null;
  /** Null until all required people agreed. */
  readonly codeHash: string | null;
};

/**
 * Bodies of entries of kind `credential`. The vendor reports none of this, so it cannot be rebuilt
 * from other records.
 */
export type PasskeyRecord = { readonly v: 1; readonly atMs: number } & (
  | { readonly what: 'passkey-invited'; readonly invitation: Invitation }
  | {
      readonly what: 'passkey-approved';
      readonly invitation: string;
      /** The account that supplied it. */
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
      /** The credential id, if a known one was presented. */
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
 * - `unreadable`  not an authenticator's response
 * - `unknown`     of an unregistered passkey
 * - `another`     of another person's passkey
 * - `revoked`     the passkey was revoked
 * - `copied`      its counter went back, so there are two copies
 * - `unproven`    of another site or attempt, without user verification, or with a bad signature
 * - `not-allowed` the authenticator is not allowed by policy
 * - `no-code`     the code is invalid, used, expired, or for another person
 * - `too-many`    the person has the maximum number
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

/** Undefined for the body of another entry. Our own records have a valid form. */
export function passkeyRecordOf(body: unknown): PasskeyRecord | undefined {
  if (!isObject(body) || body['v'] !== 1) return undefined;
  const { what } = body;
  if (typeof what !== 'string' || !what.startsWith('passkey-')) return undefined;
  return body as PasskeyRecord;
}

import type { TenantId } from '@countersign/core';
import {
  areTwoPeople,
  isSaidBy,
  type People,
  type SignedStatement,
  type StatementForms,
  signedIn,
  statementDigest,
} from '../../approvals/signed-statement.ts';

/** One administrator's request that a person register a further passkey. */
export type InvitationRequest = {
  readonly v: 1;
  readonly what: 'passkey-invitation';
  readonly invitation: string;
  readonly tenant: TenantId;
  /** Object id or sign-in name, lower case. */
  readonly person: string;
  /** Empty: bound to no device. */
  readonly device: string;
  readonly by: string;
  readonly atMs: number;
};

/** Another administrator's approval. */
export type InvitationApproval = {
  readonly v: 1;
  readonly what: 'passkey-approval';
  readonly invitation: string;
  /** SHA-256 of the signed request. */
  readonly request: string;
  readonly by: string;
  readonly atMs: number;
};

type InvitationStatement = InvitationRequest | InvitationApproval;

/** Undefined if the value is not a signed statement about an invitation. */
export function invitationStatementOf(
  value: unknown,
): SignedStatement<InvitationStatement> | undefined {
  return signedIn(value, FORMS) as SignedStatement<InvitationStatement> | undefined;
}

/**
 * Whether two people agreed. Signatures are verified again, because an attacker may have written
 * entries.
 */
export function isAgreed(
  request: SignedStatement<InvitationRequest> | null,
  approval: SignedStatement<InvitationApproval> | null,
  people: People,
): boolean {
  return (
    request !== null &&
    approval !== null &&
    approval.statement.request === statementDigest(request) &&
    areTwoPeople(request.statement.by, approval.statement.by, people) &&
    isSaidBy(request, people) &&
    isSaidBy(approval, people)
  );
}

const FORMS: StatementForms = new Map([
  ['passkey-invitation', { texts: ['invitation', 'tenant', 'person', 'device'], times: [] }],
  ['passkey-approval', { texts: ['invitation', 'request'], times: [] }],
]);

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

/** Somebody is to register a further passkey: one administrator asks for it. */
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

/** Another administrator agrees. */
export type InvitationApproval = {
  readonly v: 1;
  readonly what: 'passkey-approval';
  readonly invitation: string;
  /** SHA-256 of the request as it was signed. */
  readonly request: string;
  readonly by: string;
  readonly atMs: number;
};

type InvitationStatement = InvitationRequest | InvitationApproval;

/** Undefined for what does not have the form of a signed statement about an invitation. */
export function invitationStatementOf(
  value: unknown,
): SignedStatement<InvitationStatement> | undefined {
  return signedIn(value, FORMS) as SignedStatement<InvitationStatement> | undefined;
}

/** Whether two people agreed. Their keys are asked again: a ledger can be written by others. */
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

import type { TenantId } from '@countersign/core';
import {
  type SignedStatement,
  type StatementForms,
  signedIn,
} from '../approvals/signed-statement.ts';

/** A request that a group bypass the external method for a limited time. */
export type BypassRequest = {
  readonly v: 1;
  readonly what: 'bypass-request';
  readonly bypass: string;
  readonly tenant: TenantId;
  /** The id of the external method's configuration in the suite. */
  readonly method: string;
  /** The id of the group in the suite. */
  readonly group: string;
  readonly reason: string;
  readonly by: string;
  readonly atMs: number;
  /** The bypass ends automatically at this time. */
  readonly untilMs: number;
};

/** Another person's approval. */
export type BypassApproval = {
  readonly v: 1;
  readonly what: 'bypass-approval';
  readonly bypass: string;
  /** SHA-256 of the signed request, so that no other can be meant. */
  readonly request: string;
  readonly by: string;
  readonly atMs: number;
};

/** The end of a bypass, for which one person is enough. */
export type BypassEnd = {
  readonly v: 1;
  readonly what: 'bypass-end';
  readonly bypass: string;
  readonly reason: string;
  readonly by: string;
  readonly atMs: number;
};

export type BypassStatement = BypassRequest | BypassApproval | BypassEnd;

/** Undefined if the value is not a signed statement about a bypass. */
export function bypassStatementOf(value: unknown): SignedStatement<BypassStatement> | undefined {
  return signedIn(value, FORMS) as SignedStatement<BypassStatement> | undefined;
}

const FORMS: StatementForms = new Map([
  [
    'bypass-request',
    { texts: ['bypass', 'tenant', 'method', 'group', 'reason'], times: ['untilMs'] },
  ],
  ['bypass-approval', { texts: ['bypass', 'request'], times: [] }],
  ['bypass-end', { texts: ['bypass', 'reason'], times: [] }],
]);

import type { TenantId } from '@countersign/core';
import {
  type SignedStatement,
  type StatementForms,
  signedIn,
} from '../approvals/signed-statement.ts';

/** A group goes past our method for a while: somebody asks for it. */
export type BypassRequest = {
  readonly v: 1;
  readonly what: 'bypass-request';
  readonly bypass: string;
  readonly tenant: TenantId;
  /** The configuration of our method in the suite. */
  readonly method: string;
  /** The id of the group there. */
  readonly group: string;
  readonly reason: string;
  readonly by: string;
  readonly atMs: number;
  /** Then it is undone by itself. */
  readonly untilMs: number;
};

/** Somebody else agrees. */
export type BypassApproval = {
  readonly v: 1;
  readonly what: 'bypass-approval';
  readonly bypass: string;
  /** SHA-256 of the request as it was signed: no other can be meant. */
  readonly request: string;
  readonly by: string;
  readonly atMs: number;
};

/** The way back, for which one is enough. */
export type BypassEnd = {
  readonly v: 1;
  readonly what: 'bypass-end';
  readonly bypass: string;
  readonly reason: string;
  readonly by: string;
  readonly atMs: number;
};

export type BypassStatement = BypassRequest | BypassApproval | BypassEnd;

/** Undefined for what does not have the form of a signed statement about a bypass. */
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

import {
  type Answer,
  CountersignError,
  messageOf,
  type Reason,
  type TenantId,
  tenantId,
  type Watermark,
} from '@countersign/core';
import { type Conclusion, YES } from '../../../operations/definition/conclusion.ts';
import { failureKind } from '../../../operations/definition/failure-kind.ts';
import type {
  DocumentOperation,
  LedgerOperation,
  OperationContext,
} from '../../../operations/definition/operation.ts';
import { BY_TENANT, NEEDS_NAMES } from '../../../operations/offers.ts';
import type { Readers } from '../../../operations/readers/readers.ts';
import { type AuthorizedResource, authorize } from '../../../operators/authorize.ts';
import type { Caller } from '../../../operators/caller.ts';
import { refuse } from '../http/problem.ts';
import type { ApiRoute } from './api-route.ts';

/** One of three answers; `no` and `unknown` have reasons. */
export type ApiAnswer = {
  readonly kind: Answer['kind'];
  readonly because: readonly Reason[];
};

/** The reply of an operation with one document. */
export type DocumentReply = {
  readonly answer: ApiAnswer;
  /** Null: the answer does not depend on the store. */
  readonly asOf: Watermark | null;
  /** Null: the operation could not tell anything. */
  readonly result: unknown;
  readonly notices: readonly string[];
};

/** A page of a list. */
export type ListReply = {
  readonly items: readonly unknown[];
  /** Whether the list may lack items. */
  readonly complete: ApiAnswer;
  readonly asOf: Watermark | null;
  /** The cursor of the next page; null: this is the last one. */
  readonly next: string | null;
  readonly notices: readonly string[];
};

/**
 * The caller as narrowed to what this operation may use, and the tenant that the answer is about;
 * undefined: all.
 *
 * @throws ProblemError 403 if the caller may not ask, 400 without a valid tenant
 */
export function admit(
  { operation }: ApiRoute,
  caller: Caller,
  asked: Pick<AuthorizedResource, 'personGroups'> & {
    readonly tenant: string | null;
    readonly nowMs: number;
  },
): { readonly caller: Caller; readonly tenant: TenantId | undefined } {
  const { personGroups } = asked;
  const tenant = tenantOf(asked.tenant);
  const decided = authorize(caller, operation, { tenant, personGroups }, asked.nowMs);
  if (decided.kind === 'deny') {
    const { cause, because } = decided;
    refuse(403, cause, because, { 'www-authenticate': challengeOf(cause, operation.scope) });
  }
  const { tenants, people } = decided.caller;
  if (people === 'pseudonyms' && NEEDS_NAMES.has(operation.name)) {
    refuse(403, 'names', 'this shows names, and the caller sees pseudonyms only');
  }
  if (tenants === 'all') return { caller: decided.caller, tenant };
  if (!BY_TENANT.has(operation.name)) {
    refuse(403, 'tenant', 'this is about all tenants, and the caller may see some only');
  }
  const [only, ...others] = tenants;
  const chosen = tenant ?? (others.length === 0 ? only : undefined);
  if (chosen === undefined) {
    refuse(400, 'tenant-missing', 'choose one tenant of the caller: ?tenant=GUID');
  }
  return { caller: decided.caller, tenant: chosen };
}

/** RFC 6750, section 3.1; RFC 9470, section 3, for an operator who must sign in again. */
function challengeOf(cause: 'scope' | 'tenant' | 'group' | 'step-up', scope: string): string {
  return cause === 'step-up'
    ? 'Bearer error="insufficient_user_authentication", max_age=300'
    : `Bearer error="insufficient_scope", scope="${scope}"`;
}

function tenantOf(text: string | null): TenantId | undefined {
  if (text === null) return undefined;
  try {
    return tenantId(text.toLowerCase());
  } catch {
    return refuse(400, 'invalid-tenant', 'a tenant is a GUID: 8-4-4-4-12 hex digits');
  }
}

/** Runs an operation that replies with one document. */
export async function runDocument(
  operation: DocumentOperation<object, unknown, unknown> | LedgerOperation<object, unknown>,
  input: object,
  context: OperationContext,
): Promise<Omit<DocumentReply, 'notices'>> {
  try {
    const { output, conclusion } = await runIn(operation, input, context);
    const answer = answerOf(conclusion, output);
    return { answer, asOf: asOfOf(context.readers), result: output ?? null };
  } catch (error) {
    return { answer: unknownOf(error), asOf: asOfOf(context.readers), result: null };
  }
}

async function runIn(
  operation: DocumentOperation<object, unknown, unknown> | LedgerOperation<object, unknown>,
  input: object,
  context: OperationContext,
): Promise<{ readonly output: unknown; readonly conclusion: Conclusion }> {
  if (operation.runsIn === 'caller') return operation.run(context, input);
  const output = await context.perform(operation, input);
  for (const notice of operation.notices?.(output) ?? []) context.notice(notice);
  return { output, conclusion: operation.conclude?.(output, context) ?? YES };
}

/** @throws every error that is not "cannot tell" */
export function unknownOf(error: unknown): ApiAnswer {
  if (failureKind(error) !== 'unknown') throw error;
  return { kind: 'unknown', because: [reasonOf(error)] };
}

function reasonOf(error: unknown): Reason {
  const code = error instanceof CountersignError ? error.code : 'failed';
  return { code: code.toLowerCase().replaceAll('_', '-'), text: messageOf(error) };
}

/** The answer of a conclusion. What failed although there is an output is a no. */
function answerOf(conclusion: Conclusion, output: unknown): ApiAnswer {
  switch (conclusion.kind) {
    case 'yes':
      return { kind: 'yes', because: [] };
    case 'no': {
      const { because = becauseOf(output) } = conclusion;
      return { kind: 'no', because };
    }
    case 'failed': {
      const { error, because = [reasonOf(error)] } = conclusion;
      return { kind: failureKind(error) === 'unknown' ? 'unknown' : 'no', because };
    }
  }
}

/** A no without reasons of its own: the result states them. */
function becauseOf(output: unknown): readonly Reason[] {
  const { because } = (output ?? {}) as { readonly because?: unknown };
  if (Array.isArray(because) && because.length > 0 && because.every(isReason)) return because;
  return [{ code: 'see-result', text: 'the result states what was found' }];
}

function isReason(value: unknown): value is Reason {
  const { code, text } = (value ?? {}) as Partial<Reason>;
  return typeof code === 'string' && typeof text === 'string';
}

/** Whether a list is complete, by the conclusion that the list gives. */
export function completeOf(conclusion: Conclusion): ApiAnswer {
  if (conclusion.kind === 'yes' && conclusion.missing !== undefined) {
    return { kind: 'unknown', because: conclusion.missing };
  }
  // A list whose conclusion is "no" is complete, and says no about its subject.
  if (conclusion.kind === 'no') return { kind: 'yes', because: [] };
  return answerOf(conclusion, undefined);
}

export function asOfOf(readers: Readers): Watermark | null {
  return readers.head?.asOf ?? null;
}

import { unreachable } from '@countersign/core';
import type { Decision } from '@countersign/policy';
import type { EndpointError } from '../http/endpoint-error.ts';

/** AuthZEN 1.0 section 6.2. */
export type EvaluationResponse = {
  readonly decision: boolean;
  readonly context?: Readonly<Record<string, unknown>>;
};

/**
 * A decision with the id of its entry, by which a help desk finds it. The reasons of a refusal are
 * keyed by the status that the application would answer (6.2.1).
 */
export function answerOf(decision: Decision): EvaluationResponse {
  const { id, effect, obligations, pass } = decision;
  const owed = obligations.length === 0 ? {} : { obligations };
  if (effect === 'permit') {
    const opened =
      pass === undefined
        ? {}
        : { pass: { id: pass.id, expires: new Date(pass.expiresMs).toISOString() } };
    return { decision: true, context: { id, ...opened, ...owed } };
  }
  const texts = decision.because.map(({ text }) => text);
  return {
    decision: false,
    context: {
      id,
      cause: decision.cause,
      reason_admin: { '403': texts.join('; ') },
      reason_user: { '403': userReason(decision) },
      ...owed,
    },
  };
}

/** In a batch, an item that cannot be answered is a deny with the error (7.2.1). */
export function problemAnswer({ status, message }: EndpointError): EvaluationResponse {
  return { decision: false, context: { error: { status, message } } };
}

/** The item that ended a batch early states the semantic (7.1.2.1). */
export function endedBy(answer: EvaluationResponse, semantic: string): EvaluationResponse {
  const context = { ...answer.context, code: '200', reason: semantic };
  return { decision: answer.decision, context };
}

function userReason({ cause, id }: Decision): string {
  switch (cause) {
    case 'policy':
    case 'no-policy':
      return `The company's policy does not allow this (reference ${id}).`;
    case 'unknown':
      return `We cannot tell whether the company's policy allows this (reference ${id}).`;
    case 'error':
      return `The company's policy could not be evaluated (reference ${id}).`;
    default:
      return unreachable(cause);
  }
}

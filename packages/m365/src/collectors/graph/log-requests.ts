import {
  INTERACTIVE_ONLY,
  leftOutCode,
  SIGN_IN_TYPES,
  type SignInType,
  type SourceId,
} from '@countersign/core';
import type { DeliveredFamily } from '../collector.ts';
import { AUDITS_KEPT_MS, SIGN_INS_KEPT_MS } from './limits.ts';

/** A log that Graph gives by event time, and how it is asked for. */
export type GraphLog = {
  readonly source: SourceId;
  readonly family: DeliveredFamily;
  /** So long after it happened it can be read, wherever an answer tells that it is all. */
  readonly keptMs: number;
  /** Each is asked; the window is complete when all were read. */
  readonly questions: readonly Question[];
  /** What the questions do not ask for, of what the source would have: never is all of it read. */
  readonly leavesOut?: { readonly code: string; readonly because: string } | undefined;
  /** Asked instead when the service has no such thing as the questions. */
  readonly fallback?: Question & { readonly code: string; readonly because: string };
};

export type Question = {
  readonly path: string;
  readonly time: string;
  readonly filter?: string;
};

/** Sign-ins of some kinds, as each kind has to be asked for by name. */
export function signInLog(types: readonly SignInType[]): GraphLog {
  const left = SIGN_IN_TYPES.filter((type) => !types.includes(type));
  const because =
    `the configuration asked for sign-ins of ${types.join(', ')} alone: of ` +
    `${left.join(', ')} nothing is known`;
  return {
    source: 'graph/signIns',
    family: 'sign-ins',
    keptMs: SIGN_INS_KEPT_MS,
    leavesOut: left.length === 0 ? undefined : { code: leftOutCode(left), because },
    questions: types.map((type) => ({
      path: '/beta/auditLogs/signIns',
      time: 'createdDateTime',
      filter: `signInEventTypes/any(t: t eq '${type}')`,
    })),
    fallback: {
      path: '/v1.0/auditLogs/signIns',
      time: 'createdDateTime',
      code: INTERACTIVE_ONLY,
      because:
        'the service does not give sign-ins by event type: interactive ones alone were read, ' +
        'and of refreshed, service and managed identity sign-ins nothing is known',
    },
  };
}

export const DIRECTORY_AUDITS: GraphLog = {
  source: 'graph/directoryAudits',
  family: 'directory-audits',
  keptMs: AUDITS_KEPT_MS,
  questions: [{ path: '/v1.0/auditLogs/directoryAudits', time: 'activityDateTime' }],
};

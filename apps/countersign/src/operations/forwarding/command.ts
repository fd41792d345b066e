import { CountersignError, messageOf, type TenantId, tenantId } from '@countersign/core';
import type { ProofDemand } from './caller-proof.ts';
import { ForwardingError, RemoteDefect, RemoteError } from './errors.ts';

/** The version of the socket protocol: host and caller must agree on it. */
const PROTOCOL = 3;

/** An operation as plain JSON, for another process. */
export type Command = {
  /** The name of an operation that runs in the process that holds the ledger. */
  readonly operation: string;
  /** Its parsed input. Both processes validate it. Paths are absolute. */
  readonly input: object;
  /** `rehearse`: check everything, list the entries that would follow, and change nothing. */
  readonly mode: 'perform' | 'rehearse';
  readonly tenant: TenantId | null;
  /** The caller's account, as the entry will state it. The server sets it: a caller proves it. */
  readonly who: string;
};

/**
 * One line of a reply: `prove` comes first, `begun` before the first effect, `result` or `error`
 * last.
 */
export type AnswerLine =
  | ({ readonly kind: 'prove' } & ProofDemand)
  | { readonly kind: 'begun' }
  | { readonly kind: 'progress'; readonly progress: unknown }
  | { readonly kind: 'result'; readonly result: unknown }
  | { readonly kind: 'error'; readonly code: string | null; readonly message: string };

export function workText({ who: _, ...work }: Command): string {
  return JSON.stringify({ protocol: PROTOCOL, ...work });
}

/** @throws ForwardingError MALFORMED, OTHER_VERSION */
export function parseWork(text: string): Omit<Command, 'who'> {
  const value = parseObject(text);
  if (value.protocol !== PROTOCOL) {
    throw new ForwardingError(
      'OTHER_VERSION',
      'could not hand the command over: the process that holds the ledger speaks protocol ' +
        `${PROTOCOL}, not ${String(value.protocol)}. Run one version of Countersign on one data ` +
        'folder',
    );
  }
  const { operation, input, mode, tenant } = value;
  if (
    typeof operation !== 'string' ||
    typeof input !== 'object' ||
    input === null ||
    Array.isArray(input) ||
    (mode !== 'perform' && mode !== 'rehearse') ||
    !(tenant === null || typeof tenant === 'string')
  ) {
    throw malformed('a command that was handed over');
  }
  return { operation, input, mode, tenant: tenant === null ? null : tenantOf(tenant) };
}

function tenantOf(text: string): TenantId {
  try {
    return tenantId(text);
  } catch (error) {
    throw malformed('the tenant of a command that was handed over', error);
  }
}

export function errorLine(error: unknown): AnswerLine {
  const code = error instanceof CountersignError ? error.code : null;
  return { kind: 'error', code, message: messageOf(error) };
}

export function errorOfLine(line: Extract<AnswerLine, { kind: 'error' }>): Error {
  return line.code === null
    ? new RemoteDefect(line.message)
    : new RemoteError(line.code, line.message);
}

/** @throws ForwardingError MALFORMED */
export function parseAnswerLine(text: string): AnswerLine {
  const line = parseObject(text);
  switch (line.kind) {
    case 'prove':
      return { kind: 'prove', name: String(line.name), nonce: String(line.nonce) };
    case 'begun':
      return { kind: 'begun' };
    case 'progress':
      return { kind: 'progress', progress: line.progress };
    case 'result':
      return { kind: 'result', result: line.result };
    case 'error':
      return {
        kind: 'error',
        code: typeof line.code === 'string' ? line.code : null,
        message: String(line.message),
      };
    default:
      throw malformed('an answer of the process that holds the ledger');
  }
}

function parseObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw malformed('a message over the socket of the data folder', error);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw malformed('a message over the socket of the data folder');
  }
  return value as Record<string, unknown>;
}

function malformed(what: string, cause?: unknown): ForwardingError {
  return new ForwardingError(
    'MALFORMED',
    `could not read ${what}: run one version of Countersign on one data folder`,
    { cause },
  );
}

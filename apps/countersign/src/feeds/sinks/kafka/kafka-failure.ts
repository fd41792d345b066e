import { messageOf } from '@countersign/core';
import { isCertificateCode } from '@countersign/m365';
import { SinkError } from '../../delivery/sink.ts';

/** Our own refusal to send to a broker that the configuration does not name. */
export class UnknownBroker extends Error {
  override readonly name = 'UnknownBroker';
}

/** Converts an error of the Kafka client. */
export function kafkaFailure(error: unknown): SinkError {
  const all = nestedErrors(error);
  const own = all.find((each) => each instanceof UnknownBroker);
  if (own !== undefined) return new SinkError('MISCONFIGURED', messageOf(own), { cause: own });
  const codes = all.flatMap(codesOf);
  const certificate = codes.find(isCertificateCode);
  if (certificate !== undefined) {
    // Not MISCONFIGURED: the feed goes on by itself when the broker renews its certificate.
    const message =
      `refused to send: the certificate of the broker is not valid (${certificate}); nothing was ` +
      'sent; check the host, or name its authority in authorityFile';
    return new SinkError('UNAVAILABLE', message, { cause: error });
  }
  // The innermost error states the cause; the outer ones only add context.
  const reason = messageOf(all.at(-1) ?? error).slice(0, REASON_CHARACTERS_MAX);
  for (const [code, cure] of CURES) {
    if (!codes.includes(code)) continue;
    const message = `Kafka refused the records: ${reason}; ${cure}`;
    return new SinkError('MISCONFIGURED', message, { cause: error });
  }
  if (all.some(isUnknownTopic)) {
    const message = `Kafka has no such topic: ${reason}; create it, or correct "topics"`;
    return new SinkError('MISCONFIGURED', message, { cause: error });
  }
  return new SinkError('UNAVAILABLE', `could not send to Kafka: ${reason}`, { cause: error });
}

/** The broker refuses a frame, or a record in it, for ever. */
export function refusalOfRecords(error: unknown): string | undefined {
  return nestedErrors(error)
    .flatMap(codesOf)
    .find((code) => RECORD_CODES.has(code));
}

const RECORD_CODES: ReadonlySet<string> = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_RECORD',
]);

const CREDENTIALS = 'check the login of the feed';
const RIGHTS = 'grant its principal Write and IdempotentWrite on the topics';

/** Codes of the protocol that a retry does not change, with what does. */
const CURES: readonly (readonly [code: string, cure: string])[] = [
  ['SASL_AUTHENTICATION_FAILED', CREDENTIALS],
  ['UNSUPPORTED_SASL_MECHANISM', 'the broker must offer SASL PLAIN'],
  ['TOPIC_AUTHORIZATION_FAILED', RIGHTS],
  ['CLUSTER_AUTHORIZATION_FAILED', RIGHTS],
  ['INVALID_TOPIC_EXCEPTION', 'correct "topics"'],
  ['INVALID_REQUIRED_ACKS', 'the topic must accept acks=all'],
];

/** Enough for one sentence of the client. */
const REASON_CHARACTERS_MAX = 300;

/** The maximum depth of nested errors. An error that wraps itself has no end. */
const DEPTH_MAX = 8;

function isUnknownTopic(error: unknown): boolean {
  // The client has no code for a topic that is missing from the requested ones.
  return (
    codesOf(error).includes('UNKNOWN_TOPIC_OR_PARTITION') ||
    (error instanceof Error && error.message.startsWith('Unknown topic '))
  );
}

function nestedErrors(error: unknown, depth = 0): readonly unknown[] {
  if (typeof error !== 'object' || error === null || depth > DEPTH_MAX) return [];
  const { cause, errors } = error as { cause?: unknown; errors?: unknown };
  const inner = [...(Array.isArray(errors) ? (errors as readonly unknown[]) : []), cause];
  return [error, ...inner.flatMap((each) => nestedErrors(each, depth + 1))];
}

function codesOf(error: unknown): string[] {
  const { code, apiId } = error as { code?: unknown; apiId?: unknown };
  return [code, apiId].filter((each) => typeof each === 'string');
}

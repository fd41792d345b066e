import { messageOf } from '@countersign/core';
import { isCertificateCode } from '../../errors.ts';
import { HttpError } from '../../http/errors.ts';

/** Converts an error of the Kafka client to an HttpError like that of other services. */
export function hubFailure(error: unknown): HttpError {
  const all = nested(error);
  const own = all.find((each) => each instanceof HttpError);
  if (own !== undefined) return own;
  const codes = all.flatMap(codesOf);
  const certificate = codes.find(isCertificateCode);
  if (certificate !== undefined) {
    const message =
      `refused to talk to the event hubs: the certificate is not valid (${certificate}); ` +
      'nothing was sent; check the host, or give the authority of a proxy in the configuration';
    return new HttpError('CERTIFICATE', message, { data: { reason: certificate } });
  }
  if (codes.some((code) => REFUSED.has(code))) {
    const message =
      'the event hubs refused the connection string, or its rights: configure one of this ' +
      'namespace with the right to listen';
    return new HttpError('UNAUTHORIZED', message);
  }
  // The innermost error states the cause; the outer ones only add context.
  const reason = messageOf(all.at(-1) ?? error).slice(0, REASON_CHARACTERS_MAX);
  return new HttpError('UNREACHABLE', `could not read the event hubs: ${reason}`);
}

/** Our own code: no export writes to the hub, or its name is wrong. */
export const HUB_NOT_FOUND = 'hub-not-found';

export function isUnknownTopic(error: unknown): boolean {
  const all = nested(error);
  // The client has no code for a topic that is missing from the requested ones.
  return (
    all.flatMap(codesOf).includes('UNKNOWN_TOPIC_OR_PARTITION') ||
    all.some((each) => each instanceof Error && each.message.startsWith('Unknown topic '))
  );
}

/** Enough for one sentence of the client. */
const REASON_CHARACTERS_MAX = 300;

const REFUSED: ReadonlySet<string> = new Set([
  'PLT_KFK_AUTHENTICATION',
  'SASL_AUTHENTICATION_FAILED',
  'TOPIC_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
]);

/** The maximum depth of nested errors. An error that wraps itself has no end. */
const DEPTH_MAX = 8;

function nested(error: unknown, depth = 0): readonly unknown[] {
  if (typeof error !== 'object' || error === null || depth > DEPTH_MAX) return [];
  const { cause, errors } = error as { cause?: unknown; errors?: unknown };
  const inner = [...(Array.isArray(errors) ? (errors as readonly unknown[]) : []), cause];
  return [error, ...inner.flatMap((each) => nested(each, depth + 1))];
}

function codesOf(error: unknown): string[] {
  const { code, apiId } = error as { code?: unknown; apiId?: unknown };
  return [code, apiId].filter((each) => typeof each === 'string');
}

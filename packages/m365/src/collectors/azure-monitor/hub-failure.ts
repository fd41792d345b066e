import { messageOf } from '@countersign/core';
import { isCertificateCode } from '../../errors.ts';
import { HttpError } from '../../http/errors.ts';

/** What went wrong with a hub, in the words of every other service. */
export function hubFailure(error: unknown): HttpError {
  const all = nested(error);
  const own = all.find((each) => each instanceof HttpError);
  if (own !== undefined) return own;
  const codes = all.flatMap(codesOf);
  const certificate = codes.find(isCertificateCode);
  if (certificate !== undefined) {
    const message =
      `refused to talk to the event hubs: the certificate does not hold (${certificate}); ` +
      'nothing was sent; check the host, or give the authority of a proxy in the configuration';
    return new HttpError('CERTIFICATE', message, { data: { reason: certificate } });
  }
  if (codes.some((code) => REFUSED.has(code))) {
    const message =
      'the event hubs refused the connection string, or its rights: give one with the right to ' +
      'listen, of this namespace';
    return new HttpError('UNAUTHORISED', message);
  }
  // The deepest says what happened; those around it say that it was tried.
  const reason = messageOf(all.at(-1) ?? error).slice(0, REASON_CHARACTERS_MAX);
  return new HttpError('UNREACHABLE', `could not read the event hubs: ${reason}`);
}

/** A word of ours: nobody exports into it, or it is named wrongly. */
export const HUB_NOT_FOUND = 'hub-not-found';

export function isUnknownTopic(error: unknown): boolean {
  const all = nested(error);
  // The client has no code of its own for a topic that is not among those that it asked for.
  return (
    all.flatMap(codesOf).includes('UNKNOWN_TOPIC_OR_PARTITION') ||
    all.some((each) => each instanceof Error && each.message.startsWith('Unknown topic '))
  );
}

/** A sentence of the client fits. */
const REASON_CHARACTERS_MAX = 300;

const REFUSED: ReadonlySet<string> = new Set([
  'PLT_KFK_AUTHENTICATION',
  'SASL_AUTHENTICATION_FAILED',
  'TOPIC_AUTHORIZATION_FAILED',
  'GROUP_AUTHORIZATION_FAILED',
]);

/** How deep errors are looked into: what wraps itself has no end. */
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

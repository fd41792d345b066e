import { createHash } from 'node:crypto';
import { EndpointError, malformedRequest } from '../http/endpoint-error.ts';
import { canonical, isObject } from '../http/i-json.ts';
import { PAGE_TOKEN_CHARACTERS_MAX } from './limits.ts';

export type Page = {
  readonly limit: number;
  /** The last examined candidate. */
  readonly after: string | undefined;
};

/**
 * Creates a token with the start of the next page and a digest of the question, because "all other
 * inputs must stay identical" (8.2).
 *
 * It is not signed: a forger only chooses where their own search continues, and other nodes can
 * read it.
 */
export function tokenFor(question: object, after: string): string {
  const written = JSON.stringify({ q: digestOf(question), a: after });
  return Buffer.from(written).toString('base64url');
}

/** @throws EndpointError MALFORMED, OTHER_PAGE */
export function tokenOf(token: string, question: object): string {
  if (token.length > PAGE_TOKEN_CHARACTERS_MAX) throw malformedRequest('page.token is unknown');
  const read = parse(Buffer.from(token, 'base64url').toString('utf8'));
  if (!isObject(read) || typeof read['a'] !== 'string') {
    throw malformedRequest('page.token is unknown');
  }
  if (read['q'] === digestOf(question)) return read['a'];
  throw new EndpointError(
    'OTHER_PAGE',
    'page.token belongs to another search: repeat that search unchanged with its token',
  );
}

function digestOf(question: object): string {
  return createHash('sha256').update(canonical(question)).digest('base64url').slice(0, 22);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

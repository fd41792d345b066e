import { quoted } from '@countersign/core';
import { HttpError } from './errors.ts';

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * The configured hosts, the only ones that may be called. Links come from the service, and a token
 * sent to another host would be leaked.
 */
export class AllowedOrigins {
  readonly #allowed: ReadonlySet<string>;

  /** @throws HttpError HOST_NOT_CONFIGURED for an origin that is neither https nor on loopback */
  constructor(origins: readonly string[]) {
    this.#allowed = new Set(origins.map((origin) => originOf(origin)));
  }

  /** @throws HttpError HOST_NOT_CONFIGURED */
  check(link: string, base?: URL): URL {
    const url = URL.parse(link, base?.href);
    if (url === null) throw refused(`${quoted(link)} is not a link`);
    if (!this.#allowed.has(url.origin) || url.username !== '' || url.password !== '') {
      throw refused(`a link leads to ${quoted(url.origin)}, which is not configured`);
    }
    return url;
  }
}

function originOf(text: string): string {
  const url = URL.parse(text) ?? undefined;
  const isSafe =
    url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.has(url.hostname));
  if (url !== undefined && isSafe && url.username === '') return url.origin;
  throw refused(`${quoted(text)} cannot be a host to call: give it as https://host`);
}

function refused(what: string): HttpError {
  return new HttpError(
    'HOST_NOT_CONFIGURED',
    `refused to call: ${what}; nothing was sent there; name the host in the configuration ` +
      'if it is genuine',
  );
}

/** For messages: the address without its query, which may hold a signature or token. */
export function placeOf(url: URL): string {
  const path = url.pathname.length > 120 ? `${url.pathname.slice(0, 120)}…` : url.pathname;
  return `${url.origin}${path}`;
}

import { quoted } from '@countersign/core';
import { HttpError } from './errors.ts';

const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * The configured hosts. Collectors may call no other host: links come from the service, and a token
 * sent to another host would leak.
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
    if (url === null) throw hostNotConfigured(`${quoted(link)} is not a link`);
    if (!this.#allowed.has(url.origin) || url.username !== '' || url.password !== '') {
      throw hostNotConfigured(`a link leads to ${quoted(url.origin)}, which is not configured`);
    }
    return url;
  }
}

function originOf(text: string): string {
  const url = URL.parse(text) ?? undefined;
  const isSafe =
    url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.has(url.hostname));
  if (url !== undefined && isSafe && url.username === '') return url.origin;
  throw hostNotConfigured(`${quoted(text)} is not a valid host: give it as https://host`);
}

function hostNotConfigured(what: string): HttpError {
  return new HttpError(
    'HOST_NOT_CONFIGURED',
    `refused to call: ${what}; nothing was sent there; name the host in the configuration ` +
      'if it is genuine',
  );
}

/** The URL for messages, without its query, which may hold a signature or token. */
export function urlWithoutQuery(url: URL): string {
  const path = url.pathname.length > 120 ? `${url.pathname.slice(0, 120)}…` : url.pathname;
  return `${url.origin}${path}`;
}

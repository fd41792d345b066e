import { COOKIE_CHARACTERS_MAX, COOKIES_MAX } from './limits.ts';

/**
 * The cookies of one host and one path (RFC 6265, as far as a load balancer needs it): they keep
 * all requests of a channel at one indexer.
 */
export class CookieJar {
  readonly #cookies = new Map<string, string>();

  /** @param headers the values of `Set-Cookie` */
  store(headers: readonly string[] | undefined): void {
    for (const header of headers ?? []) {
      const [pair = '', ...attributes] = header.split(';');
      const at = pair.indexOf('=');
      const name = pair.slice(0, Math.max(at, 0)).trim();
      if (name === '' || pair.length > COOKIE_CHARACTERS_MAX) continue;
      if (attributes.some(isExpiry)) this.#cookies.delete(name);
      else if (this.#cookies.has(name) || this.#cookies.size < COOKIES_MAX) {
        this.#cookies.set(name, pair.slice(at + 1).trim());
      }
    }
  }

  /** The `Cookie` header. Empty without cookies. */
  header(): Readonly<Record<string, string>> {
    if (this.#cookies.size === 0) return {};
    return { cookie: [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ') };
  }
}

function isExpiry(attribute: string): boolean {
  return /^\s*max-age\s*=\s*(?:0|-\d+)\s*$/i.test(attribute);
}

import { COOKIE_HEADER_CHARACTERS_MAX } from '../limits.ts';
import { SECRET } from './secret.ts';

/** - `https`  with the prefix `__Host-`, which binds a cookie to this host over TLS (RFC 6265bis)
 * - `http`   on this machine only: browsers refuse the prefix there */
export type CookieTransport = 'https' | 'http';

export type CookieUse = 'session' | 'sign-in';

const NAMES = { session: 'cs', 'sign-in': 'cs-sign-in' } as const;

function cookieName(use: CookieUse, transport: CookieTransport): string {
  return transport === 'https' ? `__Host-${NAMES[use]}` : NAMES[use];
}

/**
 * The value of one of our cookies. Two of the same name are refused: another site of the same
 * domain may have set the second.
 */
export function readCookie(
  header: string | null,
  use: CookieUse,
  transport: CookieTransport,
): string | undefined {
  if (header === null || header.length > COOKIE_HEADER_CHARACTERS_MAX) return undefined;
  const name = cookieName(use, transport);
  const values = header.split(';').flatMap((pair) => {
    const at = pair.indexOf('=');
    return at !== -1 && pair.slice(0, at).trim() === name ? [pair.slice(at + 1).trim()] : [];
  });
  const [value, ...others] = values;
  return others.length === 0 && value !== undefined && SECRET.test(value) ? value : undefined;
}

/**
 * `Lax`, because with `Strict` the browser would not send it on the way back from the provider.
 *
 * @param maxAgeS seconds; 0 removes the cookie
 */
export function setCookie(
  use: CookieUse,
  transport: CookieTransport,
  { value, maxAgeS }: { readonly value: string; readonly maxAgeS: number },
): string {
  const secure = transport === 'https' ? '; Secure' : '';
  const name = cookieName(use, transport);
  return `${name}=${value}; Path=/; Max-Age=${maxAgeS}; HttpOnly; SameSite=Lax${secure}`;
}

import type { RegisteredApp } from './login-directory.ts';

/** Loopback addresses of the client's machine. */
const LOOPBACK: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Whether a redirect address is registered. Desktop clients listen on any free port, so the port of
 * a loopback address is ignored. Everything else must match exactly.
 * @see RFC 8252 section 7.3, and "redirect URI restrictions" of the Microsoft identity platform
 */
export function isRegistered({ redirectUris }: RegisteredApp, uri: string): boolean {
  if (redirectUris.includes(uri)) return true;
  const sent = withoutPort(uri);
  return sent !== undefined && redirectUris.some((known) => withoutPort(known) === sent);
}

/** Undefined for an address that is not plain HTTP on loopback. */
function withoutPort(uri: string): string | undefined {
  const url = URL.parse(uri);
  if (url?.protocol !== 'http:' || !LOOPBACK.includes(url.hostname)) return undefined;
  if (url.username !== '' || url.password !== '' || url.hash !== '') return undefined;
  url.port = '';
  return url.href;
}

import type { Config } from '../../config/config.ts';

const LOOPBACK_NAMES = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** Whether a host, as a URL writes it, is this machine. */
export function isLoopbackName(hostname: string): boolean {
  return LOOPBACK_NAMES.test(hostname);
}

/**
 * Where browsers reach the service to sign in: on this machine or over TLS. Undefined: nowhere, or
 * the configuration does not say.
 *
 * @param listenUrl what the listener reports, with its port
 */
export function signInAddress(
  { operators, reach }: Pick<Config, 'operators' | 'reach'>,
  listenUrl: string,
): string | undefined {
  const stated = operators === undefined ? undefined : new URL(operators.url);
  if (stated !== undefined && !isLoopbackName(stated.hostname)) {
    return stated.protocol === 'https:' ? stated.origin : undefined;
  }
  if (reach !== 'loopback') return undefined;
  const url = new URL(listenUrl);
  // Passkeys need a name: an IP address is no domain (WebAuthn Level 3, 5.1.2).
  url.hostname = 'localhost';
  return url.origin;
}

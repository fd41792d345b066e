/** The longest URL that servers accept. A longer one is an attack. */
export const URI_CHARACTERS_MAX = 8192;

/** Supported proxies (contracts of nginx, Envoy and Traefik). */
export const PROXIES = ['nginx', 'envoy', 'traefik'] as const;
export type ProxyKind = (typeof PROXIES)[number];

/** The request that waits at the proxy. */
export type Original = {
  readonly method: string;
  /** In lower case, without the port. */
  readonly host: string;
  /** As received, with the query. */
  readonly uri: string;
  /** Decoded, without the query. */
  readonly path: string;
  /** The client's address; null if the proxy does not state it. */
  readonly address: string | null;
};

export type ProxyRequest = {
  readonly method: string;
  /** Our request URI. Some proxies append the original path to the prefix. */
  readonly uri: string;
  readonly header: (name: string) => string | undefined;
};

/** The header names by which each proxy describes the original request (contracts 18.4). */
const NAMES: Readonly<
  Record<ProxyKind, { readonly method?: string; readonly uri?: string; readonly host: string }>
> = {
  nginx: { method: 'x-original-method', uri: 'x-original-uri', host: 'x-forwarded-host' },
  envoy: { host: 'host' },
  traefik: { method: 'x-forwarded-method', uri: 'x-forwarded-uri', host: 'x-forwarded-host' },
};

/**
 * Reads the original request.
 *
 * Only this kind of proxy's headers count. It forwards others unchecked, and a client could have
 * written them. A request that the application may read differently than the policies gives an
 * error text, and is never let in.
 */
export function readOriginalRequest(
  proxy: ProxyKind,
  asked: ProxyRequest,
  prefix: string,
): Original | string {
  const names = NAMES[proxy];
  const method = names.method === undefined ? asked.method : asked.header(names.method);
  const uri =
    names.uri === undefined ? asked.uri.slice(prefix.length) || '/' : asked.header(names.uri);
  const host = asked.header(names.host);
  if (method === undefined || !/^[A-Z]{1,20}$/.test(method)) return 'it has no method';
  const name = hostOf(host);
  if (name === undefined) return 'it names no host';
  if (uri === undefined || !uri.startsWith('/')) return 'it names no path';
  if (uri.length > URI_CHARACTERS_MAX) return 'its address is too long';
  const path = pathOf(uri);
  if (path === undefined) return 'its path is ambiguous';
  return { method, host: name, uri, path, address: addressOf(asked.header('x-forwarded-for')) };
}

function hostOf(host: string | undefined): string | undefined {
  const [, name] = /^(\[[0-9a-f:.]+\]|[a-z0-9.-]{1,253})(?::\d{1,5})?$/.exec(
    host?.toLowerCase() ?? '',
  ) ?? [undefined, undefined];
  return name?.replace(/\.$/, '');
}

/**
 * The decoded path.
 *
 * Undefined for dot segments, doubled or encoded slashes, backslashes, control characters and
 * double encoding. Servers interpret these differently, which an attacker uses to request a
 * protected page under another name.
 */
function pathOf(uri: string): string | undefined {
  const [written = ''] = uri.split(/[?#]/, 1);
  if (/%2f|%5c|%25|%00|%2e/i.test(written) || /[\\;]|\/\//.test(written)) return undefined;
  let path: string;
  try {
    path = decodeURIComponent(written);
  } catch {
    return undefined;
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(path) || uri.includes('#')) return undefined;
  return path.split('/').some((part) => part === '.' || part === '..') ? undefined : path;
}

/** The proxy added the last address itself. A client can forge all earlier ones. */
function addressOf(forwarded: string | undefined): string | null {
  const last = forwarded?.split(',').at(-1)?.trim() ?? '';
  return /^[0-9a-f:.]{2,45}$/i.test(last) ? last : null;
}

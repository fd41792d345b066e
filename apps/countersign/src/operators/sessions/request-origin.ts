/**
 * The origin of this service, such as `https://countersign.contoso.example`. `loopback`: what the
 * request names as its host, because a person writes `localhost` or `127.0.0.1`. The listener has
 * checked that the name is one of this machine.
 */
export type ServiceOrigin = string | { readonly loopback: 'http' | 'https' };

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Whether a request with a cookie may have an effect: a browser sends cookies with requests that
 * another site makes (CSRF). `Sec-Fetch-Site` decides, and `Origin` where a browser does not send
 * it. Without both, the request is refused.
 */
export function isOwnRequest(
  { method, headers }: { readonly method: string; readonly headers: Pick<Headers, 'get'> },
  origin: ServiceOrigin,
): boolean {
  if (SAFE_METHODS.has(method.toUpperCase())) return true;
  const site = headers.get('sec-fetch-site');
  return site === null
    ? headers.get('origin') === originOf(headers, origin)
    : site === 'same-origin';
}

export function originOf(headers: Pick<Headers, 'get'>, origin: ServiceOrigin): string {
  return typeof origin === 'string' ? origin : `${origin.loopback}://${headers.get('host')}`;
}

const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Whether a request with a cookie may have an effect: a browser sends cookies with requests that
 * another site makes (CSRF). `Sec-Fetch-Site` decides, and `Origin` where a browser does not send
 * it. Without both, the request is refused.
 *
 * @param origin the origin of this service, such as `https://countersign.contoso.example`
 */
export function isOwnRequest(
  { method, headers }: { readonly method: string; readonly headers: Pick<Headers, 'get'> },
  origin: string,
): boolean {
  if (SAFE_METHODS.has(method.toUpperCase())) return true;
  const site = headers.get('sec-fetch-site');
  return site === null ? headers.get('origin') === origin : site === 'same-origin';
}

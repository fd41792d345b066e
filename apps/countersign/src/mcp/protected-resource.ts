/** OAuth 2.0 Protected Resource Metadata (RFC 9728 section 2). */
export type ProtectedResource = {
  /** The URL of the MCP endpoint, for which a token MUST be issued (RFC 8707). */
  readonly resource: string;
  readonly authorization_servers: readonly string[];
  readonly scopes_supported: readonly string[];
  readonly bearer_methods_supported: readonly ['header'];
  readonly resource_name: string;
};

/** The document at `/.well-known/oauth-protected-resource` and the path of the endpoint. */
export function protectedResource(options: {
  readonly resource: string;
  readonly authorizationServers: readonly string[];
  readonly scopes: readonly string[];
}): ProtectedResource {
  return {
    resource: options.resource,
    authorization_servers: options.authorizationServers,
    scopes_supported: options.scopes,
    bearer_methods_supported: ['header'],
    resource_name: 'Countersign',
  };
}

/**
 * The URL of the document: the well-known path goes between host and path (RFC 9728 section 3.1).
 */
export function protectedResourceUrl(resource: string): string {
  const url = new URL(resource);
  const path = url.pathname === '/' ? '' : url.pathname;
  return `${url.origin}/.well-known/oauth-protected-resource${path}${url.search}`;
}

/** `WWW-Authenticate` of a 401 (RFC 9728 section 5.1): where a client learns how to get a token. */
export function bearerChallenge(resource: string): string {
  return `Bearer resource_metadata="${protectedResourceUrl(resource)}"`;
}

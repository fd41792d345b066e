import { createMcpHandler, originValidationResponse } from '@modelcontextprotocol/server';
import type { Caller } from '../operators/caller.ts';
import { CallSlots } from './call-slots.ts';
import { REQUEST_BYTES_MAX, SUBSCRIPTIONS_MAX } from './limits.ts';
import type { McpHost } from './mcp-host.ts';
import { newMcpServer } from './mcp-server.ts';
import { loadToolCatalog } from './offered-tools.ts';

/** MCP over HTTP, in both protocol eras, on one path. */
export type McpHandler = {
  /** Answers one request of a caller whom the service has authenticated. */
  fetch(request: Request, caller: Caller): Promise<Response>;
};

/**
 * The handler of `/mcp`. It keeps nothing between requests except the count of running calls.
 *
 * @param options.hostnames hostnames whose pages may call it: a request with the `Origin` of
 *   another one is refused with 403 (MCP 2026-07-28, "Streamable HTTP")
 */
export function mcpHandler(options: {
  readonly host: McpHost;
  readonly hostnames: readonly string[];
}): McpHandler {
  const { host, hostnames } = options;
  const slots = new CallSlots();
  // Loaded by the first request, which reports a failure. Most services have no agents.
  let catalog: ReturnType<typeof loadToolCatalog> | undefined;
  return {
    async fetch(request, caller) {
      const refused = originValidationResponse(request, [...hostnames]);
      if (refused !== undefined) return refused;
      catalog ??= loadToolCatalog();
      const loaded = await catalog;
      const handler = createMcpHandler(
        () => newMcpServer({ host, slots, caller, catalog: loaded }),
        {
          onerror: (error) => host.log(`MCP: ${error.message}`),
          maxRequestBodySize: REQUEST_BYTES_MAX,
          maxSubscriptions: SUBSCRIPTIONS_MAX,
        },
      );
      return handler.fetch(request);
    },
  };
}

import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { StdioServerTransport, serveStdio } from '@modelcontextprotocol/server/stdio';
import type { Caller } from '../operators/caller.ts';
import { CallSlots } from './call-slots.ts';
import { REQUEST_BYTES_MAX } from './limits.ts';
import type { McpHost } from './mcp-host.ts';
import { newMcpServer } from './mcp-server.ts';
import { loadToolCatalog } from './offered-tools.ts';

/** Serves one client over two streams, until the input ends or the host stops. */
export async function serveMcpStdio(options: {
  readonly host: McpHost;
  readonly caller: Caller;
  readonly stdin: Readable;
  readonly stdout: Writable;
}): Promise<void> {
  const { host, caller, stdin, stdout } = options;
  const slots = new CallSlots();
  const catalog = await loadToolCatalog();
  const ended = Promise.race([
    once(stdin, 'end', { signal: host.signal }),
    once(stdin, 'close', { signal: host.signal }),
  ]);
  const handle = serveStdio(() => newMcpServer({ host, slots, caller, catalog }), {
    transport: new StdioServerTransport(stdin, stdout, { maxBufferSize: REQUEST_BYTES_MAX }),
    onerror: (error) => host.log(`MCP: ${error.message}`),
  });
  try {
    await ended;
  } catch (error) {
    // The signal of the host; an error of the stream is the caller's.
    if (!host.signal.aborted) throw error;
  } finally {
    await handle.close();
  }
}

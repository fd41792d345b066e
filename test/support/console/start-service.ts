import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunningService } from '../api/running-service.ts';
import { ServerProcess } from '../server-process.ts';

/** Work for a service that collects nothing: without work it does not start. */
export const ENFORCEMENT_POINT = `enforcementPoints:
  listen: 127.0.0.1:0
  url: https://access.example.com
  tools: [{ name: none, tokenHash: { env: TOOL }, resources: [{ type: suite }] }]
`;

/**
 * A service over the data of a folder, whatever it holds.
 *
 * @param lines of its configuration
 * @param tool the hash of the token that the variable TOOL names; default: of no token
 */
export async function startService(
  folder: string,
  lines: string,
  tool: string = '0'.repeat(64),
): Promise<RunningService> {
  const dir = join(folder, 'data');
  mkdirSync(folder, { recursive: true });
  const config = join(folder, 'countersign.yaml');
  writeFileSync(config, `listen: 127.0.0.1:0\nlog: json\n${lines}`);
  const server = await ServerProcess.start(dir, config, { TOOL: tool });
  const newToken = () => Promise.reject(new Error('this service has no tokens'));
  return { dir, config, url: server.url, server, newToken };
}

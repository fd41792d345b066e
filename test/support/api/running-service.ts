import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contentFolder } from '../../../apps/countersign/src/config/installed-package.ts';
import { countersignHere } from '../command-here.ts';
import { ServerProcess } from '../server-process.ts';

/** A service in its own process, over a ledger of `content/sample`. */
export type RunningService = {
  readonly dir: string;
  /** The file of its configuration. */
  readonly config: string;
  readonly url: string;
  readonly server: ServerProcess;
  /** The secret of a new token. */
  readonly newToken: (name: string, scopes: readonly string[]) => Promise<string>;
};

/**
 * @param listen where it listens; default: a free port
 * @param more lines of the configuration
 */
export async function startSampleService(
  root: string,
  listen: string = '127.0.0.1:0',
  more: string = '',
): Promise<RunningService> {
  const dir = join(root, 'data');
  mkdirSync(root, { recursive: true });
  const sample = join(contentFolder(), 'sample/export');
  const imported = await countersignHere(['import', sample, '--data', dir, '--json']);
  assert.equal(imported.code, 0, imported.stderr);
  const config = join(root, 'countersign.yaml');
  writeFileSync(config, configText(listen) + more);
  const tokenHash = createHash('sha256').update('unused token').digest('hex');
  const server = await ServerProcess.start(dir, config, { TOOL: tokenHash });
  const newToken = async (name: string, scopes: readonly string[]): Promise<string> => {
    const { stdout, stderr } = await countersignHere([
      ...['tokens', 'create', name, '--expires', '1d', '--data', dir, '--json'],
      ...scopes.flatMap((scope) => ['--scope', scope]),
    ]);
    assert.notEqual(stdout, '', stderr);
    return (JSON.parse(stdout) as { readonly secret: string }).secret;
  };
  return { dir, config, url: server.url, server, newToken };
}

/** A service needs work: an enforcement point that no tool asks appends nothing meanwhile. */
function configText(listen: string): string {
  return `listen: ${listen}
log: json
enforcementPoints:
  listen: 127.0.0.1:0
  url: https://access.example.com
  tools: [{ name: none, tokenHash: { env: TOOL }, resources: [{ type: suite }] }]
`;
}

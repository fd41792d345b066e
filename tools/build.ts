import { cpSync, existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { commandOf, ROOT, runNode } from './testing/process.ts';

/** Compiling takes seconds. */
const BUILD_TIMEOUT_MS = 120_000;

rmSync(join(ROOT, 'dist'), { recursive: true, force: true });
// The emulator is a product of its own: it must compile without a line of ours.
for (const project of ['tsconfig.build.json', 'tsconfig.emulator.json']) {
  const ended = await runNode({
    args: [commandOf('typescript', 'tsc'), '-p', project],
    timeoutMs: BUILD_TIMEOUT_MS,
    output: 'shown',
  });
  if (ended.code !== 0) process.exitCode = ended.code;
}
copyScenarios();

/** They are data, which the compiler leaves behind. */
function copyScenarios(): void {
  const from = join(ROOT, 'emulator', 'scenarios');
  if (!existsSync(from)) return;
  const only = (path: string): boolean => statSync(path).isDirectory() || path.endsWith('.yaml');
  cpSync(from, join(ROOT, 'dist', 'emulator', 'scenarios'), { recursive: true, filter: only });
}

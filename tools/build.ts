import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { commandOf, ROOT, runNode } from './testing/process.ts';

/** Compiling takes seconds. */
const BUILD_TIMEOUT_MS = 120_000;

rmSync(join(ROOT, 'dist'), { recursive: true, force: true });
const ended = await runNode({
  args: [commandOf('typescript', 'tsc'), '-p', 'tsconfig.build.json'],
  timeoutMs: BUILD_TIMEOUT_MS,
  output: 'shown',
});
process.exitCode = ended.code;

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandOf, ROOT } from './testing/process.ts';

/**
 * Builds the web console, if its sources have changed since the last build.
 *
 *   node tools/build-console.ts
 */

/** Bundling takes seconds; on a busy machine, half a minute. */
const BUILD_TIMEOUT_MS = 180_000;

const CONSOLE = join(ROOT, 'apps/console');

/** What a build depends on. Packages of npm count by their lock file. */
const SOURCES: readonly string[] = [
  'apps/console/{index.html,package.json,vite.config.ts}',
  'apps/console/{src,public}/**',
  'packages/client/src/**',
  'package-lock.json',
];

/** @throws Error if the build fails */
export function buildConsole(): void {
  const marker = join(CONSOLE, 'dist', '.sources');
  const digest = sourcesDigest();
  if (existsSync(marker) && readFileSync(marker, 'utf8') === digest) return;
  const { status, stdout, stderr, error } = spawnSync(
    process.execPath,
    [commandOf('vite', 'vite'), 'build', '--logLevel', 'warn'],
    { cwd: CONSOLE, timeout: BUILD_TIMEOUT_MS, encoding: 'utf8' },
  );
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`the console cannot be built:\n${stdout}${stderr}`);
  writeFileSync(marker, digest);
}

function sourcesDigest(): string {
  const hash = createHash('sha256');
  const files = SOURCES.flatMap((pattern) => globSync(pattern, { cwd: ROOT })).sort();
  for (const file of files) {
    const path = join(ROOT, file);
    if (!statSync(path).isFile() || file.includes('.test.')) continue;
    hash.update(`${file}\0`).update(readFileSync(path)).update('\0');
  }
  return hash.digest('hex');
}

if (import.meta.main) buildConsole();

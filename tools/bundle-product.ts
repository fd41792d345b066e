import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { commandOf, ROOT } from './testing/process.ts';

/** Bundling takes a second. */
const BUNDLE_TIMEOUT_MS = 120_000;

/** A module costs half a millisecond at each start. zod has 95, and 60 are its translations. */
const BUNDLED: readonly string[] = ['zod', 'commander'];

/** Finds its scenarios beside its own files. Only `emulator` and `demo` load it. */
const KEPT = '@countersign/emulator';

type Dependencies = Readonly<Record<string, string>>;

/**
 * Bundles the program and its threads with our packages and two libraries, so that a command loads
 * a tenth of the files. Not minified: a stack trace shows our names, and with `--debug` our files.
 */
export function bundleProduct(to: string): void {
  // npm puts a script or a native program there, so no Node is named.
  execFileSync(
    commandOf('esbuild', 'esbuild'),
    [
      ...entries().map((file) => `${basename(file, '.ts')}=${join(ROOT, file)}`),
      '--bundle',
      '--splitting',
      '--format=esm',
      '--platform=node',
      '--target=node24',
      '--sourcemap',
      '--sources-content=false',
      '--log-level=warning',
      `--outdir=${to}`,
      ...Object.keys(productDependencies()).map((name) => `--external:${name}`),
    ],
    { timeout: BUNDLE_TIMEOUT_MS, stdio: 'inherit' },
  );
  writeFileSync(join(to, 'THIRD-PARTY-LICENSES.txt'), licenses());
}

/** The program, and the files that it starts as threads and processes. */
function entries(): readonly string[] {
  const started = '{apps/countersign,packages/ledger}/src/**/{worker,*-worker,*-process}.ts';
  const files = globSync(started, { cwd: ROOT }).filter((file) => !file.includes('/testing/'));
  return ['apps/countersign/src/main.ts', ...files.sort()];
}

/** What the bundle leaves to npm: the dependencies of all packages in it. */
export function productDependencies(): Dependencies {
  const own = globSync('{packages/*,apps/countersign}/package.json', { cwd: ROOT })
    .filter((file) => !file.startsWith('packages/emulator/'))
    .sort();
  const all = own.flatMap((file) => Object.entries(manifestOf(file).dependencies ?? {}));
  const kept = all.filter(([name]) => {
    return name === KEPT || !(name.startsWith('@countersign/') || BUNDLED.includes(name));
  });
  return Object.fromEntries(kept.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function manifestOf(file: string): { readonly dependencies?: Dependencies } {
  return JSON.parse(readFileSync(join(ROOT, file), 'utf8')) as { dependencies?: Dependencies };
}

/** Both licenses require their text in every copy. */
function licenses(): string {
  const texts = BUNDLED.map((name) => {
    const folder = join(ROOT, 'node_modules', name);
    const file = ['LICENSE', 'LICENSE.md'].map((each) => join(folder, each)).find(existsSync);
    if (file === undefined) throw new Error(`${name} has no license file`);
    return `${name}\n\n${readFileSync(file, 'utf8').trim()}\n`;
  });
  return texts.join('\n\n');
}

import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildConsole } from './build-console.ts';
import { bundleProduct, productDependencies } from './bundle-product.ts';
import { commandOf, ROOT, runNode } from './testing/process.ts';

/**
 * Packs every package as it is published: compiled code, a manifest whose `exports` point at it,
 * and the documents. The product is bundled. In the repository, `exports` point at the sources.
 * Node runs them directly.
 *
 *   npm run pack -- [--to FOLDER] [--repository URL]
 *
 * A registry accepts a provenance statement only from the repository that the manifest names.
 */

/** Compiling takes seconds. */
const BUILD_TIMEOUT_MS = 120_000;

const PRODUCT = 'apps/countersign';

type Manifest = Readonly<Record<string, unknown>> & {
  readonly name: string;
  readonly engines?: object;
  readonly exports: Readonly<Record<string, string>>;
  readonly countersign?: { readonly node?: number };
};

const { values } = parseArgs({
  options: {
    to: { type: 'string', default: 'dist/packages' },
    repository: { type: 'string' },
  },
});
const target = resolve(values.to);
const built = join(target, '.built');

/** The files of a package in addition to its compiled code. */
const ALSO: ReadonlyMap<string, readonly (readonly [from: string, to: string])[]> = new Map([
  ['packages/emulator', [['packages/emulator/scenarios', 'scenarios']]],
  [
    'apps/countersign',
    [
      ['apps/countersign/bin', 'bin'],
      ...['content', 'docs', 'README.md', 'ARCHITECTURE.md', 'CHANGELOG.md', 'SECURITY.md'].map(
        (name) => [name, name] as const,
      ),
      ['apps/console/dist', 'console'] as const,
    ],
  ],
]);

rmSync(built, { recursive: true, force: true });
const compiled = await runNode({
  args: [commandOf('typescript', 'tsc'), '-p', 'tsconfig.build.json', '--outDir', built],
  timeoutMs: BUILD_TIMEOUT_MS,
  output: 'shown',
});
if (compiled.code !== 0) process.exitCode = compiled.code;
else {
  buildConsole();
  for (const folder of globSync('{packages/*,apps/countersign}', { cwd: ROOT }).sort()) {
    stage(folder);
  }
}
rmSync(built, { recursive: true, force: true });

/** Creates a folder that `npm pack` and `npm publish` accept. */
function stage(folder: string): void {
  const manifest = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as Manifest;
  const to = join(target, manifest.name.replace('@', '').replace('/', '-'));
  rmSync(to, { recursive: true, force: true });
  mkdirSync(to, { recursive: true });
  if (folder === PRODUCT) bundleProduct(join(to, 'dist'));
  else cpSync(join(built, folder, 'src'), join(to, 'dist'), { recursive: true });
  for (const [from, name] of [
    ['LICENSE', 'LICENSE'] as const,
    [join(folder, 'README.md'), 'README.md'] as const,
    [join(folder, 'examples'), 'examples'] as const,
    ...(ALSO.get(folder) ?? []),
  ]) {
    if (existsSync(join(ROOT, from))) cpSync(join(ROOT, from), join(to, name), { recursive: true });
  }
  writeFileSync(
    join(to, 'package.json'),
    `${JSON.stringify(published(manifest, folder), null, 2)}\n`,
  );
}

function published(manifest: Manifest, directory: string): object {
  const { private: _, countersign, exports, engines, ...rest } = manifest;
  const url = values.repository && `git+${values.repository}.git`;
  return {
    ...rest,
    ...(directory === PRODUCT && { dependencies: productDependencies() }),
    ...(url && { repository: { type: 'git', url, directory } }),
    engines: engines ?? { node: `>=${countersign?.node ?? 20}` },
    exports: Object.fromEntries(
      Object.entries(exports)
        .filter(([path]) => !path.startsWith('./testing'))
        .map(([path, file]) => [path, file.endsWith('.ts') ? compiledEntry(file) : file]),
    ),
  };
}

function compiledEntry(source: string): object {
  const path = source.replace(/^\.\/src\//, './dist/').replace(/\.ts$/, '');
  return { types: `${path}.d.ts`, default: `${path}.js` };
}

import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { packageExports, readManifest } from './reference/package-exports.ts';
import { pageFileName, referenceIndex, referencePage } from './reference/reference-page.ts';

/**
 * Writes the API reference of every package, from the declarations that `npm run pack` writes.
 * TypeDoc needs the compiler's JavaScript interface, which TypeScript 7 does not have.
 *
 *   npm run docs -- [--from FOLDER] [--to FOLDER]
 */

const { values } = parseArgs({
  options: {
    from: { type: 'string', default: 'dist/packages' },
    to: { type: 'string', default: 'dist/reference' },
  },
});
const to = resolve(values.to);

rmSync(to, { recursive: true, force: true });
mkdirSync(to, { recursive: true });
const packages = readdirSync(resolve(values.from))
  .sort()
  .map((name) => join(resolve(values.from), name))
  .map((folder) => {
    const manifest = readManifest(folder);
    return { manifest, entries: packageExports(folder, manifest) };
  })
  .filter(({ entries }) => entries.size > 0);
for (const { manifest, entries } of packages) {
  writeFileSync(join(to, pageFileName(manifest.name)), referencePage(manifest, entries));
}
const index = referenceIndex(packages.map(({ manifest }) => manifest));
writeFileSync(join(to, 'README.md'), index);
console.log(`${packages.length} pages in ${values.to}`);

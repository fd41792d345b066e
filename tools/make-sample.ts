import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSample } from './sample/build.ts';
import { compress } from './sample/exports.ts';

/** Writes the sample export that ships with the project: the same bytes every time. */
const folder = join(import.meta.dirname, '..', 'content', 'sample', 'export');
mkdirSync(folder, { recursive: true });
for (const file of buildSample()) {
  const compressed = compress(file);
  writeFileSync(join(folder, `${file.name}.gz`), compressed);
  console.log(`${file.name}.gz  ${compressed.length} bytes of ${file.text.length}`);
}

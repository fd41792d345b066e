import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSample } from './sample/build.ts';
import { compress } from './sample/exports.ts';

/** Writes the sample that ships with the project: the same bytes every time. */
const sample = join(import.meta.dirname, '../content/sample');
const folder = join(sample, 'export');
mkdirSync(folder, { recursive: true });
const { exports, policyFiles } = buildSample();
for (const { name, text } of policyFiles) writeFileSync(join(sample, name), text);
for (const file of exports) {
  const compressed = compress(file);
  writeFileSync(join(folder, `${file.name}.gz`), compressed);
  console.log(`${file.name}.gz  ${compressed.length} bytes of ${file.text.length}`);
}

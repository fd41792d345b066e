import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { packageExports, readManifest } from './package-exports.ts';
import { referencePage } from './reference-page.ts';

const MANIFEST = {
  name: '@countersign/example',
  version: '1.0.0',
  description: 'An example.',
  exports: { '.': { types: './dist/index.d.ts' }, './package.json': './package.json' },
};

function pageOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-reference-'));
  try {
    mkdirSync(join(folder, 'dist'));
    writeFileSync(join(folder, 'package.json'), JSON.stringify(MANIFEST));
    for (const [name, text] of Object.entries(files)) {
      writeFileSync(join(folder, 'dist', name), text);
    }
    const manifest = readManifest(folder);
    return referencePage(manifest, packageExports(folder, manifest));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('a page lists each export with its comment, declaration and source', () => {
  const page = pageOf({
    'index.d.ts': "export { double, type Even } from './double.ts';\n",
    'double.d.ts': [
      '/**',
      ' * Doubles a number, see {@link Even}.',
      ' * @throws RangeError if the number is not finite',
      ' * @example double(2)',
      ' */',
      'export declare function double(value: number): Even;',
      'export type Even = number;',
      'export declare const hidden = 1;',
      '',
    ].join('\n'),
  });
  assert.equal(
    page,
    `# @countersign/example

An example.

## Functions

### double

Doubles a number, see \`Even\`.

- **throws** RangeError if the number is not finite

Example:

\`\`\`ts
double(2)
\`\`\`

\`\`\`ts
function double(value: number): Even;
\`\`\`

Source: \`src/double.ts\`

## Types

### Even

\`\`\`ts
type Even = number;
\`\`\`

Source: \`src/double.ts\`
`,
  );
});

test('a name that no file declares is an error, not a gap in the reference', () => {
  assert.throws(
    () =>
      pageOf({
        'index.d.ts': "export { lost } from './double.ts';\n",
        'double.d.ts': 'export {};',
      }),
    /index\.d\.ts exports lost, which \.\/double\.ts lacks/,
  );
});

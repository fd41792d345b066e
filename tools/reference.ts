import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cliReference } from '../apps/countersign/src/cli/cli-reference.ts';
import { openApiText } from '../apps/countersign/src/server/api/operations/open-api.ts';

const FOLDER = join(import.meta.dirname, '../docs/reference');

/** The written references, with what makes them. */
export const REFERENCES: ReadonlyMap<string, () => Promise<string>> = new Map([
  [join(FOLDER, 'cli.md'), cliReference],
  [join(FOLDER, 'openapi.json'), openApiText],
]);

if (import.meta.main) {
  for (const [file, textOf] of REFERENCES) writeFileSync(file, await textOf());
}

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cliReference } from '../apps/countersign/src/cli/cli-reference.ts';
import { openApiText } from '../apps/countersign/src/server/api/operations/open-api.ts';
import { type OpenApiDocument, routesSource, typesSource } from './client/client-source.ts';
import { evidencePageText } from './evidence-page.ts';

const FOLDER = join(import.meta.dirname, '../docs/reference');
const CLIENT = join(import.meta.dirname, '../packages/client/src/generated');
const CONTENT = join(import.meta.dirname, '../content');

/** The written references, with what makes them. */
export const REFERENCES: ReadonlyMap<string, () => Promise<string>> = new Map([
  [join(FOLDER, 'cli.md'), cliReference],
  [join(FOLDER, 'openapi.json'), openApiText],
  [join(CLIENT, 'types.ts'), async () => typesSource(await document())],
  [join(CLIENT, 'routes.ts'), async () => routesSource(await document())],
  [join(CONTENT, 'evidence-page/page.html'), evidencePageText],
]);

async function document(): Promise<OpenApiDocument> {
  return JSON.parse(await openApiText()) as OpenApiDocument;
}

if (import.meta.main) {
  for (const [file, textOf] of REFERENCES) writeFileSync(file, await textOf());
}

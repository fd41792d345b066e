import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cliReference } from '../apps/countersign/src/cli/cli-reference.ts';

export const REFERENCE: string = join(import.meta.dirname, '../docs/reference/cli.md');

if (import.meta.main) writeFileSync(REFERENCE, await cliReference());

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { importHere } from '../support/account.ts';
import { ended, REPOSITORY } from '../support/command-line.ts';
import { temporaryFolder } from '../support/folders.ts';
import { recordText } from '../support/ingest/audit-record.ts';

const root = temporaryFolder('blocks-read');
const data = join(root, 'data');

before(async () => {
  // Each import makes a block.
  for (const day of [1, 2]) {
    const path = join(root, `day-${day}.json`);
    const texts = Array.from({ length: 20 }, (_, at) => recordText(100 * day + at));
    writeFileSync(path, texts.join('\n'));
    await importHere(data, path);
  }
});

/** Lists come from columns. Only what a record says itself needs its block, and once. */
for (const [args, blocks] of [
  [['timeline'], 0],
  [['statement', 'freya.sandison@northmoor.example'], 0],
  [['findings', '--json'], 0],
  [['findings', 'incidents'], 0],
  [['query', 'SELECT * FROM events'], 0],
  [['reconcile', '--list'], 0],
  [['coverage'], 0],
  [['verified'], 0],
  [['rules', 'status'], 0],
  [['show', '3'], 1],
  [['timeline', '--json'], 2],
] as const) {
  test(`${args.join(' ')} opens ${blocks} blocks`, async () => {
    const preload = join(import.meta.dirname, '../support/cli/count-blocks.ts');
    const main = join(REPOSITORY, 'apps/countersign/src/main.ts');
    const child = spawn(process.execPath, ['--import', preload, main, ...args, '--data', data]);
    const { stderr } = await ended(child);
    assert.match(stderr, new RegExp(`blocks: ${blocks}\n$`));
  });
}

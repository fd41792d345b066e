import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { importHere } from '../support/account.ts';
import { ended, REPOSITORY } from '../support/command-line.ts';
import { temporaryFolder } from '../support/folders.ts';
import { recordText } from '../support/ingest/audit-record.ts';

const root = temporaryFolder('lazy-start');
const data = join(root, 'data');

before(async () => {
  const path = join(root, 'record.json');
  writeFileSync(path, `${recordText(1)}\n`);
  await importHere(data, path);
});

/** What a command loads is most of what it costs. Each of these is one command, and no other. */
for (const [args, modulesMax] of [
  [['--version'], 50],
  [['show', '1', '--data', data], 290],
  [['ledger', 'prove', '1', '--data', data], 220],
] as const) {
  test(`${args.slice(0, 2).join(' ')} loads at most ${modulesMax} modules`, async () => {
    const preload = join(import.meta.dirname, '../support/cli/count-modules.ts');
    const main = join(REPOSITORY, 'apps/countersign/src/main.ts');
    const child = spawn(process.execPath, ['--import', preload, main, ...args]);
    const { code, stderr } = await ended(child);
    assert.equal(code, 0, stderr);
    const count = Number(/modules: (\d+)/.exec(stderr)?.[1]);
    assert.ok(count > 0 && count <= modulesMax, `it loads ${count} modules`);
  });
}

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { countersign } from '../support/command-line.ts';
import { ndjson, records } from '../support/exports.ts';

test('in a folder open to others, only the owner reads what a command wrote', async (t) => {
  const root = mkdtempSync(join(tmpdir(), 'countersign-permissions-'));
  t.after(() => rmSync(root, { recursive: true }));
  const dir = join(root, 'data');
  mkdirSync(dir, { mode: 0o755 });
  writeFileSync(join(root, 'export.json'), ndjson(records(3)));
  const { code, stderr } = await countersign(['import', join(root, 'export.json'), '--data', dir]);
  assert.equal(code, 0, stderr);
  // From the folder that contains the data folder, like `import .`: its own files are no input.
  const again = await countersign(['import', root, '--data', dir, '--json']);
  assert.equal((JSON.parse(again.stdout) as { read: number }).read, 3);
  const names = readdirSync(dir, { recursive: true, encoding: 'utf8' });
  assert.ok(names.includes('state.sqlite'));
  const open = names.filter((name) => (statSync(join(dir, name)).mode & 0o077) !== 0);
  assert.deepEqual(open, []);
});

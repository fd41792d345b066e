import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ownEntryDraft } from '../../apps/countersign/src/projection/entries/own-entry.ts';
import { askJson, assertFsckClean, withAccount, withWriter } from '../support/account.ts';
import { countersign } from '../support/command-line.ts';
import { temporaryFolder } from '../support/folders.ts';
import { recordText } from '../support/ingest/audit-record.ts';

type Fsck = { readonly ok: boolean; readonly problems: readonly { readonly what: string }[] };

/** The state after a process dies between the entry and the rewriting. */
async function declareErasure(data: string, ranges: readonly (readonly number[])[]): Promise<void> {
  await withWriter(data, async ({ ledger, clock }) => {
    const atMs = clock.now();
    const said = { by: 'ada@test', atMs, case: 'C-1', reason: 'asked to', subjects: [] };
    const body = { v: 1, ...said, entries: 2, ranges, fromMs: null, toMs: null, tenants: [] };
    await ledger.append([ownEntryDraft('erasure', atMs, body)]);
    await ledger.publish();
  });
}

async function bodyKinds(data: string): Promise<string[]> {
  return withAccount(data, async ({ ledger }) => {
    const kinds: string[] = [];
    for (let i = 1; i <= 4; i++) kinds.push((await ledger.body(i)).kind);
    return kinds;
  });
}

test('fsck reports an incomplete erasure, and the next writer completes it', async () => {
  const root = temporaryFolder('erasure-unfinished');
  const data = join(root, 'data');
  const file = join(root, 'export.json');
  writeFileSync(file, [1, 2, 3, 4].map((n) => recordText(n)).join('\n'));
  await askJson(data, ['import', file]);
  await declareErasure(data, [[2, 4]]);
  assert.deepEqual(await bodyKinds(data), ['present', 'present', 'present', 'present']);

  const { ok, problems } = await askJson<Fsck>(data, ['ledger', 'fsck'], [1]);
  assert.equal(ok, false);
  const [problem, ...others] = problems;
  assert.deepEqual(others, []);
  assert.match(problem?.what ?? '', /^the bodies of entries 2 to 3 are still here: the erasure/);
  assert.match(problem?.what ?? '', /is not finished; the next writing command finishes it/);

  // Any writing command.
  const placed = await countersign(['ledger', 'hold', '--case', 'C-2', '--data', data]);
  assert.equal(placed.code, 0, placed.stderr);
  assert.deepEqual(await bodyKinds(data), ['present', 'erased', 'erased', 'present']);
  await assertFsckClean(data);
});

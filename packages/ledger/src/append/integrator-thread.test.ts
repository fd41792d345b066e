import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ManualClock } from '@countersign/core';
import { temporaryFolder } from '@countersign/tlog/testing/witnessed-log';
import { layout } from '../folder/folder-layout.ts';
import { fsck } from '../fsck/fsck.ts';
import { Ledger, type LedgerOptions } from '../ledger.ts';
import { diceOf, randomOf } from '../testing/crash-model.ts';
import { numbered } from '../testing/numbered-draft.ts';

const START_MS = Date.UTC(2026, 5, 1, 12);

const open = (dir: string, integration: LedgerOptions['integration']): Promise<Ledger> =>
  Ledger.open({ dir, clock: new ManualClock(START_MS), random: randomOf(diceOf(3)), integration });

const numbers = (from: number, count: number) =>
  Array.from({ length: count }, (_, i) => numbered(from + i));

/** Paths below `dir` with their bytes. */
function filesBelow(dir: string): ReadonlyMap<string, string> {
  const paths = readdirSync(dir, { recursive: true, encoding: 'utf8' }).sort();
  const files = paths.filter((path) => statSync(join(dir, path)).isFile());
  return new Map(files.map((path) => [path, readFileSync(join(dir, path), 'hex')]));
}

test('a thread writes the same bytes as the thread of the writer', async () => {
  using folder = temporaryFolder();
  const written = ['manual', 'thread'] as const;
  for (const integration of written) {
    const dir = join(folder.path, integration);
    const ledger = await open(dir, integration);
    await ledger.append(numbers(0, 300));
    await ledger.publish();
    await Promise.all([1, 2, 3].map((n) => ledger.append(numbers(n * 1000, n))));
    await ledger.publish();
    await ledger.rewriteWithout([4, 301]);
    await ledger.append(numbers(9000, 1));
    assert.equal((await ledger.publish()).size, 307);
    await ledger.close();
    // No entry states the erasure, which is the caller's part.
    const problems = (await fsck({ dir, threads: 0 })).problems.map(({ what }) => what);
    assert.deepEqual(
      problems.map((what) => /body of entry (\d+) is missing, and no erasure/.exec(what)?.[1]),
      ['4', '301'],
    );
  }
  const [one, other] = written.map((name) => {
    const dir = join(folder.path, name);
    return [layout.log(dir), layout.bodies(dir)].map(filesBelow);
  });
  assert.deepEqual(other, one);
});

test('an error in the thread fails the writer, and the next opening has every entry', async () => {
  using folder = temporaryFolder();
  const dir = join(folder.path, 'data');
  const ledger = await open(dir, 'thread');
  await ledger.append(numbers(0, 10));
  rmSync(layout.staging(dir), { recursive: true });
  await assert.rejects(ledger.publish(), { code: 'WRITER_FAILED', message: /ENOENT/ });
  await assert.rejects(ledger.append(numbers(10, 1)), { code: 'WRITER_FAILED' });
  await ledger.close();
  assert.ok(!existsSync(layout.staging(dir)));
  const next = await open(dir, 'thread');
  assert.equal(next.size, 10);
  assert.equal(next.recovery.integratedCount, 10);
  await next.close();
  assert.deepEqual((await fsck({ dir, threads: 0 })).problems, []);
});

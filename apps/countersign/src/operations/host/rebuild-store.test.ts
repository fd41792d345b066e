import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { systemClock, systemRandom } from '@countersign/core';
import { fsck, layout } from '@countersign/ledger';
import { type ImportReport, importPaths } from '../../ingest/import-run.ts';
import { closeWriter, openLedgerWriter } from './open-writer.ts';
import { rebuild } from './rebuild-store.ts';
import { runDetection } from './run-detection.ts';

const Actor = { who: 'ada', host: 'test', version: '0.0.0' } as const;
const ANCIENT = new Date('2001-02-03T04:05:06Z');
const root = mkdtempSync(join(tmpdir(), 'countersign-rebuild-'));
after(() => rmSync(root, { recursive: true, force: true }));

const EXPORT = Array.from({ length: 500 }, (_, n) => {
  const record = {
    CreationTime: '2026-03-02T09:00:07',
    Id: `0d5ab8c6-7d2f-4f34-9a3a-6f6f2b7f${String(n).padStart(4, '0')}`,
    Operation: 'FileAccessed',
    OrganizationId: '5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794',
    RecordType: 6,
    UserId: 'freya.sandison@northmoor.example',
    Workload: 'SharePoint',
  };
  return `${JSON.stringify(record)}\n`;
}).join('');

async function importInto(dir: string): Promise<ImportReport> {
  const writer = await openLedgerWriter({ dir, clock: systemClock, random: systemRandom });
  const bytes = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from(EXPORT);
  };
  const inputs = [{ kind: 'stream', bytes: bytes() } as const];
  const report = await importPaths(writer, {
    inputs,
    actor: Actor,
    workers: 1,
    afterImport: () => runDetection(writer),
  });
  await closeWriter(writer);
  return report;
}

/** Marks every file of a folder, to detect files that were left alone. */
function marked(folder: string): string[] {
  const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  for (const path of paths) utimesSync(path, ANCIENT, ANCIENT);
  return paths;
}

test('a rebuild recreates all derived data, and appends nothing', async () => {
  const dir = join(root, 'data');
  assert.equal((await importInto(dir)).accepted, 500);
  const derived = [...marked(layout.fingerprints(dir)), ...marked(join(dir, 'events'))];
  derived.push(join(dir, 'state.sqlite'));
  utimesSync(join(dir, 'state.sqlite'), ANCIENT, ANCIENT);
  assert.ok(derived.some((path) => path.startsWith(layout.fingerprints(dir))));
  const checkpoint = readFileSync(layout.checkpoint(dir), 'utf8').split('\n').slice(0, 3);
  const writer = await rebuild({ dir, clock: systemClock, random: systemRandom });
  await closeWriter(writer);
  for (const path of derived) {
    const found = statSync(path, { throwIfNoEntry: false });
    assert.notEqual(found?.mtimeMs, ANCIENT.getTime(), path);
  }
  assert.ok(readdirSync(layout.fingerprints(dir)).length > 0);
  assert.deepEqual(
    readFileSync(layout.checkpoint(dir), 'utf8').split('\n').slice(0, 3),
    checkpoint,
  );
  const { accepted, duplicates } = await importInto(dir);
  assert.deepEqual([accepted, duplicates], [0, 500]);
  assert.deepEqual((await fsck({ dir, threads: 0 })).problems, []);
});

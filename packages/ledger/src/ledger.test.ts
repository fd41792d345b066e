import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock, OWN_TENANT, type RecordDraft } from '@countersign/core';
import { readWholeLog } from '@countersign/tlog/testing/foreign-reader';
import { fingerprintBatch } from './append/fingerprint-batch.ts';
import { type PreparedBatch, prepareBatch } from './append/prepare-batch.ts';
import type { ClockStep } from './append/sequencer.ts';
import { readWholeFile } from './disk/replace-file.ts';
import { layout, segmentFile } from './folder/folder-layout.ts';
import { fsck } from './fsck/fsck.ts';
import { Ledger, type LedgerOptions } from './ledger.ts';
import { LedgerReader } from './ledger-reader.ts';
import { CHECKPOINT_KEPT_EVERY_MS } from './limits.ts';
import { DIR, diceOf, randomOf } from './testing/crash-model.ts';
import { MemoryDisk } from './testing/memory-disk.ts';

const START_MS = Date.UTC(2026, 5, 1, 12);

class Bench {
  readonly disk: MemoryDisk = new MemoryDisk(diceOf(1));
  readonly clock: ManualClock = new ManualClock(START_MS);

  open(over: Partial<LedgerOptions> = {}): Promise<Ledger> {
    return Ledger.open({
      dir: DIR,
      clock: this.clock,
      random: randomOf(diceOf(2)),
      files: this.disk,
      integration: 'manual',
      ...over,
    });
  }

  reader(): Promise<LedgerReader> {
    return LedgerReader.open(DIR, { files: this.disk });
  }

  /** Every ledger test ends with this check. */
  async end(ledger: Ledger): Promise<void> {
    await ledger.close();
    const { problems } = await fsck({ dir: DIR, threads: 0, files: this.disk });
    assert.deepEqual(problems, []);
    assert.equal(this.disk.openFiles, 0);
  }
}

function draft(text: string, over: Partial<RecordDraft> = {}): RecordDraft {
  return {
    kind: 'record',
    tenant: OWN_TENANT,
    source: 'other/json',
    id: `id of ${text}`,
    at: '2026-05-31T10:00:00Z',
    body: Buffer.from(text),
    ...over,
  };
}

const many = (from: number, to: number): RecordDraft[] =>
  Array.from({ length: to - from }, (_, i) => draft(`record ${from + i}`));

test('a new ledger has an empty checkpoint and its own keys', async () => {
  const bench = new Bench();
  const ledger = await bench.open({ origin: 'log.example/one' });
  assert.deepEqual([ledger.size, ledger.published.size], [0, 0]);
  assert.ok(ledger.vkey.startsWith('log.example/one+'));
  const reader = await bench.reader();
  assert.deepEqual([reader.size, reader.origin, reader.vkey], [0, 'log.example/one', ledger.vkey]);
  reader.close();
  await bench.end(ledger);
});

test('the lag is the age of the oldest durable entry without a checkpoint', async () => {
  const bench = new Bench();
  const ledger = await bench.open();
  assert.equal(ledger.integratedLagMs, 0);
  await ledger.append([draft('one')]);
  bench.clock.advance(700);
  await ledger.append([draft('two')]);
  bench.clock.advance(300);
  assert.equal(ledger.integratedLagMs, 1000);
  await ledger.publish();
  bench.clock.advance(5000);
  assert.equal(ledger.integratedLagMs, 0);
  await bench.end(ledger);
});

test('an appended record reads back: leaf, body, locus, proof', async () => {
  const bench = new Bench();
  const ledger = await bench.open();
  const locus = { importNumber: 4, row: 2, offset: 100, length: 8 };
  const appended = await ledger.append([draft('first'), draft('second', { locus })]);
  assert.deepEqual(
    appended.map(({ index }) => index),
    [0, 1],
  );
  await ledger.publish();
  const reader = await bench.reader();
  const { leaf } = await reader.leaf(1);
  assert.deepEqual([leaf.size, leaf.seen], [6, '2026-06-01T12:00:00.000Z']);
  const body = await reader.body(1);
  assert.ok(body.kind === 'present');
  assert.deepEqual([Buffer.from(body.bytes).toString(), body.locus], ['second', locus]);
  assert.equal((await reader.proveInclusion(1)).length, 1);
  reader.close();
  await bench.end(ledger);
});

test('the same bytes again add nothing; other bytes under an id are a revision', async () => {
  const bench = new Bench();
  const ledger = await bench.open();
  await ledger.append([draft('a', { id: 'x' })]);
  assert.deepEqual(
    await ledger.append([
      draft('a', { id: 'x' }),
      draft('b', { id: 'x' }),
      draft('b', { id: 'x' }),
    ]),
    [
      { index: 0, duplicate: 'duplicate', earlier: [] },
      { index: 1, duplicate: 'new', earlier: [0] },
      { index: 1, duplicate: 'duplicate', earlier: [] },
    ],
  );
  assert.equal(ledger.size, 2);
  await bench.end(ledger);
});

test('recognizes known records after a restart, with and without its fingerprints', async () => {
  const bench = new Bench();
  await bench.end(await opened(bench, many(0, 500)));
  let ledger = await bench.open();
  assert.ok(
    (await ledger.append(many(0, 500))).every(({ duplicate }) => duplicate === 'duplicate'),
  );
  await bench.end(ledger);
  const folder = layout.fingerprints(DIR);
  for (const { name } of bench.disk.list(folder)) bench.disk.remove(`${folder}/${name}`);
  ledger = await bench.open();
  assert.ok(
    (await ledger.append(many(0, 500))).every(({ duplicate }) => duplicate === 'duplicate'),
  );
  assert.equal(ledger.size, 500);
  await bench.end(ledger);
});

async function opened(bench: Bench, drafts: readonly RecordDraft[]): Promise<Ledger> {
  const ledger = await bench.open();
  await ledger.append(drafts);
  return ledger;
}

test('batches are written in index order, also if committed in another order', async () => {
  const bench = new Bench();
  const ledger = await bench.open();
  const prepared = [many(0, 3), many(3, 5), many(5, 9)].map((drafts) => {
    const fingerprints = fingerprintBatch(drafts, ledger.localKeys);
    return prepareBatch(drafts, fingerprints, ledger.sequence(fingerprints), randomOf(diceOf(3)));
  });
  const done: number[] = [];
  const commits = [2, 1, 0].map(async (i) => {
    await ledger.commit(prepared[i] as (typeof prepared)[0]);
    done.push(i);
  });
  await Promise.all(commits);
  assert.equal(ledger.size, 9);
  await ledger.publish();
  const reader = await bench.reader();
  for (let i = 0; i < 9; i++) {
    const body = await reader.body(i);
    assert.ok(body.kind === 'present' && Buffer.from(body.bytes).toString() === `record ${i}`);
  }
  reader.close();
  await bench.end(ledger);
});

test('a duplicate is acknowledged no sooner than the entry that it repeats', async () => {
  const bench = new Bench();
  const ledger = await bench.open();
  const prepare = (): PreparedBatch => {
    const fingerprints = fingerprintBatch(many(0, 3), ledger.localKeys);
    const verdict = ledger.sequence(fingerprints);
    return prepareBatch(many(0, 3), fingerprints, verdict, randomOf(diceOf(3)));
  };
  const [first, again] = [prepare(), prepare()];
  assert.equal(again.count, 0);
  const done: string[] = [];
  const repeated = ledger.commit(again).then(() => done.push('again'));
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(done.length, 0);
  await ledger.commit(first).then(() => done.push('first'));
  await repeated;
  assert.deepEqual(done.sort(), ['again', 'first']);
  await bench.end(ledger);
});

test('batches that wait during a sync share the next one', async () => {
  const bench = new Bench();
  const ledger = await bench.open();
  await ledger.append(many(0, 1));
  const before = bench.disk.operations;
  await Promise.all(Array.from({ length: 50 }, (_, i) => ledger.append(many(10 + i, 11 + i))));
  // Each group is one write and one sync.
  assert.ok(bench.disk.operations - before <= 4, `${bench.disk.operations - before} operations`);
  await bench.end(ledger);
});

test('the log is valid for a foreign reader before and after every single operation', async () => {
  const bench = new Bench();
  const read = (path: string): Buffer | undefined =>
    readWholeFile(bench.disk, layout.logFile(DIR, path), 2 ** 26);
  const ledger = await bench.open();
  let sizes = 0;
  bench.disk.onOperation = (): void => {
    sizes = Math.max(sizes, readWholeLog(read).length);
  };
  for (let i = 0; i < 12; i++) {
    await ledger.append(many(i * 60, i * 60 + 1 + i * 7));
    if (i % 2 === 0) await ledger.publish();
  }
  await ledger.close();
  assert.equal(sizes, ledger.size);
  bench.disk.onOperation = undefined;
  await bench.end(ledger);
});

test('partial tiles stay until the full tile exists, and are then removed', async () => {
  const bench = new Bench();
  const ledger = await opened(bench, many(0, 100));
  await ledger.publish();
  await ledger.append(many(100, 250));
  await ledger.publish();
  const partials = (): string[] =>
    bench.disk.list(layout.logFile(DIR, 'tile/0/000.p')).map(({ name }) => name);
  assert.deepEqual(partials(), ['100', '250']);
  await ledger.append(many(250, 300));
  await ledger.publish();
  assert.deepEqual(partials(), []);
  await bench.end(ledger);
});

test('seen does not go back with the wall clock, and the step is reported once', async () => {
  const bench = new Bench();
  const steps: ClockStep[] = [];
  const ledger = await bench.open({ onClockStep: (step) => steps.push(step) });
  await ledger.append([draft('before')]);
  bench.clock.advance(5000);
  bench.clock.step(-3_600_000);
  await ledger.append([draft('after')]);
  bench.clock.advance(1000);
  await ledger.append([draft('later')]);
  assert.deepEqual(steps, [
    { expectedMs: START_MS + 5000, actualMs: START_MS + 5000 - 3_600_000, index: 1 },
  ]);
  await ledger.publish();
  const reader = await bench.reader();
  for (const index of [1, 2]) {
    assert.equal((await reader.leaf(index)).leaf.seen, '2026-06-01T12:00:00.000Z');
  }
  reader.close();
  await bench.end(ledger);
});

test('a clock that was stepped back while the ledger was closed is reported too', async () => {
  const bench = new Bench();
  await bench.end(await opened(bench, [draft('before')]));
  bench.clock.step(-60_000);
  const steps: ClockStep[] = [];
  const ledger = await bench.open({ onClockStep: (step) => steps.push(step) });
  await ledger.append([draft('after')]);
  assert.deepEqual(steps, [{ expectedMs: START_MS, actualMs: START_MS - 60_000, index: 1 }]);
  await bench.end(ledger);
});

test('bodies of two days are in two segments, and the first segment is closed', async () => {
  const bench = new Bench();
  const ledger = await opened(bench, many(0, 10));
  bench.clock.advance(24 * 3_600_000);
  await ledger.append(many(10, 20));
  await ledger.publish();
  for (const [day, index] of [
    ['2026-06-01', 0],
    ['2026-06-02', 10],
  ] as const) {
    assert.ok(readWholeFile(bench.disk, segmentFile(DIR, day, index), 2 ** 20) !== undefined, day);
  }
  await bench.end(ledger);
});

test('retains a checkpoint at closing, and one per hour', async () => {
  const bench = new Bench();
  const kept = (): string[] => bench.disk.list(layout.keptCheckpoints(DIR)).map(({ name }) => name);
  const ledger = await opened(bench, many(0, 5));
  await ledger.publish();
  assert.deepEqual(kept(), []);
  bench.clock.advance(CHECKPOINT_KEPT_EVERY_MS);
  await ledger.append(many(5, 7));
  await ledger.publish();
  await ledger.append(many(7, 8));
  await ledger.publish();
  assert.deepEqual(kept(), ['000000000007']);
  await bench.end(ledger);
  assert.deepEqual(kept(), ['000000000007', '000000000008']);
});

test('may be closed at any moment of a round that retains a checkpoint', async () => {
  let steps = 1;
  for (let at = 0; at < steps; at++) {
    const bench = new Bench();
    const { disk, clock } = bench;
    const ledger = await opened(bench, many(0, 5));
    clock.advance(CHECKPOINT_KEPT_EVERY_MS);
    const before = disk.operations;
    let closing: Promise<void> | undefined;
    disk.onOperation = () => {
      if (disk.operations - before >= at) closing ??= ledger.close();
    };
    await ledger.publish();
    steps = Math.max(steps, disk.operations - before);
    disk.onOperation = undefined;
    await closing;
    await bench.end(ledger);
    assert.deepEqual(
      disk.list(layout.keptCheckpoints(DIR)).map(({ name }) => name),
      ['000000000005'],
    );
  }
  assert.ok(steps > 10);
});

test('a full disk rejects the batch with DISK_FULL, and the next opening is clean', async () => {
  const bench = new Bench();
  const ledger = await opened(bench, many(0, 20));
  bench.disk.arm({ at: 0, kind: 'ENOSPC' });
  await assert.rejects(ledger.append(many(20, 40)), { code: 'DISK_FULL' });
  await assert.rejects(ledger.append(many(40, 50)), { code: 'DISK_FULL' });
  await assert.rejects(ledger.publish(), { code: 'DISK_FULL' });
  await ledger.close();
  bench.disk.restart();
  const next = await bench.open();
  assert.equal(next.size, 20);
  assert.equal((await next.append(many(20, 40))).filter((r) => r.duplicate === 'new').length, 20);
  await bench.end(next);
});

test('a broken disk fails the writer with an error that names the next step', async () => {
  const bench = new Bench();
  const ledger = await opened(bench, many(0, 20));
  bench.disk.arm({ at: 1, kind: 'EIO' });
  await assert.rejects(ledger.append(many(20, 40)), { code: 'WRITER_FAILED' });
  await ledger.close();
  bench.disk.restart();
  // The write reached the disk, and only its sync failed: a second delivery gives duplicates.
  const next = await bench.open();
  assert.equal((await next.append(many(0, 40))).length, 40);
  assert.equal(next.size, 40);
  await bench.end(next);
});

test('a batch that is never committed does not keep the ledger from closing', async () => {
  const bench = new Bench();
  const ledger = await opened(bench, many(0, 5));
  ledger.sequence(fingerprintBatch(many(5, 8), ledger.localKeys));
  const late = ledger.append(many(8, 9));
  await Promise.all([assert.rejects(late, { code: 'WRITER_CLOSED' }), ledger.close()]);
  await assert.rejects(ledger.append(many(9, 10)), { code: 'WRITER_CLOSED' });
  const next = await bench.open();
  assert.equal(next.size, 5);
  await bench.end(next);
});

test('no other process writes while the ledger is open', async () => {
  const bench = new Bench();
  const ledger = await bench.open();
  await assert.rejects(bench.open(), { code: 'LOCKED', message: /\/data/ });
  await bench.end(ledger);
  await bench.end(await bench.open());
});

test('fingerprints of other entries are detected and rebuilt', async () => {
  const bench = new Bench();
  await bench.end(await opened(bench, many(0, 5)));
  const stale = copyFolder(bench.disk, layout.fingerprints(DIR));
  const other = new Bench();
  // The same keys and origin, because both use the same seed; other entries.
  await other.end(await opened(other, many(100, 105)));
  for (const [name, bytes] of stale) {
    const file = other.disk.open(`${layout.fingerprints(DIR)}/${name}`, 'create');
    other.disk.write(file, [bytes], 0);
    other.disk.close(file);
  }
  const ledger = await other.open();
  assert.deepEqual(
    (await ledger.append(many(0, 5))).map(({ index }) => index),
    [5, 6, 7, 8, 9],
  );
  const again = await ledger.append([...many(0, 5), ...many(100, 105)]);
  assert.deepEqual(
    again.map(({ index }) => index),
    [5, 6, 7, 8, 9, 0, 1, 2, 3, 4],
  );
  await other.end(ledger);
});

function copyFolder(disk: MemoryDisk, folder: string): [string, Buffer][] {
  return disk.list(folder).map(({ name }) => {
    return [name, readWholeFile(disk, `${folder}/${name}`, 2 ** 26) as Buffer];
  });
}

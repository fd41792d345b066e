import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { runs } from '../../../../tools/property.ts';
import { type Disk, nodeFiles } from '../disk/disk.ts';
import { checkFingerprintRuns } from './check-runs.ts';
import { FingerprintIndex } from './fingerprint-index.ts';

const IDENTITY = new Uint8Array(32).fill(7);

test('finds inserted entries before and after a flush and a reopening', async (t) => {
  const dir = folder(t);
  const index = open(dir, 0);
  insert(index, 0, 'v0', 'a0');
  insert(index, 1, 'v1', 'a0');
  assert.equal(index.coveredSize, 0);
  assert.deepEqual(index.lookupActions(key('a0'), 0), [0, 1]);
  index.committed(2);
  await index.flush();
  assert.equal(index.coveredSize, 2);
  await index.close();
  const again = open(dir, 2);
  assert.equal(again.coveredSize, 2);
  assert.equal(find(again, 'v1', 'a0'), 1);
  assert.equal(find(again, 'v2', 'a0'), undefined);
  assert.equal(find(again, 'v1', 'a1'), undefined, 'another action is another record');
  assert.deepEqual(again.lookupActions(key('a0'), 0), [0, 1]);
  assert.deepEqual(again.lookupActions(key('a1'), 0), []);
  await again.close();
});

test('writes no uncommitted entry to disk', async (t) => {
  const dir = folder(t);
  const index = open(dir, 0, { tableEntries: 2 });
  for (let i = 0; i < 5; i++) insert(index, i, `v${i}`, `a${i}`);
  await index.settled();
  assert.equal(index.coveredSize, 0);
  index.committed(3);
  await index.settled();
  assert.equal(index.coveredSize, 2, 'the table with entries 2 and 3 waits for entry 3');
  index.committed(4);
  await index.settled();
  assert.equal(index.coveredSize, 4);
  await index.close();
});

test('drops runs that know more entries than the ledger has', async (t) => {
  const dir = folder(t);
  const index = await filled(dir, 4);
  await index.close();
  const cut = open(dir, 3);
  assert.equal(cut.coveredSize, 0);
  assert.equal(find(cut, 'v0', 'a0'), undefined);
  assert.deepEqual(readdirSync(dir), []);
  await cut.close();
});

test('drops runs of another log or key', async (t) => {
  const dir = folder(t);
  await (await filled(dir, 4)).close();
  const other = FingerprintIndex.open({ dir, size: 4, identity: new Uint8Array(32) });
  assert.equal(other.coveredSize, 0);
  assert.match(other.problems[0]?.what ?? '', /another log/);
  await other.close();
});

test('finds every version of an action with more entries than a read window', async (t) => {
  const dir = folder(t);
  const index = open(dir, 0, { tableEntries: 3000 });
  const actionOf = (i: number): string => (i % 5 === 4 ? `a${i}` : 'same');
  for (let i = 0; i < 9500; i++) insert(index, i, `v${i}`, actionOf(i));
  index.committed(9500);
  await index.settled();
  assert.equal(index.usage.runs, 1, 'the action fills a bucket of the one run');
  for (let i = 0; i < 9500; i++) assert.equal(find(index, `v${i}`, actionOf(i)), i);
  assert.equal(find(index, 'another', 'same'), undefined);
  const found = index.lookupActions(key('same'), 0);
  assert.equal(new Set(found).size, 1024);
  assert.deepEqual(
    found,
    found.toSorted((a, b) => a - b),
  );
  assert.ok(found.every((i) => i % 5 !== 4));
  assert.equal(index.lookupActions(key('same'), 0, 2).length, 2);
  assert.deepEqual(index.lookupActions(key('a4'), 0), [4]);
  await index.close();
});

test('stores indices of 48 bits', async (t) => {
  const dir = folder(t);
  const index = open(dir, 0);
  const large = 2 ** 48 - 2;
  insert(index, 2 ** 33 + 5, 'v0', 'a0');
  insert(index, large, 'v1', 'a0');
  index.committed(large + 1);
  assert.deepEqual(index.lookupActions(key('a0'), 0), [2 ** 33 + 5, large]);
  await index.flush();
  assert.deepEqual(index.lookupActions(key('a0'), 0), [2 ** 33 + 5, large]);
  assert.equal(find(index, 'v1', 'a0'), large);
  await index.close();
});

test('asks the writer to wait while full tables wait for the disk', async (t) => {
  const dir = folder(t);
  const index = open(dir, 0, { tableEntries: 2 });
  for (let i = 0; i < 3; i++) insert(index, i, `v${i}`, `a${i}`);
  assert.equal(index.caughtUp(), undefined);
  for (let i = 3; i < 6; i++) insert(index, i, `v${i}`, `a${i}`);
  const caughtUp = index.caughtUp();
  assert.notEqual(caughtUp, undefined);
  index.committed(6);
  await caughtUp;
  assert.equal(index.caughtUp(), undefined);
  await index.close();
});

test('gives the same results with a worker thread', async (t) => {
  const dir = folder(t);
  const index = FingerprintIndex.open({ dir, size: 0, identity: IDENTITY, tableEntries: 50_000 });
  const count = 220_000;
  const keys = Buffer.concat(Array.from({ length: count }, (_, i) => key(`k${i}`)));
  for (let i = 0; i < count; i++) {
    index.insert(i, keys, i * 16, keys, (i - (i % 2)) * 16);
    if (i % 10_000 === 0) {
      index.committed(i);
      await index.caughtUp();
    }
  }
  index.committed(count);
  await index.flush();
  await index.settled();
  assert.ok(index.usage.runs < 4, 'runs were merged');
  for (let i = 0; i < count; i += 7) {
    assert.equal(index.lookupVersion(keys, i * 16, keys, (i - (i % 2)) * 16), i);
    if (i % 2 === 0) assert.deepEqual(index.lookupActions(keys, i * 16), [i, i + 1]);
  }
  await index.close();
  assert.deepEqual([...checkFingerprintRuns(nodeFiles, dir)].filter(Boolean), []);
});

test('a full disk fails the flush, loses nothing, and the next flush succeeds', async (t) => {
  const dir = folder(t);
  let isFull = true;
  const files: Disk = {
    ...nodeFiles,
    write(file, parts, at) {
      if (isFull) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
      nodeFiles.write(file, parts, at);
    },
  };
  const index = open(dir, 0, { files });
  insert(index, 0, 'v0', 'a0');
  index.committed(1);
  await assert.rejects(index.flush(), { code: 'ENOSPC' });
  assert.equal(find(index, 'v0', 'a0'), 0);
  isFull = false;
  await index.flush();
  assert.equal(index.coveredSize, 1);
  await index.close();
  assert.deepEqual(readdirSync(dir), ['000000000000-000000000001.run']);
});

type Step =
  | { kind: 'insert'; version: number; action: number }
  | { kind: 'commit' | 'flush' | 'settle' | 'reopen' }
  | { kind: 'crash'; operations: number; after: 'commit' | 'insert' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 20,
    arbitrary: fc.record({
      kind: fc.constant('insert' as const),
      version: fc.nat(20),
      action: fc.nat(40),
    }),
  },
  { weight: 4, arbitrary: fc.constant({ kind: 'commit' as const }) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom(...(['flush', 'settle', 'reopen'] as const))
      .map((kind): Step => ({ kind })),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('crash' as const),
      operations: fc.nat(40),
      after: fc.constantFrom('commit' as const, 'insert' as const),
    }),
  },
);

test('answers like a map, through merges, reopenings and crashes at any operation', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 50, maxLength: 600, size: 'max' }),
      fc.integer({ min: 1, max: 9 }),
      async (steps, tableEntries) => {
        const dir = folder(t);
        const model = new Model(dir, tableEntries);
        for (const next of steps) await model.take(next);
        await model.finish();
        rmSync(dir, { recursive: true });
      },
    ),
    runs(20, 400),
  );
});

/** The ledger as the index sees it. A crash keeps the committed entries. */
class Model {
  readonly #dir: string;
  readonly #tableEntries: number;
  #entries: { version: number; action: number }[] = [];
  #committed = 0;
  readonly #openFiles = new Set<number>();
  #operationsLeft = Number.POSITIVE_INFINITY;
  #index: FingerprintIndex;

  constructor(dir: string, tableEntries: number) {
    this.#dir = dir;
    this.#tableEntries = tableEntries;
    this.#index = this.#open();
  }

  async take(next: Step): Promise<void> {
    switch (next.kind) {
      case 'insert':
        return this.#insert(next);
      case 'commit':
        return this.#commit();
      case 'flush':
        this.#commit();
        return this.#index.flush().catch(() => {});
      case 'settle':
        return this.#index.settled();
      case 'reopen':
        this.#commit();
        return this.#reopen();
      case 'crash':
        // From here on, the disk accepts this many more operations, and then none.
        this.#operationsLeft = next.operations;
        if (next.after === 'commit') {
          this.#commit();
          await this.#index.flush().catch(() => {});
        }
        await this.#index.settled();
        return this.#reopen();
    }
  }

  async finish(): Promise<void> {
    this.#commit();
    await this.#index.flush();
    await this.#index.settled();
    assert.equal(this.#index.coveredSize, this.#entries.length);
    await this.#reopen();
    assert.equal(this.#index.coveredSize, this.#entries.length);
    for (const { version, action } of this.#entries) this.#compare(version, action);
    for (let version = 0; version <= 40; version++) this.#compare(version, version);
    await this.#index.close();
    assert.equal(this.#openFiles.size, 0, 'every file was closed once');
    assert.deepEqual([...checkFingerprintRuns(nodeFiles, this.#dir)].filter(Boolean), []);
  }

  #insert({ version, action }: { version: number; action: number }): void {
    this.#compare(version, action);
    if (find(this.#index, `v${version}`, `a${action}`) !== undefined) return;
    insert(this.#index, this.#entries.length, `v${version}`, `a${action}`);
    this.#entries.push({ version, action });
  }

  #compare(version: number, action: number): void {
    const known = this.#entries.findIndex(
      (entry) => entry.version === version && entry.action === action,
    );
    const found = find(this.#index, `v${version}`, `a${action}`);
    assert.equal(found, known < 0 ? undefined : known);
    const earlier = [...this.#entries.keys()].filter((i) => this.#entries[i]?.action === action);
    assert.deepEqual(this.#index.lookupActions(key(`a${action}`), 0), earlier);
  }

  #commit(): void {
    this.#committed = this.#entries.length;
    this.#index.committed(this.#committed);
  }

  async #reopen(): Promise<void> {
    await this.#index.close();
    this.#operationsLeft = Number.POSITIVE_INFINITY;
    this.#entries.length = this.#committed;
    this.#index = this.#open();
    assert.deepEqual(this.#index.problems, []);
    for (let i = this.#index.coveredSize; i < this.#entries.length; i++) {
      insert(this.#index, i, `v${this.#entries[i]?.version}`, `a${this.#entries[i]?.action}`);
    }
  }

  #open(): FingerprintIndex {
    const options = { tableEntries: this.#tableEntries, files: this.#cuttableFiles() };
    return open(this.#dir, this.#committed, options);
  }

  #cuttableFiles(): Disk {
    const cut =
      <A extends unknown[], R>(operation: (...args: A) => R) =>
      (...args: A): R => {
        if (this.#operationsLeft-- <= 0) throw new Error('the power is gone');
        return operation(...args);
      };
    return {
      ...nodeFiles,
      open: (path, mode) => {
        const file = nodeFiles.open(path, mode);
        this.#openFiles.add(file);
        return file;
      },
      close: (file) => {
        assert.ok(this.#openFiles.delete(file), 'only an open file is closed');
        nodeFiles.close(file);
      },
      write: cut(nodeFiles.write),
      rename: cut(nodeFiles.rename),
      remove: cut(nodeFiles.remove),
      sync: cut(nodeFiles.sync),
      syncData: cut(nodeFiles.syncData),
      syncFolder: cut(nodeFiles.syncFolder),
    };
  }
}

async function filled(dir: string, count: number): Promise<FingerprintIndex> {
  const index = open(dir, 0);
  for (let i = 0; i < count; i++) insert(index, i, `v${i}`, `a${i}`);
  index.committed(count);
  await index.flush();
  return index;
}

function open(
  dir: string,
  size: number,
  options: { tableEntries?: number; files?: Disk } = {},
): FingerprintIndex {
  return FingerprintIndex.open({
    dir,
    size,
    identity: IDENTITY,
    compaction: 'inline',
    tableEntries: 64,
    ...options,
  });
}

function insert(index: FingerprintIndex, at: number, version: string, action: string): void {
  index.insert(at, key(version), 0, key(action), 0);
}

function find(index: FingerprintIndex, version: string, action: string): number | undefined {
  return index.lookupVersion(key(version), 0, key(action), 0);
}

function key(text: string): Uint8Array {
  return createHash('sha256').update(text).digest().subarray(0, 16);
}

function folder(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'fingerprints-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

import assert from 'node:assert/strict';
import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { after, before, test } from 'node:test';
import { ManualClock, type RecordDraft, type TenantId } from '@countersign/core';
import fc from 'fast-check';
import { rangesOf } from '../erasure/erasure-body.ts';
import { Ledger } from '../ledger.ts';
import { fsck } from './fsck.ts';

const RUNS = process.env['COUNTERSIGN_LONG'] === '1' ? 5_000 : 120;
const SEED = Number(process.env['COUNTERSIGN_SEED'] ?? 1);
const TENANT = '11111111-2222-3333-4444-555555555555' as TenantId;

let root = '';
let sample = '';

before(async () => {
  root = mkdtempSync(join(tmpdir(), 'countersign-fsck-'));
  sample = join(root, 'sample');
  await makeLedger(sample);
});

after(() => rmSync(root, { recursive: true, force: true }));

/** 700 entries in three openings: two days, retained checkpoints, a partial tile on every level. */
async function makeLedger(dir: string): Promise<void> {
  const clock = new ManualClock(Date.parse('2024-05-06T22:00:00Z'));
  let next = 0;
  for (const count of [300, 212, 188]) {
    const ledger = await Ledger.open({
      dir,
      clock,
      random: seededRandom(next + 1),
      integration: 'manual',
    });
    for (let left = count; left > 0; left -= 50) {
      const drafts = Array.from({ length: Math.min(50, left) }, () => draft(next++));
      await ledger.append(drafts);
    }
    await ledger.publish();
    await ledger.close();
    clock.advance(60 * 60 * 1000);
  }
}

function draft(i: number): RecordDraft {
  return {
    kind: 'record',
    tenant: TENANT,
    source: 'm365.export/unified-audit-log',
    id: undefined,
    at: '2024-05-06T21:00:00Z',
    body: Buffer.from(JSON.stringify({ Id: i, text: 'x'.repeat(i % 90) })),
  };
}

function seededRandom(seed: number): { fill(into: Uint8Array): Uint8Array } {
  let state = seed;
  return {
    fill(into) {
      for (let i = 0; i < into.length; i++) {
        state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
        into[i] = state >>> 24;
      }
      return into;
    },
  };
}

function filesOf(dir: string): string[] {
  return ['ledger', 'bodies'].flatMap((top) =>
    readdirSync(join(dir, top), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => relative(dir, join(entry.parentPath, entry.name))),
  );
}

function copy(): string {
  const dir = mkdtempSync(join(root, 'copy-'));
  cpSync(sample, dir, { recursive: true });
  return dir;
}

test('finds no problem in an intact ledger', async () => {
  assert.deepEqual(await fsck({ dir: sample, threads: 0 }), { ok: true, size: 700, problems: [] });
});

test('gives the same report on worker threads', async () => {
  const dir = copy();
  const path = join(dir, 'ledger/tile/0/001');
  const bytes = readFileSync(path);
  bytes[100] = (bytes[100] as number) ^ 1;
  writeFileSync(path, bytes);
  const here = await fsck({ dir, threads: 0 });
  assert.equal(here.ok, false);
  assert.deepEqual(await fsck({ dir, threads: 2 }), here);
});

test('finds and names any file with a changed, dropped, added or swapped byte', async () => {
  const names = filesOf(sample);
  assert.ok(names.length > 12, 'the sample has files of every kind');
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...names),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      fc.integer({ min: 1, max: 255 }),
      fc.constantFrom('flip', 'drop', 'add', 'swap'),
      async (name, place, mask, how) => {
        const dir = copy();
        try {
          const before = readFileSync(join(dir, name));
          const changed = mutate(before, Math.floor(place * before.length), mask, how);
          if (changed.equals(before)) return;
          writeFileSync(join(dir, name), changed);
          const { ok, problems } = await fsck({ dir, threads: 0 });
          assert.equal(ok, false);
          const named = problems.map(({ path }) => path);
          assert.ok(named.includes(name), `${name} is named among ${named.join(', ')}`);
        } finally {
          rmSync(dir, { recursive: true, force: true });
        }
      },
    ),
    { seed: SEED, numRuns: RUNS },
  );
});

function mutate(bytes: Buffer, at: number, mask: number, how: string): Buffer {
  const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at + 1)];
  const byte = bytes[at] as number;
  if (how === 'flip') return Buffer.concat([head, Buffer.from([byte ^ mask]), tail]);
  if (how === 'drop') return Buffer.concat([head, tail]);
  if (how === 'add') return Buffer.concat([head, Buffer.from([mask]), bytes.subarray(at)]);
  const other = (at + mask) % bytes.length;
  const swapped = Buffer.from(bytes);
  swapped[at] = bytes[other] as number;
  swapped[other] = byte;
  return swapped;
}

test('names every missing file, and every file that should not exist', async () => {
  for (const name of filesOf(sample)) {
    const dir = copy();
    rmSync(join(dir, name));
    const { problems } = await fsck({ dir, threads: 0 });
    assert.ok(
      problems.some(({ path }) => path === name),
      `${name} is missed`,
    );
    rmSync(dir, { recursive: true, force: true });
  }
  for (const name of [
    'ledger/note',
    'ledger/tile/0/009',
    'ledger/tile/x000/000',
    'bodies/2024/a.seg',
    'ledger/checkpoints/1',
    'bodies/2024/05/06/000000000001.seg',
    'ledger/tile/0/000.p/17',
  ]) {
    const dir = copy();
    const path = join(dir, name);
    cpSync(join(dir, 'ledger/checkpoint'), path, { recursive: true });
    const { problems } = await fsck({ dir, threads: 0 });
    assert.ok(
      problems.some((problem) => problem.path === name),
      `${name} is a stray`,
    );
    rmSync(dir, { recursive: true, force: true });
  }
});

test('reports a missing retained checkpoint, also after later writes', async () => {
  const clock = new ManualClock(Date.parse('2024-05-08T00:00:00Z'));
  for (const spoil of ['checkpoint', 'list'] as const) {
    const dir = copy();
    const gone = 'ledger/checkpoints/000000000300';
    if (spoil === 'checkpoint') rmSync(join(dir, gone));
    else appendFileSync(join(dir, 'ledger/kept'), '\n');
    const ledger = await Ledger.open({ dir, clock, random: seededRandom(3), acceptFork: 'accept' });
    await ledger.append([draft(701)]);
    await ledger.close();
    const { problems } = await fsck({ dir, threads: 0 });
    const named = problems.map(({ path }) => path);
    assert.deepEqual(named, [spoil === 'checkpoint' ? gone : 'ledger/kept']);
  }
});

test('detects a log that was truncated to an older, validly signed checkpoint', async () => {
  const dir = copy();
  cpSync(join(dir, 'ledger/checkpoints/000000000300'), join(dir, 'ledger/checkpoint'));
  const { problems } = await fsck({ dir, threads: 0 });
  assert.ok(problems.some(({ path, what }) => path === 'ledger/checkpoint' && /700/.test(what)));
});

test('finds bodies missing without an erasure, and incomplete erasures', async () => {
  const dir = copy();
  const clock = new ManualClock(Date.parse('2024-05-08T00:00:00Z'));
  const ledger = await Ledger.open({ dir, clock, random: seededRandom(9), acceptFork: 'accept' });
  await ledger.rewriteWithout([5, 6, 300]);
  await ledger.close();
  const gone = await fsck({ dir, threads: 0 });
  assert.deepEqual(
    gone.problems.map(({ what }) => what),
    [
      'the bodies of entries 5 to 6 are missing, and no erasure explains it',
      'the body of entry 300 is missing, and no erasure explains it',
    ],
  );
  const again = await Ledger.open({ dir, clock, random: seededRandom(10), acceptFork: 'accept' });
  const ranges = rangesOf([5, 6, 7, 300]);
  await again.append([
    {
      ...draft(0),
      kind: 'erasure',
      tenant: '-' as TenantId,
      source: 'countersign/erasure',
      body: Buffer.from(JSON.stringify({ v: 1, ranges })),
    },
  ]);
  await again.close();
  const { problems } = await fsck({ dir, threads: 0 });
  assert.deepEqual(
    problems.map(({ what }) => what),
    [
      'the body of entry 7 is still here: the erasure in entry 700 is not ' +
        'finished; the next writing command finishes it',
    ],
  );
});

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { FeedState, feedStateFile } from './feed-state.ts';
import { FeedError, type FeedErrorCode } from './feed-state-error.ts';

const ORIGIN = 'northmoor.example/ledger';

async function inFolder(work: (dir: string) => void | Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-feed-state-'));
  try {
    await work(dir);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

function code(expected: FeedErrorCode, words: RegExp): (error: unknown) => boolean {
  return (error) =>
    error instanceof FeedError && error.code === expected && words.test(error.message);
}

const NONE = { delivered: 1, refused: [], atMs: 5 } as const;

test('a position survives, and only its owner can read the file', () =>
  inFolder((dir) => {
    assert.equal(FeedState.openExisting(dir, ORIGIN), undefined);
    {
      using state = FeedState.open(dir, ORIGIN);
      const { generation } = state.ensure({ name: 'soc', kind: 'webhook' }, { next: 7, atMs: 1 });
      state.advance('soc', { ...NONE, generation, next: 9, sentNext: 11 });
      assert.equal(statSync(feedStateFile(dir)).mode & 0o777, 0o600);
      assert.equal(statSync(`${feedStateFile(dir)}-wal`).mode & 0o777, 0o600);
    }
    using state = FeedState.open(dir, ORIGIN);
    // A feed that has a position keeps it, whatever its configured start is.
    const { next, sentNext, records } = state.ensure(
      { name: 'soc', kind: 'webhook' },
      { next: 100, atMs: 2 },
    );
    assert.deepEqual([next, sentNext, records], [9, 11, 1]);
  }));

test('an act of an operator wins over a delivery in flight', () =>
  inFolder((dir) => {
    using state = FeedState.open(dir, ORIGIN);
    using operator = FeedState.open(dir, ORIGIN);
    const { generation } = state.ensure({ name: 'soc', kind: 'webhook' }, { next: 50, atMs: 1 });
    operator.replay('soc', 10);
    assert.ok(!state.isCurrent('soc', generation));
    const late = { ...NONE, generation, next: 60, sentNext: 60 };
    assert.equal(state.advance('soc', late), 'superseded');
    const failure = { generation, because: 'no', atMs: 1, retryMs: 2, resendFrom: 3 };
    assert.equal(state.fail('soc', failure), 'superseded');
    const stop = { generation, code: 'GONE', because: 'no', atMs: 1 } as const;
    assert.equal(state.stop('soc', stop), 'superseded');
    assert.equal(state.row('soc').next, 10);
    assert.equal(state.row('soc').status, 'running');
  }));

test('refuses the positions of another ledger, a newer version, and damage', () =>
  inFolder((dir) => {
    FeedState.open(dir, ORIGIN).close();
    assert.throws(
      () => FeedState.open(dir, 'other'),
      code('STATE_UNREADABLE', /belong to the ledger/),
    );
    writeFileSync(feedStateFile(dir), 'not a database');
    assert.throws(() => FeedState.open(dir, ORIGIN), code('STATE_UNREADABLE', /feeds\.sqlite/));
  }));

test('names the cure for an unknown feed', () =>
  inFolder((dir) => {
    using state = FeedState.open(dir, ORIGIN);
    assert.throws(() => state.row('x'), code('UNKNOWN_FEED', /feeds list/));
    assert.throws(() => state.replay('x', 1), code('UNKNOWN_FEED', /feeds list/));
  }));

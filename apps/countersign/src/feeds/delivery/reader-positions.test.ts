import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { BUILT_RECORDS_MAX, NEARBY_ENTRIES_MAX } from './limits.ts';
import { type ReaderPosition, ReaderPositions } from './reader-positions.ts';

const BLOCK = 200;

/** Reads blocks up to `until`, one for each turn of the thread that it gets. */
async function read(reader: ReaderPosition, from: number, until: () => boolean): Promise<number> {
  let next = from;
  while (!until()) {
    await reader.moveTo(next);
    await nextTurn();
    next += BLOCK;
  }
  reader.leave();
  return next;
}

/** How far a reader comes that is ahead by `lead`, while the one behind reads `blocks`. */
async function progressAhead(lead: number, blocks: number): Promise<number> {
  const positions = new ReaderPositions();
  let left = blocks;
  const behind = read(positions.join(0), 0, () => left-- === 0);
  const ahead = read(positions.join(lead), lead, () => left <= 0);
  await behind;
  return ((await ahead) - lead) / BLOCK;
}

test('a reader that is a little ahead leaves most turns to the one behind it', async () => {
  const lead = BUILT_RECORDS_MAX + 100 * BLOCK;
  const blocks = await progressAhead(lead, 100);
  assert.ok(blocks >= 1 && blocks <= 20, `${blocks} blocks`);
});

test('readers that share what they build, or are far apart, have equal turns', async () => {
  for (const lead of [0, BLOCK, NEARBY_ENTRIES_MAX + 101 * BLOCK]) {
    const blocks = await progressAhead(lead, 100);
    assert.ok(blocks >= 95, `${blocks} blocks with a lead of ${lead}`);
  }
});

test('a reader that waits for its receiver, or has ended, costs the others no time', async () => {
  const lead = BUILT_RECORDS_MAX + BLOCK;
  const positions = new ReaderPositions();
  const waiting = positions.join(0);
  const startedMs = performance.now();
  await readBlocks(positions.join(lead), lead, 100);
  const tookMs = performance.now() - startedMs;
  assert.ok(tookMs < 1000, `100 blocks took ${tookMs} ms`);
  waiting.leave();
  const turns = countTurns();
  await readBlocks(positions.join(lead), lead, 100);
  assert.ok(turns.end() <= 110, `${turns.end()} turns`);
});

function readBlocks(reader: ReaderPosition, from: number, blocks: number): Promise<number> {
  let left = blocks;
  return read(reader, from, () => left-- === 0);
}

function countTurns(): { readonly end: () => number } {
  let turns = 0;
  let isOver = false;
  const count = async (): Promise<void> => {
    for (; !isOver; turns++) await nextTurn();
  };
  void count();
  return {
    end: () => {
      isOver = true;
      return turns;
    },
  };
}

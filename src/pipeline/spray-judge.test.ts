import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CUT_OFF, endOfItself } from '../detect/index.ts';
import { SPRAY_BLOCK_MS } from './limits.ts';
import { sprayCut, sprayJudge } from './spray-judge.ts';

const fromMs = 700 * SPRAY_BLOCK_MS;
const BLOCK = { fromMs, toMs: fromMs + SPRAY_BLOCK_MS };

test('of a block with more attempts than are scored it says so, from its start to its end', () => {
  const { draft } = sprayCut(BLOCK);
  assert.deepEqual([draft.rule, draft.windowMs, endOfItself(draft)], [CUT_OFF, fromMs, BLOCK.toMs]);
});

test('a flood speaks for each thing that is looked for with it, and takes none back', () => {
  const { draft, windows } = sprayCut(BLOCK);
  const { watches } = sprayJudge();
  // By this title alone is it known whose silence it explains.
  assert.deepEqual(
    watches.map(({ title, cutTitle = title }) => cutTitle),
    watches.map(() => draft.group),
  );
  assert.deepEqual([windows.from, windows.to], [BLOCK.fromMs, BLOCK.toMs]);
  assert.deepEqual([...windows.rules].sort(), watches.map(({ id }) => id).sort());
});

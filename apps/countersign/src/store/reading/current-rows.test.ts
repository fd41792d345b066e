import assert from 'node:assert/strict';
import { test } from 'node:test';
import { folder, row, storeOf } from '../testing/rows.ts';
import { CurrentRows } from './current-rows.ts';

test('a question whose file is gone leaves the state of the others open', async (t) => {
  const dir = await folder(t);
  (await storeOf(dir, [[row(0)]])).close();
  const live = await CurrentRows.open(dir, 1);
  try {
    // Another question holds the state while this one begins again.
    const { state } = live;
    assert.ok(state !== undefined);
    const { files } = await live.snapshot();
    live.retryOrThrow(new Error('IO Error: No such file or directory'), 0);
    assert.equal(state.files().length, files.length);
    assert.equal((await live.snapshot()).files.length, files.length);
  } finally {
    live.close();
  }
});

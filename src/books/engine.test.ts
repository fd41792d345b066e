import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { Engine, literal } from './engine.ts';
import { folder } from './testing/rows.ts';

const MIB = 1024 * 1024;
const ROWS = 200_000;
const FORMAT = 'FORMAT parquet, ROW_GROUP_SIZE 2048';

test('a sort that its memory is too little for gets twice as much, and then no more', async (t) => {
  const dir = await folder(t);
  const engine = await Engine.open({
    threads: 1,
    tempDir: join(dir, 'temp'),
    memoryBytes: 28 * MIB,
  });
  t.after(() => engine.close());
  const out = join(dir, 'sorted.parquet');
  const wide = `SELECT range AS i, repeat(md5(range::VARCHAR), 8) AS t FROM range(${ROWS})`;
  const sorting = `COPY (${wide} ORDER BY t) TO ${literal(out)} (${FORMAT})`;
  await assert.rejects(engine.run(sorting), /Out of Memory/);
  await engine.runWithRoom(sorting);
  const [[count] = []] = await engine.rows(`SELECT count(*) FROM read_parquet(${literal(out)})`);
  assert.equal(Number(count), ROWS);
  await assert.rejects(engine.run(sorting), /Out of Memory/);
});

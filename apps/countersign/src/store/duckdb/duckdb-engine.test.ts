import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { folder } from '../testing/rows.ts';
import { DuckDbEngine, literal, spillFileOwner } from './duckdb-engine.ts';

const MIB = 1024 * 1024;
const ROWS = 200_000;
const FORMAT = 'FORMAT parquet, ROW_GROUP_SIZE 2048';

test('withMoreMemory doubles the memory for one statement', async (t) => {
  const dir = await folder(t);
  const engine = await DuckDbEngine.open({
    threads: 1,
    tempDir: dir,
    memoryBytes: 28 * MIB,
  });
  t.after(() => engine.close());
  const out = join(dir, 'sorted.parquet');
  const wide = `SELECT range AS i, repeat(md5(range::VARCHAR), 8) AS t FROM range(${ROWS})`;
  const sorting = `COPY (${wide} ORDER BY t) TO ${literal(out)} (${FORMAT})`;
  await assert.rejects(engine.run(sorting), /Out of Memory/);
  await engine.withMoreMemory(() => engine.run(sorting));
  const [[count] = []] = await engine.rows(`SELECT count(*) FROM read_parquet(${literal(out)})`);
  assert.equal(Number(count), ROWS);
  await assert.rejects(engine.run(sorting), /Out of Memory/);
});

test('engines that spill into one folder read only their own rows', async (t) => {
  const dir = await folder(t);
  const engines = [];
  for (const name of ['a', 'b']) {
    const engine = await DuckDbEngine.open({ threads: 1, tempDir: dir, memoryBytes: 28 * MIB });
    t.after(() => engine.close());
    engines.push({ name, engine });
  }
  const textOf = (name: string): string =>
    `'${name}' || md5(range::VARCHAR) || md5(range::VARCHAR)`;
  for (const { name, engine } of engines) {
    await engine.run(`CREATE TABLE kept AS SELECT range, ${textOf(name)} AS t
      FROM range(${3 * ROWS})`);
  }
  const spilled = readdirSync(dir);
  assert.equal(spilled.length, engines.length, 'both have spilled');
  assert.deepEqual([...new Set(spilled.map(spillFileOwner))], ['ours']);
  for (const { name, engine } of engines) {
    const rows = await engine.rows(`SELECT count(*) FROM kept WHERE t = ${textOf(name)}`);
    assert.deepEqual(rows.map(Number), [3 * ROWS]);
    engine.close();
  }
  assert.deepEqual(readdirSync(dir), [], 'no file remains');
});

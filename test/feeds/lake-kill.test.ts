import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { simulations } from '../../tools/property.ts';
import { killRepeatedly } from '../support/feeds/kill-feed.ts';
import { temporaryFolder } from '../support/folders.ts';

test('random kills lose no event of a lake, and leave no partial file', async () => {
  const root = temporaryFolder('lake-kill');
  const lake = join(root, 'lake');
  const feed = `
kind: lake
folder: ${lake}
region: eu-west-1
accountId: "123456789012"
every: 1s`;
  const kills = simulations(2, 100);
  const expected = await killRepeatedly({ root, feed, env: {}, kills });
  const names = readdirSync(lake, { recursive: true, encoding: 'utf8' });
  assert.deepEqual(
    names.filter((name) => name.endsWith('.tmp')),
    [],
  );
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const reader = await connection.runAndReadAll(
    `SELECT cs_id FROM read_parquet('${lake}/**/*.parquet', union_by_name = true)`,
  );
  const ids = reader.getRowsJson().map(([id]) => id as string);
  connection.closeSync();
  assert.ok(expected.size > kills * 50);
  assert.deepEqual(new Set(ids), expected);
  // A kill between a file and the position repeats at most the records of that batch.
  assert.ok(ids.length - expected.size <= expected.size, `${ids.length} rows`);
});

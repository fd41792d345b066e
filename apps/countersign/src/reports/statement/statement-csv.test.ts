import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'csv-parse/sync';
import { HOSTILE, hostileStatement } from '../testing/statement.ts';
import { statementCsv } from './statement-csv.ts';

const text = [...statementCsv(hostileStatement())].join('');

test('each action and each sign-in is one row that any CSV reader parses back', () => {
  const rows = parse(text, { columns: true }) as Record<string, string>[];
  assert.deepEqual(
    rows.map(({ record, index, items, contents, throttled }) => [
      record,
      index,
      items,
      contents,
      throttled,
    ]),
    [
      ['sign-in', '0', '', '', ''],
      ['action', '1', '3', 'stated', 'true'],
      ['action', '2', '1', 'unknown', 'false'],
    ],
  );
  for (const row of rows) assert.equal(row['operation'], `'${HOSTILE}`);
});

test('no cell starts a formula', () => {
  const rows = parse(text) as string[][];
  for (const cell of rows.flat()) assert.doesNotMatch(cell, /^[=+\-@\t\r]/);
});

test('uses CRLF (RFC 4180), and writes the header even without rows', () => {
  const statement = { ...hostileStatement(), sessions: [] };
  const [header, ...rest] = [...statementCsv(statement)];
  assert.deepEqual(rest, []);
  assert.match(header ?? '', /^record,session,time,.*,index,entries\r\n$/);
});

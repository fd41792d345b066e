import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import { runs } from '../../../../../tools/property.ts';
import { TABLE_SAMPLE_ROWS } from '../process/limits.ts';
import { type Column, type TableOptions, tableLines } from './table.ts';
import { displayWidth } from './text-width.ts';

type Row = { time: string; who: string; what: string; on: string; session: string; count: number };

const COLUMNS: readonly Column<Row>[] = [
  { title: 'time', kind: 'whole', cell: (row) => row.time },
  { title: 'who', kind: 'text', cell: (row) => ({ text: row.who, style: 'strong' }) },
  { title: 'what', kind: 'text', cell: (row) => row.what },
  { title: 'on what', kind: 'text', fold: 2, cell: (row) => row.on },
  { title: 'session', kind: 'id', fold: 1, cell: (row) => row.session },
  { title: 'items', kind: 'number', cell: (row) => String(row.count) },
];

const row: fc.Arbitrary<Row> = fc.record({
  time: fc.constant('2024-01-12 08:31:07'),
  who: fc.string({ unit: 'binary', maxLength: 80 }),
  what: fc.string({ maxLength: 80 }),
  on: fc.string({ unit: 'grapheme', maxLength: 300 }),
  session: fc.uuid(),
  count: fc.nat(999),
});

const example: Row = {
  time: '2024-01-12 08:31:07',
  who: 'alice.anderson@contoso.example',
  what: 'FileDownloaded',
  on: 'https://contoso.example/sites/finance/Shared Documents/Q3 forecast.xlsx',
  session: '8a3f0c52-77aa-4d2e-9c11-0123456791bc',
  count: 1,
};

test('fits every line into the width, with any cell content', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(row, { maxLength: 5 }),
      fc.constantFrom(60, 80, 120, 200),
      fc.constantFrom('color', 'no color'),
      async (rows, columns, color) => {
        for (const line of await lines(rows, { columns, color })) {
          const width = displayWidth(stripVTControlCharacters(line));
          assert.ok(width <= columns, `${width} > ${columns}: ${JSON.stringify(line)}`);
        }
      },
    ),
    runs(300, 20000),
  );
});

test('without a terminal, prints each row on one line and cuts nothing', async () => {
  const [head, first, ...rest] = await lines([example], { columns: Infinity, color: 'no color' });
  assert.match(head ?? '', /^time +who +what +on what +session +items$/);
  for (const value of Object.values(example)) assert.ok(first?.includes(String(value)));
  assert.deepEqual(rest, []);
});

test('folds columns that do not fit into a line below the row', async () => {
  const [head, first, second] = await lines([example], { columns: 80, color: 'no color' });
  assert.doesNotMatch(head ?? '', /session/);
  assert.match(first ?? '', /^2024-01-12 08:31:07 {2}alice\.anderson@contoso\.example {2}File/);
  assert.match(second ?? '', /^ {2}on what https:/);
});

test('shows a forged line break in its cell', async () => {
  const forged = { ...example, what: 'Send\n2024-01-12 08:31:08  mallory' };
  const printed = await lines([forged], { columns: 240, color: 'no color' });
  assert.equal(printed.length, 2);
  assert.match(printed[1] ?? '', /Send␊2024/);
});

test('on a terminal, omits columns that are empty in every row', async () => {
  const rows = [{ ...example, session: '' }];
  const [head] = await lines(rows, { columns: 200, color: 'no color' });
  assert.doesNotMatch(head ?? '', /session/);
  const [piped] = await lines(rows, { columns: Infinity, color: 'no color' });
  assert.match(piped ?? '', /session/);
});

test('prints nothing without rows', async () => {
  assert.deepEqual(await lines([], { columns: 80, color: 'no color' }), []);
});

test('prints the first rows before the list ends', async () => {
  let taken = 0;
  function* endless(): Generator<Row> {
    for (;;) {
      taken += 1;
      yield example;
    }
  }
  for await (const _ of tableLines(COLUMNS, endless(), { columns: 80, color: 'no color' })) break;
  assert.equal(taken, TABLE_SAMPLE_ROWS);
});

async function lines(rows: readonly Row[], options: TableOptions): Promise<string[]> {
  const printed: string[] = [];
  for await (const line of tableLines(COLUMNS, rows, options)) printed.push(line);
  return printed;
}

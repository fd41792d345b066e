import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { runs } from '../../../../../../tools/property.ts';
import type { TextWindow } from '../chunks/framer.ts';
import { CsvCells, CsvRowScanner } from './csv-row.ts';

const cell = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.stringMatching(/^["',;\t\n\r |a{}]{0,8}$/),
);

const table = fc.integer({ min: 1, max: 5 }).chain((width) =>
  fc.array(fc.array(cell, { minLength: width, maxLength: width }), {
    minLength: 1,
    maxLength: 6,
  }),
);

const dialect = fc.record({
  delimiter: fc.constantFrom(',', ';', '\t', '|'),
  lineEnd: fc.constantFrom('\n', '\r\n', '\r'),
  quotes: fc.constantFrom('all', 'needed'),
});

type Dialect = { readonly delimiter: string; readonly lineEnd: string; readonly quotes: string };

test('finds the same rows and cells as csv-parse', () => {
  fc.assert(
    fc.property(table, dialect, (rows, form) => {
      const text = rows
        .map((row) => row.map((one) => render(one, form)).join(form.delimiter))
        .join(form.lineEnd);
      const oracle = parse(text, {
        delimiter: form.delimiter,
        record_delimiter: form.lineEnd,
        relax_column_count: true,
      }) as string[][];
      assert.deepEqual(readAll(text, form), oracle);
    }),
    runs(1000, 30_000),
  );
});

test('an incomplete row is requested again, never misread', () => {
  fc.assert(
    fc.property(table, dialect, (rows, form) => {
      const [first = []] = rows;
      const text = Buffer.from(
        `${first.map((one) => render(one, form)).join(form.delimiter)}${form.lineEnd}x`,
      );
      const whole = rowsOf(form);
      assert.equal(whole.run(windowOf(text, text.length), 0, -1), 'done');
      for (let end = 0; end < whole.contentEnd; end++) {
        assert.equal(rowsOf(form).run(windowOf(text, end), 0, -1), 'more', `at ${end}`);
      }
    }),
    runs(300, 5_000),
  );
});

function render(text: string, { delimiter, quotes }: Dialect): string {
  const isPlain =
    quotes === 'needed' && text !== '' && !/["\n\r ]/.test(text) && !text.includes(delimiter);
  return isPlain ? text : `"${text.replaceAll('"', '""')}"`;
}

function rowsOf({ delimiter, lineEnd }: Dialect): CsvRowScanner {
  return new CsvRowScanner({
    delimiter: delimiter.charCodeAt(0),
    lineEnd: lineEnd === '\r' ? 0x0d : 0x0a,
  });
}

function windowOf(text: Buffer<ArrayBuffer>, end: number): TextWindow {
  return { bytes: text, end, base: 0, isLast: false };
}

function readAll(text: string, form: Dialect): string[][] {
  const bytes = Buffer.from(text);
  const window: TextWindow = { bytes, end: bytes.length, base: 0, isLast: true };
  const row = rowsOf(form);
  const found: string[][] = [];
  for (let at = 0; at < bytes.length; at = row.next) {
    assert.equal(row.run(window, at, -1), 'done');
    const into = Buffer.alloc(bytes.length);
    const cells = new CsvCells(row.cells, form.delimiter.charCodeAt(0), at % row.cells);
    cells.split(bytes, at, row.contentEnd, into, 0);
    assert.equal(cells.count, row.cells);
    const wanted = into.toString('utf8', 0, cells.decodedEnd);
    const texts = Array.from({ length: cells.count }, (_, i) =>
      into.toString('utf8', 0, cells.decode(bytes, i, into, 0)),
    );
    assert.equal(wanted, texts[at % row.cells]);
    found.push(texts);
  }
  return found;
}

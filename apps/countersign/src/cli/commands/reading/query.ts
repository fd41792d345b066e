import { plural } from '@countersign/core';
import {
  type QueryItem,
  type QueryRow,
  type QueryView,
  queryStore,
} from '../../../operations/reading/query.ts';
import type { QueryColumn, QueryValue } from '../../../store/query/query-value.ts';
import { bindList, type OwnValues } from '../../adapter/binding.ts';
import type { CliCommand } from '../../adapter/declare-command.ts';
import { checkOutputOf, outputFlags, outputOf } from '../../adapter/output-flags.ts';
import type { Context } from '../../process/command-context.ts';
import { usage } from '../../process/errors.ts';
import { type OutputFlags, writeOutput, writeWhole } from '../../process/output-file.ts';
import { sanitizeJson } from '../../terminal/sanitize.ts';
import type { Column } from '../../terminal/table.ts';

const FORMATS = ['table', 'json', 'csv', 'parquet'] as const;
type Format = (typeof FORMATS)[number];

const query = bindList(queryStore, {
  positional: ['sql'],
  ownFlags: [
    {
      flag: 'format',
      value: 'format',
      description: 'the output format',
      choices: FORMATS,
    },
    ...outputFlags('write the answer to this file', 'optional'),
  ],
  before(context, own) {
    checkOutputOf(context, own);
    const { output } = outputOf(own);
    const format = formatOf(context, own);
    if (format === 'table' && output !== undefined) {
      throw usage('a table is for the screen: give --format json, csv or parquet with -o');
    }
    if (format === 'parquet' && (output === undefined || output === '-')) {
      throw usage('Parquet needs a file that can be read from its end: give one with -o FILE');
    }
  },
  async print(context, answer, own) {
    const output = outputOf(own);
    switch (formatOf(context, own)) {
      case 'json':
        return writeOutput(context, output, jsonLines(answer));
      case 'csv':
        return writeOutput(context, output, csvLines(answer.view));
      case 'parquet':
        return writeParquet(context, answer.view, output);
      case 'table': {
        const { columns, rows } = await answer.view.table();
        await context.terminal.table(tableColumns(columns), rows);
      }
    }
  },
});

function formatOf({ json }: Context, own: OwnValues): Format {
  return (own['format'] as Format | undefined) ?? (json ? 'json' : 'table');
}

async function* jsonLines(items: AsyncIterable<QueryItem>): AsyncGenerator<string> {
  for await (const item of items) yield `${sanitizeJson(JSON.stringify(item))}\n`;
}

async function* csvLines(view: QueryView): AsyncGenerator<string> {
  const { csvLine } = await import('../../../reports/csv.ts');
  const { columns, rows } = await view.table();
  const isNumeric = new Set(columns.flatMap(({ type }, at) => (NUMERIC.test(type) ? [at] : [])));
  yield csvLine(columns.map(({ name }) => name));
  for await (const row of rows) yield csvLine(row, isNumeric);
}

function tableColumns(columns: readonly QueryColumn[]): Column<QueryRow>[] {
  return columns.map(({ name, type }, at) => ({
    title: name,
    kind: NUMERIC.test(type) ? 'number' : 'text',
    cell: (row) => cellText(row[at] ?? null),
  }));
}

const NUMERIC = /^(?:U?(?:TINY|SMALL|BIG|HUGE)?INT(?:EGER)?|DOUBLE|FLOAT|DECIMAL.*)$/;

function cellText(value: QueryValue): string {
  if (value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

async function writeParquet(
  context: Context,
  view: QueryView,
  { output = '', ...flags }: OutputFlags,
): Promise<void> {
  let rows = 0;
  await writeWhole(context, { ...flags, output }, async (staged) => {
    rows = await view.writeParquet(staged);
  });
  if (!context.json) context.terminal.line(`${plural(rows, 'row')} written to ${output}`);
}

export const commands: readonly CliCommand[] = [{ name: 'query', bindings: [query] }];

import { appendFileSync, existsSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { readChunk, readInputs } from '@countersign/m365';
import { createMemo, read } from '@countersign/ocsf';
import {
  BIGINT,
  BOOLEAN,
  type DuckDBConnection,
  DuckDBDataChunk,
  DuckDBInstance,
  DuckDBTimestampTZValue,
  type DuckDBValue,
  INTEGER,
  LIST,
  listValue,
  TIMESTAMPTZ,
  VARCHAR,
} from '@duckdb/node-api';
import { ROW_GROUP_ROWS } from '../apps/countersign/src/store/limits.ts';
import { COLUMNS, type Column } from '../apps/countersign/src/store/parquet/event-columns.ts';
import { RowBuffer } from '../apps/countersign/src/store/parquet/row-buffer.ts';
import type { EventRow } from '../apps/countersign/src/store/rows/event-row.ts';
import { pieces, START_MS } from './generator.ts';

/**
 * Writes the rows of generated records with one writer, and prints the processor time that the
 * writer took for them.
 *
 *   node bench/parquet-rows-process.ts none|own|duckdb-chunks|duckdb-json COUNT FILE
 */
export type RowsFigures = { readonly cpuMicros: number; readonly bytes: number };

type RowsWriter = {
  add(rows: readonly EventRow[]): void;
  end(): Promise<void> | void;
};

/** DuckDB's vector size, which is the largest data chunk. */
const BATCH_ROWS = 2048;

const [name = '', count = '', file = ''] = process.argv.slice(2);
async function measure(writer: RowsWriter, rowCount: number): Promise<RowsFigures> {
  let cpuMicros = 0;
  const timed = async (work: () => Promise<void> | void): Promise<void> => {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    cpuMicros += user + system;
  };
  for await (const rows of batches(rowCount)) await timed(() => writer.add(rows));
  await timed(() => writer.end());
  return { cpuMicros, bytes: existsSync(file) ? statSync(file).size : 0 };
}

async function writerNamed(writer: string): Promise<RowsWriter> {
  switch (writer) {
    case 'none':
      return { add: () => {}, end: () => {} };
    case 'own':
      return ownWriter();
    case 'duckdb-chunks':
      return chunksWriter(await connection());
    case 'duckdb-json':
      return jsonWriter(await connection());
    default:
      throw new Error(`there is no writer "${writer}"`);
  }
}

async function* batches(rowCount: number): AsyncGenerator<readonly EventRow[]> {
  const memo = createMemo();
  let rows: EventRow[] = [];
  let index = 0;
  const unused = (): void => {};
  const bytes = async function* (): AsyncGenerator<Uint8Array> {
    yield* pieces({ count: rowCount });
  };
  for await (const event of readInputs([{ kind: 'stream', bytes: bytes() }])) {
    if (event.kind !== 'chunk') continue;
    readChunk(
      event.chunk,
      { importNumber: 1, tenant: undefined },
      {
        record: ({ source, tenant, at, id = '' }, value) => {
          const place = { index, entries: [index], tenant, action: id, source, seenMs: START_MS };
          index += 1;
          rows.push({
            ...place,
            erased: false,
            event: read({ source, tenant, id, at, value }, memo).event,
          });
        },
        ...{ reject: unused, page: unused, addCompleteness: unused },
      },
    );
    for (; rows.length >= BATCH_ROWS; rows = rows.slice(BATCH_ROWS))
      yield rows.slice(0, BATCH_ROWS);
  }
  yield rows;
}

function ownWriter(): RowsWriter {
  const buffer = new RowBuffer();
  return {
    add: (rows) => {
      for (const row of rows) buffer.add(row);
    },
    end: () => writeFileSync(file, Buffer.concat(buffer.parquet())),
  };
}

async function connection(): Promise<DuckDBConnection> {
  return (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
}

/** As the store writes: the same compression and row groups. */
const FORMAT = `(FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1,
  ROW_GROUP_SIZE ${ROW_GROUP_ROWS})`;

const TYPES = { BIGINT, INTEGER, BOOLEAN, VARCHAR, TIMESTAMPTZ, 'BIGINT[]': LIST(BIGINT) };

/** Whole columns at a time: appending single values takes half as long again. */
async function chunksWriter(duckdb: DuckDBConnection): Promise<RowsWriter> {
  const columns = COLUMNS.map((column) => `"${column.name}" ${column.type}`);
  await duckdb.run(`CREATE TABLE rows (${columns.join(', ')})`);
  const appender = await duckdb.createAppender('rows');
  return {
    add: (rows) => {
      const types = COLUMNS.map((column) => TYPES[column.type]);
      const chunk = DuckDBDataChunk.create(types, rows.length);
      chunk.setColumns(COLUMNS.map((column) => rows.map((row) => cellOf(column, row))));
      appender.appendDataChunk(chunk);
    },
    end: async () => {
      appender.closeSync();
      await duckdb.run(`COPY rows TO '${file}' ${FORMAT}`);
    },
  };
}

function cellOf({ type, read: of }: Column, row: EventRow): DuckDBValue {
  const value = of(row);
  if (typeof value === 'object') return value === null ? null : listValue(value.map(BigInt));
  if (type === 'BIGINT') return BigInt(value);
  return type === 'TIMESTAMPTZ' ? new DuckDBTimestampTZValue(BigInt(value) * 1000n) : value;
}

/** One line of JSON per row, without its nulls. */
function jsonWriter(duckdb: DuckDBConnection): RowsWriter {
  const lines = `${file}.ndjson`;
  rmSync(lines, { force: true });
  return {
    add: (rows) =>
      appendFileSync(lines, rows.map((row) => `${JSON.stringify(jsonOf(row))}\n`).join('')),
    end: async () => {
      const types = COLUMNS.map(
        ({ name: of, type }) => `'${of}': '${type === 'TIMESTAMPTZ' ? 'BIGINT' : type}'`,
      );
      const values = COLUMNS.map(({ name: of, type }) => {
        return type === 'TIMESTAMPTZ' ? `make_timestamptz("${of}" * 1000) AS "${of}"` : `"${of}"`;
      });
      await duckdb.run(`COPY (SELECT ${values.join(', ')} FROM read_json('${lines}',
        format = 'newline_delimited', columns = {${types.join(', ')}})) TO '${file}' ${FORMAT}`);
      rmSync(lines);
    },
  };
}

function jsonOf(row: EventRow): Record<string, unknown> {
  const members: Record<string, unknown> = {};
  for (const { name: of, read: value } of COLUMNS) {
    const stated = value(row);
    if (stated !== null) members[of] = stated;
  }
  return members;
}

console.log(JSON.stringify(await measure(await writerNamed(name), Number(count))));

import {
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBStructValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  type DuckDBValue,
} from '@duckdb/node-api';

export type QueryColumn = { readonly name: string; readonly type: string };

/** A JSON value. */
export type QueryValue =
  | null
  | boolean
  | number
  | string
  | readonly QueryValue[]
  | { readonly [name: string]: QueryValue };

/** Numbers that JSON readers would round, or that JSON cannot express, become text. */
export function plainValue(value: DuckDBValue): QueryValue {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'bigint') return exact(value) ?? String(value);
  if (value instanceof DuckDBTimestampValue || value instanceof DuckDBTimestampTZValue) {
    return instantOfMicros(value.micros);
  }
  if (value instanceof DuckDBListValue) return value.items.map(plainValue);
  if (value instanceof DuckDBDecimalValue) {
    return exact(value.value) === undefined ? String(value) : Number(String(value));
  }
  if (value instanceof DuckDBStructValue) {
    const entries = Object.entries(value.entries);
    return Object.fromEntries(entries.map(([name, member]) => [name, plainValue(member)]));
  }
  return String(value);
}

function exact(value: bigint): number | undefined {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : undefined;
}

/**
 * RFC 3339 without trailing zeros, as everywhere else. Infinity and distant years as DuckDB prints
 * them.
 */
function instantOfMicros(micros: bigint): string {
  const ms = Number(micros / 1000n);
  const date = new Date(ms);
  if (Number.isNaN(date.getTime()) || date.getUTCFullYear() > 9999 || ms < 0) {
    return String(new DuckDBTimestampValue(micros));
  }
  const decimals = String(micros % 1_000_000n)
    .padStart(6, '0')
    .replace(/0+$/, '');
  return `${date.toISOString().slice(0, 19)}${decimals === '' ? '' : `.${decimals}`}Z`;
}

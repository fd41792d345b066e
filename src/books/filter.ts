import { isIP } from 'node:net';
import type { DuckDBValue } from '@duckdb/node-api';
import type { Interval } from '../core/index.ts';
import { BooksError } from './errors.ts';
import type { Scope } from './live.ts';
import type { Selection } from './principal.ts';

/** A condition with the values of its parameters, and the interval of files that it needs. */
export type Condition = {
  readonly where: string;
  readonly values: readonly DuckDBValue[];
  readonly scope: Scope;
};

export type RowFilter = Scope & {
  readonly selection?: Selection | undefined;
  /** As {@link Selection.tenants}: all that are read as the one asked for. */
  readonly tenants?: readonly string[] | undefined;
  readonly ip?: string | undefined;
  readonly session?: string | undefined;
  readonly app?: string | undefined;
};

/** @throws BooksError FILTER_INVALID */
export function conditionOf(filter: RowFilter): Condition {
  const parts: string[] = ['true'];
  const values: DuckDBValue[] = [];
  const bind = (value: DuckDBValue): string => `$${values.push(value)}`;
  if (filter.fromMs !== undefined) parts.push(`time >= ${instant(bind, filter.fromMs)}`);
  if (filter.toMs !== undefined) parts.push(`time < ${instant(bind, filter.toMs)}`);
  if (filter.tenants !== undefined) parts.push(oneOf('tenant', filter.tenants, bind));
  if (filter.selection !== undefined) parts.push(...selected(filter.selection, bind));
  if (filter.ip !== undefined) parts.push(`ip = ${bind(canonicalIp(filter.ip))}`);
  if (filter.session !== undefined) parts.push(`session_uid = ${bind(filter.session.trim())}`);
  if (filter.app !== undefined) {
    const app = bind(filter.app.trim().toLowerCase());
    parts.push(`(lower(app_uid) = ${app} OR lower(app_name) = ${app})`);
  }
  const { fromMs, toMs } = filter;
  return { where: `WHERE ${parts.join(' AND ')}`, values, scope: { fromMs, toMs } };
}

/** Rows under names that several held, at times when they may be anybody's. */
export function contestedCondition(selection: Selection, { fromMs, toMs }: Scope): Condition {
  const values: DuckDBValue[] = [];
  const bind = (value: DuckDBValue): string => `$${values.push(value)}`;
  const parts = [oneOf('tenant', selection.tenants, bind)];
  if (fromMs !== undefined) parts.push(`time >= ${instant(bind, fromMs)}`);
  if (toMs !== undefined) parts.push(`time < ${instant(bind, toMs)}`);
  const contested = selection.shared.map(({ key, intervals, foreign }) => {
    const held = [...intervals, ...foreign].map((i) => within(i, bind));
    return `(actor = ${bind(key)} AND NOT (${['false', ...held].join(' OR ')}))`;
  });
  parts.push(`(${['false', ...contested].join(' OR ')})`);
  return { where: `WHERE ${parts.join(' AND ')}`, values, scope: { fromMs, toMs } };
}

type Bind = (value: DuckDBValue) => string;

function selected(selection: Selection, bind: Bind): string[] {
  const any = [oneOf('actor', selection.keys, bind)];
  for (const { key, intervals } of selection.shared) {
    for (const held of intervals) any.push(`(actor = ${bind(key)} AND ${within(held, bind)})`);
  }
  return [oneOf('tenant', selection.tenants, bind), `(${any.join(' OR ')})`];
}

function within({ from, to }: Interval, bind: Bind): string {
  return `(time >= ${instant(bind, from)} AND time < ${instant(bind, to)})`;
}

function oneOf(column: string, values: readonly string[], bind: Bind): string {
  return `${column} IN (${values.map(bind).join(', ')})`;
}

function instant(bind: Bind, ms: number): string {
  return `make_timestamp_ms(CAST(${bind(BigInt(ms))} AS BIGINT))`;
}

/** The form in which events hold addresses: RFC 5952, IPv4-mapped addresses as IPv4. */
function canonicalIp(text: string): string {
  const bare = text.trim().replace(/^\[(.*)\]$/, '$1');
  const version = isIP(bare);
  if (version === 4) return bare;
  if (version === 6 && URL.canParse(`http://[${bare}]/`)) {
    const compressed = new URL(`http://[${bare}]/`).hostname.slice(1, -1);
    const mapped = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(compressed);
    if (mapped === null) return compressed;
    const [high, low] = [mapped[1], mapped[2]].map((part) => Number.parseInt(part as string, 16));
    return [
      (high as number) >> 8,
      (high as number) & 255,
      (low as number) >> 8,
      (low as number) & 255,
    ].join('.');
  }
  throw new BooksError(
    'FILTER_INVALID',
    `"${text}" is not an IP address: write it like 203.0.113.7`,
  );
}

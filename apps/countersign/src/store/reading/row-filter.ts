import { isIP } from 'node:net';
import { type Interval, isGuid } from '@countersign/core';
import type { DuckDBValue } from '@duckdb/node-api';
import { StoreError } from '../errors.ts';
import type { Selection } from '../identity/principal-types.ts';
import type { Scope } from './current-rows.ts';

/** A condition with its parameter values, and the interval of files that it needs. */
export type Condition = {
  readonly where: string;
  readonly values: readonly DuckDBValue[];
  readonly scope: Scope;
};

export type RowFilter = Scope & {
  readonly selection?: Selection | undefined;
  /** As {@link Selection.tenants}: all stored tenants that are attributed to the requested one. */
  readonly tenants?: readonly string[] | undefined;
  readonly ip?: string | undefined;
  readonly session?: string | undefined;
  readonly app?: string | undefined;
  /** OCSF class ids. */
  readonly classes?: readonly number[] | undefined;
  /** Operation names exactly as delivered. */
  readonly operations?: readonly string[] | undefined;
  /**
   * Actions of any of these parties: actor keys, object ids, session ids, service principal ids.
   */
  readonly parties?: readonly string[] | undefined;
  /** Events with any of these entries. */
  readonly entries?: readonly number[] | undefined;
  /** Only records that announce the throttling of a mailbox. */
  readonly throttled?: 'only' | undefined;
};

/** @throws StoreError FILTER_INVALID */
export function conditionOf(filter: RowFilter): Condition {
  const values: DuckDBValue[] = [];
  const where = `WHERE ${whereOf(filter, (value) => `$${values.push(value)}`)}`;
  const { fromMs, toMs } = filter;
  return { where, values, scope: { fromMs, toMs } };
}

/**
 * Like {@link conditionOf}, with parameters that the caller binds.
 * @throws StoreError FILTER_INVALID
 */
export function whereOf(filter: RowFilter, bind: Bind): string {
  const parts: string[] = ['true'];
  if (filter.fromMs !== undefined) parts.push(`time >= ${instant(bind, filter.fromMs)}`);
  if (filter.toMs !== undefined) parts.push(`time < ${instant(bind, filter.toMs)}`);
  if (filter.tenants !== undefined) parts.push(oneOf('tenant', filter.tenants, bind));
  if (filter.selection !== undefined) parts.push(...selected(filter.selection, bind));
  if (filter.ip !== undefined) parts.push(`ip = ${bind(canonicalIp(filter.ip))}`);
  if (filter.session !== undefined) parts.push(`session_uid = ${bind(sessionId(filter.session))}`);
  if (filter.classes !== undefined) parts.push(ofClass(filter.classes, bind));
  if (filter.operations !== undefined) parts.push(anyOf('operation', filter.operations, bind));
  if (filter.parties !== undefined) parts.push(didBy(filter.parties, bind));
  if (filter.entries !== undefined) parts.push(citesEntries(filter.entries));
  if (filter.app !== undefined) {
    const app = bind(filter.app.trim().toLowerCase());
    parts.push(`(lower(app_uid) = ${app} OR lower(app_name) = ${app})`);
  }
  if (filter.throttled === 'only') parts.push('is_throttled');
  return parts.join(' AND ');
}

/** Indices are inlined, because DuckDB binds no lists. */
function citesEntries(entries: readonly number[]): string {
  const indices = entries.filter((index) => Number.isSafeInteger(index));
  return `list_has_any(entries, CAST([${indices.join(', ')}] AS BIGINT[]))`;
}

function ofClass(classes: readonly number[], bind: Bind): string {
  return `class_uid IN (${classes.map(bind).join(', ')})`;
}

/**
 * An application acts as itself if the actor is a service. Otherwise it is the app that a user
 * used.
 */
function didBy(parties: readonly string[], bind: Bind): string {
  const one = (column: string): string => anyOf(column, parties, bind);
  const asItself = `(actor_type = 4 AND ${one('app_uid')})`;
  return `(${[one('actor'), one('actor_uid'), one('session_uid'), asItself].join(' OR ')})`;
}

function anyOf(column: string, values: readonly string[], bind: Bind): string {
  return values.length === 0 ? 'false' : oneOf(column, values, bind);
}

/** Splits the filter into filters with one actor key each, which together match the same rows. */
export function byActor(filter: RowFilter): { key: string | null; filter: RowFilter }[] {
  const { selection } = filter;
  if (selection === undefined) return [{ key: null, filter }];
  const { tenants, keys, shared } = selection;
  const own = keys.map((key) => ({ key, selection: { tenants, keys: [key], shared: [] } }));
  const held = shared.map((each) => ({
    key: each.key,
    selection: { tenants, keys: [], shared: [each] },
  }));
  return [...own, ...held].map(({ key, selection: one }) => ({
    key,
    filter: { ...filter, selection: one },
  }));
}

/** Rows under shared names, at times when their holder is unknown. */
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

/** Binds a parameter value and returns its SQL placeholder. */
export type Bind = (value: DuckDBValue) => string;

function selected(selection: Selection, bind: Bind): string[] {
  const any = selection.keys.length === 0 ? [] : [oneOf('actor', selection.keys, bind)];
  for (const { key, intervals } of selection.shared) {
    for (const held of intervals) any.push(`(actor = ${bind(key)} AND ${within(held, bind)})`);
  }
  const whose = any.length === 1 ? (any[0] as string) : `(${['false', ...any].join(' OR ')})`;
  return [oneOf('tenant', selection.tenants, bind), whose];
}

function within({ from, to }: Interval, bind: Bind): string {
  return `(time >= ${instant(bind, from)} AND time < ${instant(bind, to)})`;
}

function oneOf(column: string, values: readonly string[], bind: Bind): string {
  // DuckDB pushes an equality into its scan; of an IN list it pushes only the range.
  const [first, ...more] = values.map(bind);
  return more.length === 0
    ? `${column} = ${first}`
    : `${column} IN (${[first, ...more].join(', ')})`;
}

function instant(bind: Bind, ms: number): string {
  return `make_timestamp_ms(CAST(${bind(BigInt(ms))} AS BIGINT))`;
}

/** The form of session ids in events: GUIDs in lower case, others unchanged. */
function sessionId(text: string): string {
  const id = text.trim();
  return isGuid(id) ? id.toLowerCase() : id;
}

/** The form of addresses in events: RFC 5952, IPv4-mapped addresses as IPv4. */
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
  throw new StoreError(
    'FILTER_INVALID',
    `"${text}" is not an IP address: write it like 203.0.113.7`,
  );
}

import type { JsonObject } from '../../core/json-object.ts';
import {
  type Filter,
  FilterError,
  type Literal,
  type Operator,
  type Path,
} from './filter-syntax.ts';

/** Whether an object matches the filter. */
export function isMatch(filter: Filter, object: JsonObject): boolean {
  return holds(filter, { object, variables: {} });
}

type Scope = {
  readonly object: unknown;
  readonly variables: { readonly [name: string]: unknown };
};

function holds(filter: Filter, scope: Scope): boolean {
  switch (filter.kind) {
    case 'and':
      return holds(filter.left, scope) && holds(filter.right, scope);
    case 'or':
      return holds(filter.left, scope) || holds(filter.right, scope);
    case 'not':
      return !holds(filter.of, scope);
    case 'compare':
      return compares(filter.operator, valueAt(filter.path, scope), filter.value);
    case 'in': {
      const value = valueAt(filter.path, scope);
      return filter.values.some((one) => compares('eq', value, one));
    }
    case 'text':
      return isText(filter.operator, valueAt(filter.path, scope), filter.value);
    case 'any': {
      const list = valueAt(filter.path, scope);
      const { variable, of } = filter;
      if (!Array.isArray(list)) return false;
      if (of === undefined) return list.length > 0;
      return list.some((element: unknown) =>
        holds(of, { ...scope, variables: { ...scope.variables, [variable]: element } }),
      );
    }
  }
}

function valueAt(path: Path, { object, variables }: Scope): unknown {
  const [first = '', ...rest] = path;
  const isVariable = Object.hasOwn(variables, first);
  let value: unknown = isVariable ? variables[first] : object;
  for (const name of isVariable ? rest : path) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = Object.hasOwn(value, name) ? (value as JsonObject)[name] : undefined;
  }
  return value;
}

function compares(operator: Operator, value: unknown, literal: Literal): boolean {
  const order = orderOf(value, literal);
  switch (operator) {
    case 'eq':
      return order === 0;
    case 'ne':
      return order !== 0;
    case 'gt':
      return order !== undefined && order > 0;
    case 'ge':
      return order !== undefined && order >= 0;
    case 'lt':
      return order !== undefined && order < 0;
    case 'le':
      return order !== undefined && order <= 0;
  }
}

/** Less than, equal to or greater than 0; undefined if the values are not comparable. */
function orderOf(value: unknown, literal: Literal): number | undefined {
  if (literal.type === 'null') return value === undefined || value === null ? 0 : undefined;
  if (value === undefined || value === null) return undefined;
  // Instants are compared as such, with any number of decimals.
  if (literal.type === 'time') {
    const time = typeof value === 'string' ? Date.parse(value) : Number.NaN;
    return Number.isNaN(time) ? undefined : Math.sign(time - literal.value);
  }
  if (literal.type === 'string') {
    if (typeof value !== 'string') return undefined;
    const [a, b] = [value.toLowerCase(), literal.value.toLowerCase()];
    return a < b ? -1 : a > b ? 1 : 0;
  }
  if (typeof value === 'boolean' && literal.type === 'boolean')
    return Number(value) - Number(literal.value);
  if (typeof value === 'number' && literal.type === 'number') return value - literal.value;
  return undefined;
}

function isText(
  operator: 'startswith' | 'endswith' | 'contains',
  value: unknown,
  wanted: string,
): boolean {
  if (typeof value !== 'string') return false;
  const [text, part] = [value.toLowerCase(), wanted.toLowerCase()];
  if (operator === 'startswith') return text.startsWith(part);
  return operator === 'endswith' ? text.endsWith(part) : text.includes(part);
}

/** The object's properties in a filter, without those of list elements. */
export function filteredNames(filter: Filter | undefined): readonly string[] {
  switch (filter?.kind) {
    case undefined:
      return [];
    case 'and':
    case 'or':
      return [...filteredNames(filter.left), ...filteredNames(filter.right)];
    case 'not':
      return filteredNames(filter.of);
    case 'compare':
    case 'in':
    case 'text':
    case 'any':
      return [filter.path.join('/')];
  }
}

/** Throws FilterError for a property that the resource cannot filter by. */
export function needFilterable(filter: Filter, isFilterable: (path: string) => boolean): void {
  for (const name of filteredNames(filter)) {
    if (isFilterable(name)) continue;
    throw new FilterError(`Invalid filter clause: property '${name}' is not filterable.`);
  }
}

/** The operands that must all hold. */
function conjuncts(filter: Filter): readonly Filter[] {
  return filter.kind === 'and' ? [...conjuncts(filter.left), ...conjuncts(filter.right)] : [filter];
}

/** The text that a property must equal, if the filter requires one. */
export function requiredText(filter: Filter | undefined, property: string): string | undefined {
  if (filter === undefined) return undefined;
  for (const part of conjuncts(filter)) {
    if (part.kind !== 'compare' || part.operator !== 'eq') continue;
    if (part.path.join('/') === property && part.value.type === 'string') return part.value.value;
  }
  return undefined;
}

/** The bounds `[fromMs, toMs)` that the filter requires for a time. */
export function requiredTimes(
  filter: Filter | undefined,
  property: string,
): { readonly fromMs: number; readonly toMs: number } {
  let [fromMs, toMs] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const part of filter === undefined ? [] : conjuncts(filter)) {
    if (part.kind !== 'compare' || part.path.join('/') !== property) continue;
    const value = momentOf(part.value);
    if (value === undefined) continue;
    const { operator } = part;
    if (operator === 'ge' || operator === 'gt' || operator === 'eq')
      fromMs = Math.max(fromMs, value);
    if (operator === 'le' || operator === 'eq') toMs = Math.min(toMs, value + 1);
    if (operator === 'lt') toMs = Math.min(toMs, value);
  }
  return { fromMs, toMs };
}

function momentOf(literal: Literal): number | undefined {
  return literal.type === 'time' ? literal.value : undefined;
}

import type { AttributeColumn, Cell, ValuePool } from './attribute-column.ts';
import type { EntityAttributes, ObservedSpan, SourcedValue } from './directory.ts';
import type { EntityTable } from './entity-table.ts';
import { membershipColumn } from './membership-column.ts';

/** Deeper nesting is a cycle or a mistake. Real nesting stays below ten. */
const NESTING_MAX = 100;

/** The type through which entities are in containers indirectly. */
const GROUP = 'Group';

/** What a view reads from the directory of one tenant. */
export type EntitySource = {
  readonly values: ValuePool;
  table(type: string): EntityTable | undefined;
  reachTable(type: string): EntityTable;
  typeOf(ref: number): string;
  rowOf(ref: number): number;
  canContain(type: string, container: string): boolean;
  completeSpanOf(container: string): ObservedSpan | undefined;
  confirmedMs(source: string): number;
  isInForce(source: string): boolean;
};

/** One row of the directory, now or as of a moment. */
export class EntityView implements EntityAttributes {
  readonly id: string;
  readonly #tenant: EntitySource;
  readonly #type: string;
  readonly #row: number;
  readonly #atMs: number | undefined;

  constructor(tenant: EntitySource, type: string, row: number, atMs: number | undefined) {
    this.#tenant = tenant;
    this.#type = type;
    this.#row = row;
    this.#atMs = atMs;
    this.id = tenant.reachTable(type).id(row);
  }

  attribute(name: string): SourcedValue | undefined {
    const table = this.#tenant.table(this.#type);
    return agreed(this.#stated(table?.column(name)), this.#stated(table?.suiteColumn(name)));
  }

  #stated(column: AttributeColumn | undefined): SourcedValue | undefined {
    const cell = this.#cell(column);
    if (cell === undefined) return undefined;
    const { values } = this.#tenant;
    const source = values.sourceName(cell.source);
    const [firstMs, lastMs] = [cell.firstS * 1000, cell.lastS * 1000];
    const isPresent = this.#atMs === undefined || column?.get(this.#row)?.firstS === cell.firstS;
    const seenMs = this.#seenMs({ source, firstMs, lastMs }, isPresent);
    return { value: values.value(cell.value), source, seenMs };
  }

  within(type: string): SourcedValue<ReadonlySet<string>> | undefined {
    const known = this.#knownWithin(type);
    if (known === undefined) return undefined;
    const table = this.#tenant.table(type);
    const ids = new Set<string>();
    if (table !== undefined) {
      for (const row of this.#containers(type)) ids.add(table.id(row));
    }
    return { value: ids, ...known };
  }

  /** Rows of all containers of this type, directly or through groups. */
  #containers(type: string): ReadonlySet<number> {
    const found = new Set<number>();
    const seen = new Set<number>();
    let edge = [{ type: this.#type, row: this.#row }];
    for (let depth = 0; depth < NESTING_MAX && edge.length > 0; depth++) {
      const next: typeof edge = [];
      for (const each of edge) {
        for (const ref of this.#parentsOf(each.type, each.row)) {
          if (seen.has(ref)) continue;
          seen.add(ref);
          const into = { type: this.#tenant.typeOf(ref), row: this.#tenant.rowOf(ref) };
          if (into.type === type) found.add(into.row);
          if (into.type === GROUP) next.push(into);
        }
      }
      edge = next;
    }
    return found;
  }

  #parentsOf(type: string, row: number): Iterable<number> {
    const parents = this.#tenant.table(type)?.parents;
    if (parents === undefined) return [];
    const atMs = this.#atMs;
    return atMs === undefined ? parents.of(row) : parents.at(row, Math.floor(atMs / 1000));
  }

  /** Returns the oldest source if all memberships that lead to this type are known. */
  #knownWithin(type: string): Omit<SourcedValue, 'value'> | undefined {
    const direct = this.#knownDirect(type);
    if (direct === undefined) return undefined;
    const isThroughGroups = type !== GROUP && this.#tenant.canContain(GROUP, type);
    if (!isThroughGroups || this.#type === GROUP) return direct;
    const groups = this.#knownDirect(GROUP);
    if (groups === undefined) return undefined;
    return groups.seenMs < direct.seenMs ? groups : direct;
  }

  #knownDirect(into: string): Omit<SourcedValue, 'value'> | undefined {
    const completeSpan = this.#tenant.completeSpanOf(into);
    if (completeSpan !== undefined)
      return { source: completeSpan.source, seenMs: this.#seenMs(completeSpan, true) };
    const column = this.#tenant.table(this.#type)?.column(membershipColumn(into));
    const known = this.#stated(column);
    // Null: a file stated it once, and no longer does.
    if (known === undefined || known.value === null) return undefined;
    return { source: known.source, seenMs: known.seenMs };
  }

  /**
   * When it was last observed, relative to the requested moment. A first observation after that
   * moment also counts, but less, the later it was.
   */
  #seenMs({ source, firstMs, lastMs }: ObservedSpan, isPresent: boolean): number {
    const confirmedMs = isPresent ? this.#tenant.confirmedMs(source) : 0;
    const latestMs = Math.max(lastMs, confirmedMs);
    const atMs = this.#atMs;
    if (atMs === undefined) return latestMs;
    if (atMs < firstMs) return atMs - (firstMs - atMs);
    if (this.#tenant.isInForce(source)) return atMs;
    return Math.min(latestMs, atMs);
  }

  #cell(column: AttributeColumn | undefined): Cell | undefined {
    if (this.#atMs === undefined) return column?.get(this.#row);
    return column?.at(this.#row, Math.floor(this.#atMs / 1000));
  }
}

/**
 * Combines the company's and the suite's statement. If both agree, the younger counts. If they
 * differ, the value is unknown, whichever was read last.
 */
function agreed(
  company: SourcedValue | undefined,
  suite: SourcedValue | undefined,
): SourcedValue | undefined {
  if (company === undefined || suite === undefined) return company ?? suite;
  // Null: it stated a value once, and no longer does.
  if (company.value === null || suite.value === null) return suite.value === null ? company : suite;
  if (JSON.stringify(company.value) === JSON.stringify(suite.value)) {
    return company.seenMs > suite.seenMs ? company : suite;
  }
  const conflict = [company, suite].map(({ source, value }) => ({ source, value }));
  const older = company.seenMs < suite.seenMs ? company : suite;
  return { ...older, value: null, conflict };
}

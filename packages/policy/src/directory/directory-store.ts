import { assert, type TenantId } from '@countersign/core';
import { ValuePool } from './attribute-column.ts';
import type {
  Directory,
  DirectoryChange,
  EntityAttributes,
  ObservedSpan,
  Origin,
  SourcedValue,
} from './directory.ts';
import { EntityTable } from './entity-table.ts';
import { EntityView } from './entity-view.ts';
import { columnOf, containerOf, membershipColumn } from './membership-column.ts';

/** Called during each change: MUST NOT query the directory, and MUST NOT throw. */
export type DirectoryListener = (change: DirectoryChange) => void;

/** Packs a type and a row into one number of a list. */
const ROW_BITS = 26;
/** Five bits remain beside the row, without the sign. */
const TYPES_MAX = 31;

/** The entities of one tenant. */
export class TenantDirectory {
  readonly values: ValuePool;
  /** The register's ranges that contain an address; undefined if there is no register. */
  networks: ((address: string) => SourcedValue<readonly string[]> | undefined) | undefined;
  listener: DirectoryListener | undefined;
  readonly #types: string[] = [];
  readonly #tables = new Map<string, EntityTable>();
  /** Types with complete listings: no membership in them is unknown. */
  readonly #completeSpans = new Map<string, ObservedSpan>();
  /** When a source was last confirmed unchanged as a whole. */
  readonly #confirmed = new Map<string, number>();
  /** Sources that hold until they change: the company's own files. */
  readonly #inForce = new Set<string>();
  /** By container type: the types with entities in such a container. */
  readonly #ways = new Map<string, Set<string>>();

  constructor(values: ValuePool) {
    this.values = values;
  }

  table(type: string): EntityTable | undefined {
    return this.#tables.get(type);
  }

  reachTable(type: string): EntityTable {
    const known = this.#tables.get(type);
    if (known !== undefined) return known;
    assert(this.#types.length < TYPES_MAX, 'a directory has few types');
    const table = new EntityTable();
    this.#types.push(type);
    this.#tables.set(type, table);
    return table;
  }

  /** Adds an entity, with the given names if any. Returns its row. */
  put(type: string, id: string, names: readonly string[] = []): number {
    const table = this.reachTable(type);
    const row = table.reach(id, names);
    for (const name of names) table.name(row, name);
    return row;
  }

  /** `value` is plain JSON; null states that there is none. */
  set(type: string, row: number, attribute: string, value: unknown, origin: Origin): void {
    const source = this.values.source(origin.source);
    const cell = { value: this.values.of(value), source };
    const table = this.reachTable(type);
    const column = table.reachColumn(columnOf(attribute, origin.source));
    const confirmedS = Math.floor(this.confirmedMs(origin.source) / 1000);
    const before = this.listener === undefined ? undefined : column.get(row)?.value;
    column.set(row, cell, Math.floor(origin.seenMs / 1000), confirmedS);
    const after = this.listener === undefined ? undefined : column.get(row)?.value;
    if (before === after) return;
    const poolValue = (cellValue: number | undefined): unknown =>
      cellValue === undefined ? undefined : this.values.value(cellValue);
    const values = { before: poolValue(before), after: poolValue(after) };
    this.listener?.({ kind: 'attribute', type, id: table.id(row), attribute, ...values });
  }

  /** Adds a direct membership. */
  join(type: string, row: number, container: string, id: string, origin: Origin): void {
    const isChange = this.#completeSpans.has(container);
    this.#add(type, row, container, id, isChange ? Math.floor(origin.seenMs / 1000) : undefined);
  }

  #add(type: string, row: number, container: string, id: string, since: number | undefined): void {
    const into = this.put(container, id);
    const table = this.reachTable(type);
    const isNew = table.parents.add(row, this.#ref(container, into), since);
    if (isNew) this.listener?.({ kind: 'membership', type, id: table.id(row) });
    const ways = this.#ways.get(container);
    if (ways === undefined) this.#ways.set(container, new Set([type]));
    else ways.add(type);
  }

  leave(type: string, row: number, container: string, id: string, origin: Origin): void {
    const into = this.#tables.get(container)?.find(id);
    if (into === undefined) return;
    const table = this.reachTable(type);
    table.parents.remove(row, this.#ref(container, into), Math.floor(origin.seenMs / 1000));
    this.listener?.({ kind: 'membership', type, id: table.id(row) });
  }

  /** Sets the direct memberships in containers of this type to exactly these. */
  joinExactly(
    type: string,
    row: number,
    container: string,
    ids: readonly string[],
    origin: Origin,
  ): void {
    const kept = new Set(ids.map((id) => this.put(container, this.#known(container, id))));
    for (const ref of [...this.reachTable(type).parents.of(row)]) {
      const into = this.rowOf(ref);
      if (this.typeOf(ref) !== container || kept.has(into)) continue;
      this.leave(type, row, container, this.reachTable(container).id(into), origin);
    }
    for (const into of kept) {
      this.join(type, row, container, this.reachTable(container).id(into), origin);
    }
  }

  /** A source states the memberships in containers of a type, in addition to other sources. */
  state(
    type: string,
    row: number,
    container: string,
    ids: readonly string[],
    origin: Origin,
  ): void {
    const stated = [...new Set(ids.map((id) => this.#known(container, id)))].sort();
    const cell = this.#tables.get(type)?.column(membershipColumn(container))?.get(row);
    const isOurs = cell !== undefined && cell.source === this.values.source(origin.source);
    const before = isOurs ? (this.values.value(cell.value) as readonly string[] | null) : null;
    for (const id of before ?? []) {
      if (!stated.includes(id)) this.leave(type, row, container, id, origin);
    }
    const isChange = isOurs || this.#completeSpans.has(container);
    const since = isChange ? Math.floor(origin.seenMs / 1000) : undefined;
    for (const id of stated) this.#add(type, row, container, id, since);
    this.set(type, row, membershipColumn(container), stated, origin);
  }

  /** The id for an id or a name. */
  #known(type: string, idOrName: string): string {
    const table = this.#tables.get(type);
    const row = table?.find(idOrName);
    return table === undefined || row === undefined ? idOrName : table.id(row);
  }

  /** Removes the entity: it is disabled and in no container. */
  retire(type: string, row: number, origin: Origin): void {
    const table = this.reachTable(type);
    this.set(type, row, 'enabled', false, origin);
    this.listener?.({ kind: 'membership', type, id: table.id(row) });
    for (const ref of [...table.parents.of(row)]) {
      table.parents.remove(row, ref, Math.floor(origin.seenMs / 1000));
    }
    this.#empty(type, (ref) => this.rowOf(ref) === row, Math.floor(origin.seenMs / 1000));
    for (const attribute of ['compliant', 'managed']) {
      const column = table.column(columnOf(attribute, origin.source));
      if (column?.get(row) === undefined) continue;
      this.set(type, row, attribute, null, origin);
    }
  }

  /**
   * Starts a new listing of all members of a container type. Until it is complete, memberships are
   * unknown: half a list would read as if the rest had no members.
   */
  restart(container: string): void {
    this.#completeSpans.delete(container);
    this.#empty(container, () => true, undefined);
  }

  /** Removes all members from containers of a type. */
  #empty(container: string, isMeant: (ref: number) => boolean, since: number | undefined): void {
    for (const type of this.#ways.get(container) ?? []) {
      const table = this.reachTable(type);
      for (let row = 0; row < table.size; row++) {
        // A copy, because removing one moves the rest.
        for (const ref of [...table.parents.of(row)]) {
          if (this.typeOf(ref) !== container || !isMeant(ref)) continue;
          table.parents.remove(row, ref, since);
        }
      }
    }
  }

  /** Returns whether a source has stated anything about it. */
  isFrom(type: string, row: number, source: string): boolean {
    const number = this.values.source(source);
    return this.#tables.get(type)?.isFrom(row, number) === true;
  }

  /**
   * Facts that a source no longer states become unknown. A person who was removed from a file must
   * not keep the file's values.
   */
  unsay(origin: Origin, isSaid: (type: string, row: number, attribute: string) => boolean): void {
    const source = this.values.source(origin.source);
    for (const [type, table] of this.#tables) {
      for (const [attribute, column] of table.columns) {
        for (let row = 0; row < table.size; row++) {
          const cell = column.get(row);
          if (cell?.source !== source || isSaid(type, row, attribute)) continue;
          const container = containerOf(attribute);
          if (container !== undefined) this.state(type, row, container, [], origin);
          this.set(type, row, attribute, null, origin);
        }
      }
    }
  }

  /** All members of all containers of this type are known now. */
  tell(container: string, { source, seenMs }: Origin): void {
    const known = this.#completeSpans.get(container);
    if (known !== undefined) {
      known.lastMs = Math.max(known.lastMs, seenMs);
      return;
    }
    this.#completeSpans.set(container, { source, firstMs: seenMs, lastMs: seenMs });
    this.listener?.({ kind: 'anew' });
  }

  /** Apart from the reported changes, this source is unchanged up to this moment. */
  confirm({ source, seenMs }: Origin): void {
    this.#confirmed.set(source, Math.max(this.#confirmed.get(source) ?? 0, seenMs));
  }

  /** For after-the-fact checks, the facts of this source hold until it changes: they do not age. */
  putInForce(source: string): void {
    this.#inForce.add(source);
  }

  isInForce(source: string): boolean {
    return this.#inForce.has(source);
  }

  confirmedMs(source: string): number {
    return this.#confirmed.get(source) ?? 0;
  }

  completeSpanOf(container: string): ObservedSpan | undefined {
    return this.#completeSpans.get(container);
  }

  /** Returns whether any entity of this type was ever in a container of this type. */
  canContain(type: string, container: string): boolean {
    return this.#ways.get(container)?.has(type) === true;
  }

  typeOf(ref: number): string {
    const type = this.#types[ref >>> ROW_BITS];
    assert(type !== undefined, 'a place in a list of the directory names a type');
    return type;
  }

  rowOf(ref: number): number {
    return ref & ((1 << ROW_BITS) - 1);
  }

  #ref(type: string, row: number): number {
    assert(row < 1 << ROW_BITS, 'a directory has fewer than 67 million of a type');
    return (this.#types.indexOf(type) << ROW_BITS) | row;
  }
}

/** People, groups, roles, devices, apps and waves of all tenants, in little memory. */
export class DirectoryStore implements Directory {
  readonly #values = new ValuePool();
  readonly #tenants = new Map<TenantId, TenantDirectory>();
  #hear: ((tenant: TenantId, change: DirectoryChange) => void) | undefined;

  tenant(id: TenantId): TenantDirectory {
    const known = this.#tenants.get(id);
    if (known !== undefined) return known;
    const tenant = new TenantDirectory(this.#values);
    tenant.listener = this.#listenerOf(id);
    this.#tenants.set(id, tenant);
    return tenant;
  }

  /** Registers a listener for all changes from now on. */
  hear(listener: (tenant: TenantId, change: DirectoryChange) => void): void {
    this.#hear = listener;
    for (const [id, tenant] of this.#tenants) tenant.listener = this.#listenerOf(id);
  }

  #listenerOf(id: TenantId): DirectoryListener | undefined {
    const hear = this.#hear;
    return hear === undefined ? undefined : (change) => hear(id, change);
  }

  get tenants(): readonly TenantId[] {
    return [...this.#tenants.keys()];
  }

  find(tenant: TenantId, type: string, id: string): EntityAttributes | undefined {
    return this.#find(tenant, type, id, undefined);
  }

  networks(tenant: TenantId, address: string): SourcedValue<readonly string[]> | undefined {
    return this.#tenants.get(tenant)?.networks?.(address);
  }

  /** Ids of a type in the order in which they became known, after a given id. */
  list(
    tenant: TenantId,
    type: string,
    { after, count }: { readonly after: string | undefined; readonly count: number },
  ): readonly string[] {
    const table = this.#tenants.get(tenant)?.table(type);
    if (table === undefined) return [];
    const row = after === undefined ? -1 : table.find(after);
    if (row === undefined) return [];
    const rows = Math.min(count, Math.max(0, table.size - row - 1));
    return Array.from({ length: rows }, (_, at) => table.id(row + 1 + at));
  }

  /** When a completely listed type was last listed. */
  completeListing(tenant: TenantId, type: string): SourcedValue<null> | undefined {
    const known = this.#tenants.get(tenant)?.completeSpanOf(type);
    if (known === undefined) return undefined;
    const seenMs = Math.max(
      known.lastMs,
      this.#tenants.get(tenant)?.confirmedMs(known.source) ?? 0,
    );
    return { value: null, source: known.source, seenMs };
  }

  /** The directory as of a moment, from the observations around it. */
  at(atMs: number): Directory {
    const then = <T>(
      of: TenantId,
      sourced: SourcedValue<T> | undefined,
    ): SourcedValue<T> | undefined => {
      if (sourced === undefined) return undefined;
      const isInForce = this.#tenants.get(of)?.isInForce(sourced.source) === true;
      return { ...sourced, seenMs: isInForce ? atMs : Math.min(sourced.seenMs, atMs) };
    };
    return {
      find: (tenant, type, id) => this.#find(tenant, type, id, atMs),
      completeListing: (tenant, type) => then(tenant, this.completeListing(tenant, type)),
      networks: (tenant, address) => then(tenant, this.networks(tenant, address)),
    };
  }

  #find(
    tenantId: TenantId,
    type: string,
    id: string,
    atMs: number | undefined,
  ): EntityAttributes | undefined {
    const tenant = this.#tenants.get(tenantId);
    const table = tenant?.table(type);
    const row = table?.find(id);
    if (tenant === undefined || row === undefined) return undefined;
    return new EntityView(tenant, type, row, atMs);
  }
}

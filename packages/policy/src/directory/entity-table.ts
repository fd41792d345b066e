import { assert } from '@countersign/core';
import { AttributeColumn } from './attribute-column.ts';
import { suiteAttributeOf } from './membership-column.ts';
import { ParentLists } from './parent-lists.ts';

/** Two entities share this name, so it identifies none. */
const AMBIGUOUS = -1;

/** All entities of one type in one tenant; each is a row. */
export class EntityTable {
  readonly parents: ParentLists = new ParentLists();
  readonly #ids: string[] = [];
  readonly #rows = new Map<string, number>();
  readonly #names = new Map<string, number>();
  readonly #columns = new Map<string, AttributeColumn>();
  /** Columns of the suite's statements, by attribute. */
  readonly #suiteColumns = new Map<string, AttributeColumn>();

  get size(): number {
    return this.#ids.length;
  }

  id(row: number): string {
    const id = this.#ids[row];
    assert(id !== undefined, 'a row of the directory has an id');
    return id;
  }

  /** Finds by id, or else by name; undefined if unknown, and for a shared name. */
  find(idOrName: string): number | undefined {
    const key = idOrName.toLowerCase();
    const row = this.#rows.get(key) ?? this.#names.get(key);
    return row === AMBIGUOUS ? undefined : row;
  }

  /**
   * The row of an id, new if needed. An entity known only by one of the names (from the company's
   * file) is the same one, and has the id from now on.
   */
  reach(id: string, names: readonly string[] = []): number {
    const key = id.toLowerCase();
    const known = this.find(id);
    if (known !== undefined) return known;
    for (const name of names) {
      const row = this.#rows.get(name.toLowerCase());
      if (row === undefined) continue;
      this.#ids[row] = id;
      this.#rows.set(key, row);
      return row;
    }
    const row = this.#ids.push(id) - 1;
    // One string for both: ids are most of the memory.
    this.#rows.set(key === id ? id : key, row);
    return row;
  }

  name(row: number, name: string): void {
    const key = name.toLowerCase();
    const known = this.#names.get(key);
    this.#names.set(key, known === undefined || known === row ? row : AMBIGUOUS);
  }

  column(name: string): AttributeColumn | undefined {
    return this.#columns.get(name);
  }

  /** The suite's statements about an attribute. */
  suiteColumn(attribute: string): AttributeColumn | undefined {
    return this.#suiteColumns.get(attribute);
  }

  get columns(): Iterable<readonly [name: string, column: AttributeColumn]> {
    return this.#columns;
  }

  reachColumn(name: string): AttributeColumn {
    const known = this.#columns.get(name);
    if (known !== undefined) return known;
    const column = new AttributeColumn();
    this.#columns.set(name, column);
    const attribute = suiteAttributeOf(name);
    if (attribute !== undefined) this.#suiteColumns.set(attribute, column);
    return column;
  }

  /** Returns whether any of its facts come from this source. */
  isFrom(row: number, source: number): boolean {
    return [...this.#columns.values()].some((column) => column.get(row)?.source === source);
  }
}

import type { LeafNode, ShapeNode, ShapeTree } from './shape-node.ts';

/** The levels and values of one column (Parquet format, "Nested Encoding"). */
export class LeafValues {
  /** Empty for a column that no list contains. */
  readonly repetitions: number[] = [];
  readonly definitions: number[] = [];
  readonly values: (string | number)[] = [];
}

/**
 * Splits rows into columns (the record shredding of Dremel). It never fails: a member that the
 * schema does not know, or whose value has another type, becomes a pair of `unmapped`.
 *
 * This is the hottest code of the lake: paths are computed once, and null members cost one push.
 */
export class RowShredder {
  readonly columns: readonly LeafValues[];
  readonly #tree: ShapeTree;
  /** Of the current row. */
  readonly #unmapped = new Map<string, string>();
  #rows = 0;

  constructor(tree: ShapeTree) {
    this.#tree = tree;
    this.columns = tree.leaves.map(() => new LeafValues());
  }

  get rows(): number {
    return this.#rows;
  }

  add(row: Readonly<Record<string, unknown>>): void {
    this.#unmapped.clear();
    this.#members(this.#tree.members, row, { path: '', repetition: 0, definition: 0 });
    const map = this.#tree.members.get(UNMAPPED);
    if (map?.kind === 'map') {
      this.#keepVendorMembers(row[UNMAPPED]);
      this.#addMap(map);
    }
    this.#rows++;
  }

  #members(members: ReadonlyMap<string, ShapeNode>, value: Members, at: Place): void {
    let known = 0;
    for (const [name, node] of members) {
      // The names of a schema are on no prototype.
      const own = value[name];
      if (own !== undefined) known++;
      if (node.kind !== 'map') this.#add(node, own, at.repetition, at.definition);
    }
    let all = 0;
    for (const _ in value) all++;
    if (all === known) return;
    for (const name of Object.keys(value)) {
      if (!members.has(name)) this.#keep(at.path === '' ? name : `${at.path}.${name}`, value[name]);
    }
  }

  /** `definition` is the level of the parent. */
  #add(node: ShapeNode, value: unknown, repetition: number, definition: number): void {
    if (value === undefined || value === null) {
      this.#addNull(node, repetition, definition);
    } else if (node.kind === 'leaf') {
      const held = node.isJson ? JSON.stringify(value) : storedValue(node.type, value);
      if (held === undefined) {
        this.#keep(node.path, value);
        this.#addNull(node, repetition, definition);
      } else {
        this.#addValue(node, held, repetition);
      }
    } else if (node.kind === 'struct' && isObject(value)) {
      const { members, path } = node;
      this.#members(members, value, { path, repetition, definition: node.definition });
    } else if (node.kind === 'list' && Array.isArray(value)) {
      this.#addList(node, value as readonly unknown[], repetition);
    } else {
      this.#keep(node.path, value);
      this.#addNull(node, repetition, definition);
    }
  }

  #addList(node: ListNode, items: readonly unknown[], repetition: number): void {
    if (items.length === 0) this.#addNull(node, repetition, node.definition);
    for (let i = 0; i < items.length; i++) {
      const level = i === 0 ? repetition : node.repetition + 1;
      this.#add(node.element, items[i], level, node.definition + 1);
    }
  }

  #addValue(node: LeafNode, value: string | number, repetition: number): void {
    const column = this.columns[node.column] as LeafValues;
    if (node.repetition > 0) column.repetitions.push(repetition);
    column.definitions.push(node.definition);
    column.values.push(value);
  }

  /** Every column below gets one level, so that the rows of all columns stay aligned. */
  #addNull(node: ShapeNode, repetition: number, definition: number): void {
    for (const { column, repetition: depth } of leavesBelow(node)) {
      const own = this.columns[column] as LeafValues;
      if (depth > 0) own.repetitions.push(repetition);
      own.definitions.push(definition);
    }
  }

  #addMap(node: MapNode): void {
    let repetition = 0;
    for (const [key, value] of this.#unmapped) {
      this.#addValue(node.key, key, repetition);
      this.#addValue(node.value, value, repetition);
      repetition = node.repetition + 1;
    }
    if (this.#unmapped.size === 0) this.#addNull(node, 0, 0);
  }

  /** The vendor's own members have their names, others their path in the event. */
  #keepVendorMembers(unmapped: unknown): void {
    if (!isObject(unmapped)) {
      this.#keep(UNMAPPED, unmapped);
      return;
    }
    for (const name of Object.keys(unmapped)) this.#keep(name, unmapped[name]);
  }

  #keep(path: string, value: unknown): void {
    if (value === undefined || value === null) return;
    let key = path;
    for (let n = 2; this.#unmapped.has(key); n++) key = `${path}#${n}`;
    this.#unmapped.set(key, typeof value === 'string' ? value : JSON.stringify(value));
  }
}

const UNMAPPED = 'unmapped';

type ListNode = Extract<ShapeNode, { kind: 'list' }>;
type MapNode = Extract<ShapeNode, { kind: 'map' }>;
type Members = { readonly [name: string]: unknown };

type Place = { readonly path: string; readonly repetition: number; readonly definition: number };

const BELOW = new WeakMap<ShapeNode, readonly LeafNode[]>();

function leavesBelow(node: ShapeNode): readonly LeafNode[] {
  let leaves = BELOW.get(node);
  if (leaves === undefined) {
    leaves = childrenOf(node).flatMap((each) => leavesBelow(each));
    if (node.kind === 'leaf') leaves = [node];
    BELOW.set(node, leaves);
  }
  return leaves;
}

function childrenOf(node: ShapeNode): readonly ShapeNode[] {
  switch (node.kind) {
    case 'leaf':
      return [];
    case 'struct':
      return [...node.members.values()];
    case 'list':
      return [node.element];
    case 'map':
      return [node.key, node.value];
  }
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const INT32_MAX = 2_147_483_647;

/** Undefined if the column cannot hold the value. */
function storedValue(
  type: 'text' | 'int32' | 'int64' | 'double' | 'boolean',
  value: unknown,
): string | number | undefined {
  switch (type) {
    case 'text':
      return typeof value === 'string' ? value : undefined;
    case 'boolean':
      return typeof value === 'boolean' ? Number(value) : undefined;
    case 'double':
      return typeof value === 'number' ? value : undefined;
    case 'int32':
      return Number.isInteger(value) && Math.abs(value as number) <= INT32_MAX
        ? (value as number)
        : undefined;
    case 'int64':
      return Number.isSafeInteger(value) ? (value as number) : undefined;
  }
}

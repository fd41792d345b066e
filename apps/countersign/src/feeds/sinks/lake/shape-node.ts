import type { ClassShape, Shape } from './lake-schema.ts';

/** Types of values that a Parquet column holds. */
export type LeafType = 'text' | 'int32' | 'int64' | 'double' | 'boolean';

/**
 * One node of a Parquet schema. `definition` and `repetition` are its maximal levels (Parquet
 * format, "Nested Encoding"): everything is optional but the key of a map.
 */
export type ShapeNode =
  | (NodeOf<'leaf'> & {
      readonly column: number;
      readonly type: LeafType;
      readonly isJson: boolean;
    })
  | (NodeOf<'struct'> & { readonly members: ReadonlyMap<string, ShapeNode> })
  | (NodeOf<'list'> & { readonly element: ShapeNode })
  | (NodeOf<'map'> & { readonly key: LeafNode; readonly value: LeafNode });

type NodeOf<Kind> = {
  readonly kind: Kind;
  readonly name: string;
  /** Names of members from the root, as `unmapped` states them. */
  readonly path: string;
  readonly definition: number;
  readonly repetition: number;
};

export type LeafNode = Extract<ShapeNode, { kind: 'leaf' }>;

export type ShapeTree = {
  readonly members: ReadonlyMap<string, ShapeNode>;
  /** In the order of the columns. */
  readonly leaves: readonly LeafColumn[];
};

export type LeafColumn = {
  readonly type: LeafType;
  readonly path: readonly string[];
  readonly definition: number;
  readonly repetition: number;
};

/** Compiles the form of a class. */
export function shapeTree(shape: ClassShape): ShapeTree {
  const leaves: LeafColumn[] = [];
  const members = membersOf(shape, { path: [], definition: 0, repetition: 0 }, leaves);
  return { members, leaves };
}

type Place = {
  readonly path: readonly string[];
  readonly definition: number;
  readonly repetition: number;
};

function membersOf(
  shape: ClassShape,
  place: Place,
  leaves: LeafColumn[],
): ReadonlyMap<string, ShapeNode> {
  return new Map(
    Object.entries(shape).map(([name, each]) => [name, nodeOf(name, each, place, leaves)]),
  );
}

function nodeOf(name: string, shape: Shape, outer: Place, leaves: LeafColumn[]): ShapeNode {
  const path = [...outer.path, name];
  const { repetition } = outer;
  const definition = outer.definition + 1;
  const named = { name, path: plainPath(path), definition, repetition };
  if (shape === 'map') {
    const within = {
      path: [...path, 'key_value'],
      definition: definition + 1,
      repetition: repetition + 1,
    };
    // The key is required: its level is that of its pair.
    const key = leafOf('key', 'text', { ...within, definition: within.definition - 1 }, leaves);
    const value = leafOf('value', 'text', within, leaves);
    return { kind: 'map', ...named, key, value };
  }
  if (typeof shape === 'string') return leafOf(name, shape, outer, leaves);
  if (isList(shape)) {
    const within = {
      path: [...path, 'list'],
      definition: definition + 1,
      repetition: repetition + 1,
    };
    const element = nodeOf('element', shape[0], within, leaves);
    return { kind: 'list', ...named, element };
  }
  const members = membersOf(shape, { path, definition, repetition }, leaves);
  return { kind: 'struct', ...named, members };
}

function leafOf(
  name: string,
  shape: LeafType | 'json',
  { path, definition, repetition }: Place,
  leaves: LeafColumn[],
): LeafNode {
  const type = shape === 'json' ? 'text' : shape;
  const levels = { definition: definition + 1, repetition };
  const column = leaves.push({ type, path: [...path, name], ...levels }) - 1;
  return {
    kind: 'leaf',
    name,
    path: plainPath([...path, name]),
    column,
    type,
    isJson: shape === 'json',
    ...levels,
  };
}

/** Without the groups that Parquet adds for lists. */
function plainPath(path: readonly string[]): string {
  return path.filter((name) => name !== 'list' && name !== 'element').join('.');
}

function isList(shape: Exclude<Shape, string>): shape is readonly [Shape] {
  return Array.isArray(shape);
}

import { type CedarProblem, type SchemaTree, schemaTree } from './cedar-engine.ts';

/** A Cedar type, with every name resolved. */
export type CedarType =
  | { readonly kind: 'Bool' | 'Long' | 'String' }
  | { readonly kind: 'Extension'; readonly name: string }
  | { readonly kind: 'Entity'; readonly name: string }
  | { readonly kind: 'Set'; readonly element: CedarType }
  | { readonly kind: 'Record'; readonly attributes: Attributes };

/**
 * `optional`: absence is itself an answer (there is no device). `required`: absence means unknown,
 * and unknown input never permits.
 */
export type Attribute = { readonly type: CedarType; readonly presence: 'required' | 'optional' };

export type Attributes = ReadonlyMap<string, Attribute>;

type EntityShape = { readonly attributes: Attributes; readonly memberOf: readonly string[] };

type ActionShape = {
  readonly principals: readonly string[];
  readonly resources: readonly string[];
  readonly context: Attributes;
  /** Names of the action groups of the action, transitively, including itself. */
  readonly within: ReadonlySet<string>;
};

/** The possible requests: actions, principal types and resource types, by their qualified names. */
export type Schema = {
  readonly text: string;
  readonly entities: ReadonlyMap<string, EntityShape>;
  readonly actions: ReadonlyMap<string, ActionShape>;
};

export type ParsedSchema =
  | { readonly kind: 'schema'; readonly schema: Schema }
  | { readonly kind: 'problems'; readonly problems: readonly CedarProblem[] };

export function parseSchema(text: string): ParsedSchema {
  const tree = schemaTree(text);
  if (isProblems(tree)) return { kind: 'problems', problems: tree };
  const common = commonTypes(tree);
  const entities = new Map<string, EntityShape>();
  const groups = new Map<string, readonly string[]>();
  const actions = new Map<string, ActionShape>();
  for (const [space, { entityTypes, actions: declared }] of Object.entries(tree)) {
    for (const [name, shape] of Object.entries(entityTypes)) {
      entities.set(qualified(space, name), entityOf(shape, common));
    }
    for (const [name, { memberOf }] of Object.entries(declared)) {
      groups.set(
        actionKey(space, name),
        (memberOf ?? []).map(({ id, type }) => keyOfAction(type ?? 'Action', id)),
      );
    }
  }
  for (const [space, { actions: declared }] of Object.entries(tree)) {
    for (const [name, { appliesTo }] of Object.entries(declared)) {
      const key = actionKey(space, name);
      actions.set(key, {
        principals: appliesTo?.principalTypes ?? [],
        resources: appliesTo?.resourceTypes ?? [],
        context: attributesOf(appliesTo?.context, common),
        within: within(key, groups),
      });
    }
  }
  return { kind: 'schema', schema: { text, entities, actions } };
}

/** `signIn`, or `Suite::signIn` in a namespace. */
export function keyOfAction(type: string, id: string): string {
  return type === 'Action' ? id : `${type.slice(0, -'Action'.length)}${id}`;
}

/** The Cedar type and id of an action with this key. */
export function actionUid(key: string): { readonly type: string; readonly id: string } {
  const at = key.lastIndexOf('::');
  if (at < 0) return { type: 'Action', id: key };
  return { type: `${key.slice(0, at)}::Action`, id: key.slice(at + 2) };
}

function actionKey(space: string, name: string): string {
  return qualified(space, name);
}

function qualified(space: string, name: string): string {
  return space === '' ? name : `${space}::${name}`;
}

function within(
  key: string,
  groups: ReadonlyMap<string, readonly string[]>,
  found: Set<string> = new Set(),
): ReadonlySet<string> {
  if (found.has(key)) return found;
  found.add(key);
  for (const group of groups.get(key) ?? []) within(group, groups, found);
  return found;
}

/** The part of a resolved type tree that is read here. */
type TypeTree = {
  readonly type?: string | TypeTree;
  readonly name?: string;
  readonly element?: TypeTree;
  readonly attributes?: Readonly<Record<string, TypeTree & { readonly required?: boolean }>>;
};

type CommonTypes = ReadonlyMap<string, TypeTree>;

function commonTypes(tree: SchemaTree): CommonTypes {
  return new Map(
    Object.entries(tree).flatMap(([space, { commonTypes: types }]) =>
      Object.entries(types ?? {}).map(([name, type]): [string, TypeTree] => [
        qualified(space, name),
        type as TypeTree,
      ]),
    ),
  );
}

function entityOf(shape: object, common: CommonTypes): EntityShape {
  const { shape: record, memberOfTypes } = shape as {
    shape?: TypeTree;
    memberOfTypes?: readonly string[];
  };
  return { attributes: attributesOf(record, common), memberOf: memberOfTypes ?? [] };
}

function attributesOf(tree: unknown, common: CommonTypes): Attributes {
  if (tree === undefined) return new Map();
  const type = typeOf(tree as TypeTree, common);
  return type.kind === 'Record' ? type.attributes : new Map();
}

function typeOf(tree: TypeTree, common: CommonTypes): CedarType {
  const { type, name, element, attributes } = tree;
  if (typeof type === 'object') return typeOf(type, common);
  switch (type) {
    case 'Bool':
    case 'Boolean':
      return { kind: 'Bool' };
    case 'Long':
    case 'String':
      return { kind: type };
    case 'Entity':
      return { kind: 'Entity', name: name ?? '' };
    case 'Set':
      return { kind: 'Set', element: typeOf(element ?? {}, common) };
    case 'Record':
      return { kind: 'Record', attributes: recordOf(attributes ?? {}, common) };
    default: {
      const named = common.get(type ?? '');
      return named === undefined ? { kind: 'Extension', name: type ?? '' } : typeOf(named, common);
    }
  }
}

function recordOf(trees: NonNullable<TypeTree['attributes']>, common: CommonTypes): Attributes {
  return new Map(
    Object.entries(trees).map(([name, tree]): [string, Attribute] => [
      name,
      {
        type: typeOf(tree, common),
        presence: tree.required === false ? 'optional' : 'required',
      },
    ]),
  );
}

function isProblems(tree: SchemaTree | readonly CedarProblem[]): tree is readonly CedarProblem[] {
  return Array.isArray(tree);
}

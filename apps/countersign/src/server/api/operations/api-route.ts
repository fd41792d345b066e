import { z } from 'zod';
import type { FieldMeta } from '../../../operations/definition/fields.ts';
import type { Operation } from '../../../operations/definition/operation.ts';
import { type Method, NOT_OFFERED, PLACES } from '../../../operations/offers.ts';

export const API_ROOT = '/api/v1';

/** An operation as the HTTP interface offers it. */
export type ApiRoute = {
  readonly operation: Operation;
  readonly method: Method;
  /** Below {@link API_ROOT}, with names in braces: `/findings/{id}`. */
  readonly path: string;
  readonly members: readonly ApiMember[];
};

/** A member of the input. */
export type ApiMember = {
  readonly name: string;
  readonly place: 'path' | 'query' | 'body';
  readonly kind: 'switch' | 'number' | 'text';
  readonly isRepeatable: boolean;
  readonly isRequired: boolean;
  readonly schema: z.ZodType;
};

type MemberSchema = {
  readonly type?: string;
  readonly items?: MemberSchema;
  readonly anyOf?: readonly MemberSchema[];
} & FieldMeta;

/** The routes of the operations that the interface offers, in the order of their paths. */
export function apiRoutes(operations: readonly Operation[]): readonly ApiRoute[] {
  return operations
    .filter(({ name, isStep }) => isStep !== true && NOT_OFFERED[name] === undefined)
    .map(routeOf)
    .sort((one, other) => compare(one.path, other.path) || compare(one.method, other.method));
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}

function routeOf(operation: Operation): ApiRoute {
  const place = PLACES[operation.name] ?? defaultPlace(operation);
  const [method, path] = place.split(' ') as [Method, string];
  return { operation, method, path, members: membersOf(operation, method, path) };
}

function defaultPlace({ name, effect }: Operation): `${Method} /${string}` {
  return `${effect === 'read' ? 'GET' : 'POST'} /${name.replaceAll(' ', '/')}`;
}

/** A caller elsewhere has no files and no internals of this machine to name. */
function membersOf(operation: Operation, method: Method, path: string): readonly ApiMember[] {
  const schema = z.toJSONSchema(operation.input, { io: 'input', unrepresentable: 'any' });
  const properties = (schema.properties ?? {}) as Readonly<Record<string, MemberSchema>>;
  const shape = (operation.input as z.ZodObject).shape as Readonly<Record<string, z.ZodType>>;
  const required = new Set(schema.required);
  return Object.entries(properties).flatMap(([name, property]) => {
    const { isInternal, isPath, isFileOf } = property;
    if (isInternal === true || isPath === true) return [];
    if (isFileOf === 'source' || isFileOf === 'bytes') return [];
    const isInPath = path.includes(`{${name}}`);
    const isRepeatable = property.type === 'array';
    return {
      name,
      place: isInPath ? 'path' : method === 'GET' ? 'query' : 'body',
      kind: kindOf(isRepeatable ? (property.items ?? {}) : property),
      isRepeatable,
      isRequired: isInPath || required.has(name),
      schema: shape[name] as z.ZodType,
    };
  });
}

function kindOf({ type, anyOf = [] }: MemberSchema): ApiMember['kind'] {
  if (type === 'boolean') return 'switch';
  const types = type === undefined ? anyOf.map((each) => each.type) : [type];
  return types.every((each) => each === 'integer' || each === 'number') && types.length > 0
    ? 'number'
    : 'text';
}

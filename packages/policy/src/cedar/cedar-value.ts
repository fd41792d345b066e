import type { CedarValueJson, EntityJson, TypeAndId } from './cedar-engine.ts';

/**
 * Cedar values as plain JSON, and operations on them without the official engine. {@link NotPlain}
 * is thrown where that engine is needed: numbers beyond doubles, addresses, decimals, and all
 * errors.
 */
export type PlainValue = boolean | number | string | PlainSet | PlainEntity | PlainRecord;
type PlainSet = readonly PlainValue[];
type PlainEntity = { readonly __entity: TypeAndId };
type PlainRecord = { readonly [name: string]: PlainValue };

/**
 * Not a failure: the official engine must answer. One shared instance, because it carries no data.
 */
export class NotPlain extends Error {
  override readonly name = 'NotPlain';
}

const NOT_PLAIN: NotPlain = new NotPlain('the official engine must evaluate this');

export function notPlain(): never {
  throw NOT_PLAIN;
}

/** @throws NotPlain */
export function plain(value: CedarValueJson | undefined): PlainValue {
  switch (typeof value) {
    case 'boolean':
    case 'string':
      return value;
    case 'number':
      return Number.isSafeInteger(value) ? value : notPlain();
    case 'object':
      return value === null ? notPlain() : plainObject(value);
    default:
      return notPlain();
  }
}

function plainObject(value: object): PlainValue {
  if (Array.isArray(value)) {
    for (const item of value) plain(item as CedarValueJson);
    return value as PlainSet;
  }
  if ('__entity' in value) return value as PlainEntity;
  if ('__extn' in value) return notPlain();
  for (const item of Object.values(value)) plain(item as CedarValueJson);
  return value as PlainRecord;
}

/** @throws NotPlain for another type: an evaluation error, which the engine reports */
export function bool(value: PlainValue): boolean {
  return typeof value === 'boolean' ? value : notPlain();
}

/** @throws NotPlain */
export function long(value: PlainValue): number {
  return typeof value === 'number' && Number.isSafeInteger(value) ? value : notPlain();
}

/** @throws NotPlain */
export function string(value: PlainValue): string {
  return typeof value === 'string' ? value : notPlain();
}

/** @throws NotPlain */
export function set(value: PlainValue): PlainSet {
  return Array.isArray(value) ? (value as PlainSet) : notPlain();
}

/** @throws NotPlain */
export function entity(value: PlainValue): TypeAndId {
  return isEntity(value) ? value.__entity : notPlain();
}

export function isEntity(value: PlainValue): value is PlainEntity {
  return typeof value === 'object' && '__entity' in value;
}

/** Values of two types are unequal. Sets ignore order and repetition. */
export function equal(a: PlainValue, b: PlainValue): boolean {
  if (typeof a !== 'object' || typeof b !== 'object') return a === b;
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b)) return false;
    return contains(a, b) && contains(b, a);
  }
  if (isEntity(a) || isEntity(b)) {
    return isEntity(a) && isEntity(b) && isSame(a.__entity, b.__entity);
  }
  const [left, right] = [Object.entries(a as PlainRecord), Object.keys(b)];
  if (left.length !== right.length) return false;
  return left.every(([name, value]) => {
    const other = Object.hasOwn(b, name) ? (b as PlainRecord)[name] : undefined;
    return other !== undefined && equal(value, other);
  });
}

export function has(items: PlainSet, value: PlainValue): boolean {
  return items.some((item) => equal(item, value));
}

export function contains(items: PlainSet, others: PlainSet): boolean {
  return others.every((other) => has(items, other));
}

/** `*` in a pattern matches any text; every other character matches itself. */
export function like(text: string, pattern: readonly ('*' | { readonly text: string })[]): boolean {
  let at = 0;
  let open = false;
  for (const [i, part] of pattern.entries()) {
    if (part === '*') {
      open = true;
      continue;
    }
    const isLast = i === pattern.length - 1;
    const found = isLast && open ? text.length - part.text.length : text.indexOf(part.text, at);
    if (found < at || (!open && found !== at) || !text.startsWith(part.text, found)) return false;
    at = found + part.text.length;
    open = false;
  }
  return open || at === text.length;
}

export function isSame(a: TypeAndId, b: TypeAndId): boolean {
  return a.type === b.type && a.id === b.id;
}

function keyOf({ type, id }: TypeAndId): string {
  return `${type}\n${id}`;
}

/** The entities of one request, as far as policies read them. */
export class PlainEntities {
  readonly #entities = new Map<string, EntityJson>();
  /** Policies read many attributes of the principal in succession. */
  #lastOf: PlainEntity | undefined;
  #last: EntityJson['attrs'] | undefined;

  constructor(entities: readonly EntityJson[]) {
    for (const each of entities) this.#entities.set(keyOf(uidOf(each.uid)), each);
  }

  /** The attribute of a record or an entity; undefined if it does not exist. */
  attribute(of: PlainValue, name: string): PlainValue | undefined {
    if (typeof of !== 'object' || Array.isArray(of)) return notPlain();
    const attrs = isEntity(of) ? this.#attributesOf(of) : of;
    if (attrs === undefined || !Object.hasOwn(attrs, name)) return undefined;
    return plain((attrs as Record<string, CedarValueJson>)[name]);
  }

  #attributesOf(of: PlainEntity): EntityJson['attrs'] | undefined {
    if (this.#lastOf !== of) {
      this.#lastOf = of;
      this.#last = this.#entities.get(keyOf(of.__entity))?.attrs;
    }
    return this.#last;
  }

  /** Returns whether one entity equals the other, or is in it, directly or indirectly. */
  isIn(inner: TypeAndId, outer: TypeAndId): boolean {
    if (isSame(inner, outer)) return true;
    const entityKey = keyOf(outer);
    const seen = new Set<string>();
    const edge = [keyOf(inner)];
    for (let key = edge.pop(); key !== undefined; key = edge.pop()) {
      if (key === entityKey) return true;
      if (seen.has(key)) continue;
      seen.add(key);
      for (const parent of this.#entities.get(key)?.parents ?? []) edge.push(keyOf(uidOf(parent)));
    }
    return false;
  }
}

export function uidOf(uid: TypeAndId | { readonly __entity: TypeAndId }): TypeAndId {
  return '__entity' in uid ? uid.__entity : uid;
}

import { type ChangeEntry, ChangeLog } from './change-log.ts';
import {
  type DirectoryObject,
  type DirectorySeed,
  type Kind,
  keyOf,
  type OwnedKind,
  type Relation,
} from './model/directory-seed.ts';
import { Relations } from './relations.ts';

/** Kinds whose deleted objects can be restored for 30 days (Graph: directory/deletedItems). */
export const RESTORABLE: readonly Kind[] = ['users', 'groups', 'applications', 'servicePrincipals'];

/** Kinds that can be members, owners or assignees, most likely first. */
const PRINCIPALS: readonly Kind[] = [
  'users',
  'groups',
  'servicePrincipals',
  'devices',
  'applications',
];

type ObjectSlot = {
  readonly position: number;
  /** Null once it is deleted. */
  object: DirectoryObject | null;
  /** Kept while it can be restored. */
  deleted: DirectoryObject | null;
};

export type PositionedObject = { readonly position: number; readonly object: DirectoryObject };

/** A tenant's directory: its seed, created on demand, and all later changes. */
export class DirectoryState {
  readonly seed: DirectorySeed;
  readonly log: ChangeLog = new ChangeLog();
  readonly #relations: Relations;
  readonly #held = new Map<Kind, Map<string, ObjectSlot>>();
  readonly #keys = new Map<string, string>();
  /** Like `#keys`, but never forgotten. */
  readonly #ever = new Map<string, string>();
  readonly #owned = new Map<string, readonly DirectoryObject[]>();
  readonly #added = new Map<Kind, number>();

  constructor(seed: DirectorySeed) {
    this.seed = seed;
    this.#relations = new Relations((id, relation) => seed.related(id, relation));
  }

  /** The object with this id; undefined if it does not exist or was deleted. */
  get(kind: Kind, id: string): DirectoryObject | undefined {
    const held = this.#held.get(kind)?.get(id);
    if (held !== undefined) return held.object ?? undefined;
    const set = this.seed.set(kind);
    const index = set.indexOf(id);
    if (index === undefined) return undefined;
    const object = set.at(index);
    return object?.id === id ? object : undefined;
  }

  /** By id or by the kind's other key (UPN, appId, deviceId, role template). */
  find(kind: Kind, key: string): DirectoryObject | undefined {
    const byId = this.get(kind, key);
    if (byId !== undefined) return byId;
    const lower = key.toLowerCase();
    const id = this.#keys.get(`${kind} ${lower}`);
    if (id !== undefined) return this.get(kind, id);
    const set = this.seed.set(kind);
    const index = set.indexOf(lower);
    if (index === undefined) return undefined;
    const object = this.get(kind, set.at(index)?.id ?? '');
    // Its UPN may have changed since.
    return object !== undefined && (object.id === lower || keyOf(kind, object) === lower)
      ? object
      : undefined;
  }

  /** Whether an object was ever changed, created or deleted. */
  isTouched(kind: Kind, id: string): boolean {
    return this.#held.get(kind)?.has(id) === true;
  }

  /** Number of objects of a kind that were ever changed, created or deleted. */
  touchedCount(kind: Kind): number {
    return this.#held.get(kind)?.size ?? 0;
  }

  /** The id of an existing or deleted object, by its id or other key. */
  everId(kind: Kind, key: string): string | undefined {
    const lower = key.toLowerCase();
    const seeded = this.seed.set(kind).indexOf(lower);
    return (
      (this.isTouched(kind, key) ? key : undefined) ??
      this.#ever.get(`${kind} ${lower}`) ??
      (seeded === undefined ? undefined : this.seed.set(kind).at(seeded)?.id)
    );
  }

  /** The principal or application with this id, of any kind. */
  findAny(id: string): { readonly kind: Kind; readonly object: DirectoryObject } | undefined {
    for (const kind of PRINCIPALS) {
      const object = this.get(kind, id);
      if (object !== undefined) return { kind, object };
    }
    return undefined;
  }

  /** In a fixed order from a position on. Positions outlive deletions. */
  *list(kind: Kind, from = 0): Iterable<PositionedObject> {
    const set = this.seed.set(kind);
    const held = this.#held.get(kind);
    for (let position = from; position < set.size; position++) {
      const object = set.at(position);
      if (object === undefined) continue;
      const now = held?.get(object.id);
      if (now === undefined) yield { position, object };
      else if (now.object !== null) yield { position, object: now.object };
    }
    if (held === undefined) return;
    for (const { position, object } of held.values()) {
      if (object !== null && position >= Math.max(from, set.size)) yield { position, object };
    }
  }

  count(kind: Kind): number {
    let count = this.seed.set(kind).count() + (this.#added.get(kind) ?? 0);
    for (const { object } of this.#held.get(kind)?.values() ?? []) if (object === null) count--;
    return count;
  }

  *deleted(kind: Kind): Iterable<DirectoryObject> {
    for (const { deleted } of this.#held.get(kind)?.values() ?? [])
      if (deleted !== null) yield deleted;
  }

  getDeleted(kind: Kind, id: string): DirectoryObject | undefined {
    return this.#held.get(kind)?.get(id)?.deleted ?? undefined;
  }

  related(id: string, relation: Relation, from = 0): Iterable<{ position: number; id: string }> {
    return this.#relations.list(id, relation, from);
  }

  isRelated(id: string, relation: Relation, other: string): boolean {
    return this.#relations.has(id, relation, other);
  }

  owned(kind: OwnedKind, ownerId: string): readonly DirectoryObject[] {
    return this.#owned.get(`${kind} ${ownerId}`) ?? this.seed.owned(kind, ownerId);
  }

  put(kind: Kind, object: DirectoryObject): void {
    const held = this.#hold(kind, object.id);
    const before = held.object ?? undefined;
    held.object = object;
    held.deleted = null;
    this.#rekey(kind, before, object);
    if (before === undefined) this.#relations.follow(kind, object, 'in');
    const names = before === undefined ? {} : { names: changedNames(before, object) };
    this.#say({ kind, id: object.id, what: 'set', ...names });
  }

  drop(kind: Kind, id: string, how: 'restorably' | 'for good'): void {
    const held = this.#hold(kind, id);
    const before = held.object ?? held.deleted ?? undefined;
    if (held.object !== null) this.#relations.follow(kind, held.object, 'out');
    held.deleted = how === 'restorably' ? held.object : null;
    held.object = null;
    this.#rekey(kind, before, undefined);
    this.#say({ kind, id, what: how === 'restorably' ? 'removed' : 'purged' });
  }

  link(kind: Kind, id: string, relation: Relation, other: string): void {
    this.#relations.link(id, relation, other);
    this.#say({ kind, id, what: 'linked', relation, other });
  }

  unlink(kind: Kind, id: string, relation: Relation, other: string): void {
    this.#relations.unlink(id, relation, other);
    this.#say({ kind, id, what: 'unlinked', relation, other });
  }

  /** For delta queries, records a member that no relation stores (roles). */
  say(entry: Omit<ChangeEntry, 'version'>): void {
    this.#say(entry);
  }

  setOwned(kind: OwnedKind, ownerId: string, objects: readonly DirectoryObject[]): void {
    this.#owned.set(`${kind} ${ownerId}`, objects);
  }

  #hold(kind: Kind, id: string): ObjectSlot {
    const ofKind = this.#held.get(kind) ?? new Map<string, ObjectSlot>();
    this.#held.set(kind, ofKind);
    const known = ofKind.get(id);
    if (known !== undefined) return known;
    const set = this.seed.set(kind);
    const index = set.indexOf(id);
    const seeded = index === undefined ? undefined : set.at(index);
    const added = this.#added.get(kind) ?? 0;
    const held: ObjectSlot =
      index !== undefined && seeded?.id === id
        ? { position: index, object: seeded, deleted: null }
        : { position: set.size + added, object: null, deleted: null };
    if (held.object === null) this.#added.set(kind, added + 1);
    ofKind.set(id, held);
    return held;
  }

  #rekey(kind: Kind, before?: DirectoryObject, after?: DirectoryObject): void {
    const old = before && keyOf(kind, before);
    const key = after && keyOf(kind, after);
    if (old !== undefined && this.#keys.get(`${kind} ${old}`) === before?.id)
      this.#keys.delete(`${kind} ${old}`);
    if (key === undefined || after === undefined) return;
    this.#keys.set(`${kind} ${key}`, after.id);
    this.#ever.set(`${kind} ${key}`, after.id);
  }

  #say(entry: Omit<ChangeEntry, 'version'>): void {
    this.log.add(entry);
  }
}

function changedNames(before: DirectoryObject, after: DirectoryObject): readonly string[] {
  return Object.keys(after).filter(
    (name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]),
  );
}

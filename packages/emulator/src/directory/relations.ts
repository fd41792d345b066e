import type { DirectoryObject, IdList, Kind, Relation } from './model/directory-seed.ts';

const INVERSES: { readonly [relation in Relation]?: Relation } = {
  members: 'memberOf',
  memberOf: 'members',
  owners: 'ownedObjects',
  ownedObjects: 'owners',
  registeredOwners: 'ownedDevices',
  ownedDevices: 'registeredOwners',
  registeredUsers: 'registeredDevices',
  registeredDevices: 'registeredUsers',
};

/** Relations that follow from an object: the member with the other's id -> relation. */
const OPENED: { readonly [kind in Kind]?: readonly (readonly [string, Relation])[] } = {
  appRoleAssignments: [
    ['principalId', 'appRoleAssignments'],
    ['resourceId', 'appRoleAssignedTo'],
  ],
  oauth2PermissionGrants: [
    ['clientId', 'oauth2PermissionGrants'],
    ['principalId', 'oauth2PermissionGrants'],
  ],
};

type Edit = {
  /** Position of each after the seeded ones. A position is never reused. */
  readonly added: Map<string, number>;
  readonly removed: Set<string>;
  places: number;
};

/** The relations between objects: seeded ones and later changes. */
export class Relations {
  readonly #seeded: (id: string, relation: Relation) => IdList;
  readonly #edits = new Map<string, Edit>();

  constructor(seeded: (id: string, relation: Relation) => IdList) {
    this.#seeded = seeded;
  }

  has(id: string, relation: Relation, other: string): boolean {
    const edit = this.#edits.get(`${id} ${relation}`);
    if (edit?.added.has(other)) return true;
    return edit?.removed.has(other) !== true && this.#seeded(id, relation).has(other);
  }

  /** Removals do not shift positions, so that a page can continue from one. */
  *list(id: string, relation: Relation, from = 0): Iterable<{ position: number; id: string }> {
    const seeded = this.#seeded(id, relation);
    const edit = this.#edits.get(`${id} ${relation}`);
    for (let position = from; position < seeded.size; position++) {
      const other = seeded.at(position);
      if (edit?.removed.has(other) !== true) yield { position, id: other };
    }
    for (const [other, place] of edit?.added ?? []) {
      const position = seeded.size + place;
      if (position >= from) yield { position, id: other };
    }
  }

  link(id: string, relation: Relation, other: string): void {
    this.#set(id, relation, other, 'in');
    const inverse = INVERSES[relation];
    if (inverse !== undefined) this.#set(other, inverse, id, 'in');
  }

  unlink(id: string, relation: Relation, other: string): void {
    this.#set(id, relation, other, 'out');
    const inverse = INVERSES[relation];
    if (inverse !== undefined) this.#set(other, inverse, id, 'out');
  }

  /** Updates relations that follow from members of an object, such as a grant's client. */
  follow(kind: Kind, object: DirectoryObject, is: 'in' | 'out'): void {
    for (const [member, relation] of OPENED[kind] ?? []) {
      const owner = object[member];
      if (typeof owner === 'string') this.#set(owner, relation, object.id, is);
    }
  }

  #set(id: string, relation: Relation, other: string, is: 'in' | 'out'): void {
    const key = `${id} ${relation}`;
    const edit = this.#edits.get(key) ?? { added: new Map(), removed: new Set(), places: 0 };
    this.#edits.set(key, edit);
    const isSeeded = this.#seeded(id, relation).has(other);
    if (is === 'in') {
      edit.removed.delete(other);
      if (!isSeeded && !edit.added.has(other)) edit.added.set(other, edit.places++);
    } else {
      edit.added.delete(other);
      if (isSeeded) edit.removed.add(other);
    }
  }
}

import type { DirectoryItem, DirectoryMark, TenantId } from '@countersign/core';
import type { Origin } from './directory.ts';
import type { DirectoryStore, TenantDirectory } from './directory-store.ts';

/** The roles of each principal. */
type Holdings = Map<string, Set<string>>;

/**
 * Role holders, from a list that is read completely each time. A difference from the previous list
 * is a change, so the holders at every moment in between are known.
 */
export class RoleAssignments {
  readonly #store: DirectoryStore;
  readonly #held = new Map<TenantId, Holdings>();
  /** The list that is being read. */
  readonly #reading = new Map<TenantId, Holdings>();

  constructor(store: DirectoryStore) {
    this.#store = store;
  }

  page(
    id: TenantId,
    items: readonly DirectoryItem['item'][],
    { mode, page, isLast }: DirectoryMark,
    origin: Origin,
  ): void {
    const tenant = this.#store.tenant(id);
    // Nothing has changed since the previous list.
    if (mode === 'delta') {
      if (this.#held.has(id)) tenant.tell(ROLE, origin);
      return;
    }
    const reading = (page === 1 ? undefined : this.#reading.get(id)) ?? new Map();
    this.#reading.set(id, reading);
    for (const { principalId, roleDefinitionId } of items) {
      if (typeof principalId !== 'string' || typeof roleDefinitionId !== 'string') continue;
      const roles = reading.get(principalId) ?? new Set();
      reading.set(principalId, roles.add(roleDefinitionId));
    }
    if (!isLast) return;
    this.#reading.delete(id);
    const before = this.#held.get(id) ?? new Map();
    for (const principal of new Set([...before.keys(), ...reading.keys()])) {
      const given = reading.get(principal) ?? NONE;
      const taken = [...(before.get(principal) ?? NONE)].filter((role) => !given.has(role));
      change(tenant, principal, { given, taken }, origin);
    }
    this.#held.set(id, reading);
    tenant.tell(ROLE, origin);
  }
}

type RoleChange = { readonly given: ReadonlySet<string>; readonly taken: readonly string[] };

/**
 * A list of assignments does not state the type of a principal. An unknown principal may be of any
 * type. Assuming one would let an administrator pass as an ordinary account later.
 */
function change(
  tenant: TenantDirectory,
  principal: string,
  { given, taken }: RoleChange,
  origin: Origin,
): void {
  const known = HOLDERS.filter((type) => tenant.table(type)?.find(principal) !== undefined);
  for (const type of known.length > 0 ? known : HOLDERS) {
    const row = tenant.put(type, principal);
    for (const role of given) tenant.join(type, row, ROLE, role, origin);
    for (const role of taken) tenant.leave(type, row, ROLE, role, origin);
  }
}

const NONE: ReadonlySet<string> = new Set();
const ROLE = 'Role';
const HOLDERS: readonly string[] = ['Person', 'Group', 'Workload'];

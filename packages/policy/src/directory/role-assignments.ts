import type { DirectoryItem, DirectoryMark, TenantId } from '@countersign/core';
import type { Origin } from './directory.ts';
import type { DirectoryStore, TenantDirectory } from './directory-store.ts';

/** By principal, the roles that it holds. */
type Holdings = Map<string, Set<string>>;

/**
 * Who holds which role, out of a list that is read whole each time. What differs from the list
 * before is a change, so that who held what is known of every moment in between.
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
    // Nothing has changed since the list before.
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
 * A list of assignments does not say what a principal is. One that is not known yet may be any: to
 * take it for one of them would let an administrator pass for somebody else later.
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

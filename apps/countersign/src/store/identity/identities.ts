import { isGuid } from '@countersign/core';
import type { StateDatabase } from '../sqlite/state-database.ts';
import { findPrincipals, Tenants } from './principal.ts';

/** Maps actor keys and names to principals. */
export class Identities {
  readonly #state: StateDatabase | undefined;
  readonly #tenants: Tenants;
  /** Names that only one principal ever had. */
  readonly #certain = new Map<string, string>();

  constructor(state: StateDatabase | undefined) {
    this.#state = state;
    this.#tenants = new Tenants(state?.tenants() ?? []);
  }

  /**
   * The object id if only one principal held the key at that time; otherwise the key within its
   * tenant.
   */
  keyOf(key: string, stated: string, atMs: number): string {
    if (isGuid(key)) return key.toLowerCase();
    const tenant = this.#tenants.home(stated);
    const own = `${tenant} ${key}`;
    const known = this.#certain.get(own);
    if (known !== undefined || this.#state === undefined) return known ?? own;
    const name = nameIn(key);
    const found = findPrincipals(this.#state, name, { tenant });
    if (found.length <= 1) {
      const uid = found[0]?.principal.uid ?? own;
      this.#certain.set(own, uid);
      return uid;
    }
    const period = { tenant, fromMs: atMs, toMs: atMs + 1 };
    const then = findPrincipals(this.#state, name, period);
    return (then.length === 1 ? then[0]?.principal.uid : undefined) ?? own;
  }

  /**
   * All names that records gave to the principal that {@link keyOf} returned, the latest one last;
   * with a tenant, only the names in its records.
   */
  namesOf(person: string, tenant?: string): string[] {
    if (!isGuid(person)) return [nameIn(person.slice(person.indexOf(' ') + 1))];
    const aliases = (this.#state?.aliasesOf(person) ?? [])
      .filter((alias) => alias.kind === 'name')
      .filter((alias) => tenant === undefined || alias.tenant === tenant)
      .sort((a, b) => a.lastMs - b.lastMs);
    return [...new Set(aliases.toReversed().map(({ value }) => value))].reverse();
  }
}

function nameIn(key: string): string {
  return key.slice(key.indexOf(':') + 1);
}

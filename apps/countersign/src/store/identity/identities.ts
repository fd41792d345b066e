import { isGuid } from '@countersign/core';
import type { Alias } from '../rows/alias-table.ts';
import type { ActorQuery, ActorRow } from '../sqlite/principal-table.ts';
import type { StateDatabase } from '../sqlite/state-database.ts';
import { IdentityResolver } from './identity-resolver.ts';
import { findHolders, type Principal, principalOf, Tenants, uidOf } from './principal.ts';

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
    const [only, ...others] = findHolders(this.#state, name, { tenant }).holders;
    if (others.length === 0) {
      const uid = (only && uidOf(only)) ?? own;
      this.#certain.set(own, uid);
      return uid;
    }
    const period = { tenant, fromMs: atMs, toMs: atMs + 1 };
    const [then, ...more] = findHolders(this.#state, name, period).holders;
    return (then && more.length === 0 ? uidOf(then) : undefined) ?? own;
  }

  /** The actors that acted last, at most `count`; of one tenant, if given. */
  recentActors(
    query: Omit<ActorQuery, 'tenants'>,
    tenant: string | undefined,
    count: number,
  ): ActorRow[] {
    const tenants = tenant === undefined ? undefined : this.#tenants.readAs(tenant);
    return this.#state?.principals.recent({ ...query, tenants }, count) ?? [];
  }

  /** The principals behind an actor key: one, or several that shared a name. */
  principalsOf({ tenant, key }: Pick<ActorRow, 'tenant' | 'key'>): readonly Principal[] {
    const state = this.#state;
    if (state === undefined) return [];
    const home = this.#tenants.home(tenant);
    const resolver = new IdentityResolver(state, (stated) => this.#tenants.home(stated));
    const holders = resolver.holdersOf({ tenant: home, key }, {});
    return holders.map((holder) => principalOf(holder, resolver));
  }

  /** All names that records gave to the principal that {@link keyOf} returned, the latest last. */
  namesOf(person: string): string[] {
    if (!isGuid(person)) return [nameIn(person.slice(person.indexOf(' ') + 1))];
    const names = this.#namings(person).sort((a, b) => a.lastMs - b.lastMs);
    return [...new Set(names.toReversed().map(({ value }) => value))].reverse();
  }

  /** The names in the records of one tenant, by the time of the first record that gives each. */
  timedNamesOf(id: string, tenant: string): { name: string; firstMs: number }[] {
    return this.#namings(id)
      .filter((alias) => alias.tenant === tenant)
      .sort((a, b) => a.firstMs - b.firstMs)
      .map(({ value, firstMs }) => ({ name: value, firstMs }));
  }

  #namings(id: string): Alias[] {
    return (this.#state?.aliasesOf(id) ?? []).filter(({ kind }) => kind === 'name');
  }
}

function nameIn(key: string): string {
  return key.slice(key.indexOf(':') + 1);
}

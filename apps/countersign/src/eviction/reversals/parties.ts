/** The names of one party in one record. */
export type PartyReference = {
  readonly names: readonly Name[];
  readonly tenant: string;
  readonly atMs: number;
};

/** A party that has a name in a tenant, from a record on. */
type Bearer = { readonly party: Name; readonly tenant: string; readonly sinceMs: number };

/** A mailbox's directory name. It is not its owner's name, and is unique by itself. */
const BOX = /^box:/;

/** Ids belong to one party forever. Names are reassigned, and two parties may share one. */
const ALIAS = /^(?:name|label):/;

/**
 * Decides which names are the same party.
 *
 * An application has an object id per tenant and one application id. Sign-in names and display
 * names lead to an id if records state one. An account that was deleted and created again with its
 * old name is another party.
 */
export class PartyNames {
  readonly #parent = new Map<Name, Name>();
  readonly #bearers = new Map<Name, Map<string, Bearer>>();
  /** A cache, because each foothold and each doubt asks about the same records. */
  #known = new WeakMap<PartyReference, { readonly party: Name | undefined }>();

  /** Learns that one record uses all of these names for one party. */
  learn({ names, tenant, atMs }: PartyReference): void {
    this.#known = new WeakMap();
    const [first, ...others] = names.filter((name) => !ALIAS.test(name) && !BOX.test(name));
    if (first === undefined) return;
    for (const other of others) this.#parent.set(this.#root(other), this.#root(first));
    for (const alias of names.filter((name) => ALIAS.test(name))) {
      const bearers = this.#bearers.get(alias) ?? new Map<string, Bearer>();
      this.#bearers.set(alias, bearers);
      const key = `${tenant} ${first}`;
      const sinceMs = Math.min(bearers.get(key)?.sinceMs ?? atMs, atMs);
      bearers.set(key, { party: first, tenant, sinceMs });
    }
  }

  /** One canonical name of the party; undefined if the record has none. */
  of(called: PartyReference): Name | undefined {
    const known = this.#known.get(called);
    if (known !== undefined) return known.party;
    const party = this.#find(called);
    this.#known.set(called, { party });
    return party;
  }

  #find(called: PartyReference): Name | undefined {
    const { tenant, atMs } = called;
    const names = called.names.filter((name) => !BOX.test(name));
    const id = names.find((name) => !ALIAS.test(name));
    if (id !== undefined) return this.#root(id);
    for (const alias of names) {
      const party = this.#bearerOf(alias, tenant, atMs);
      if (party !== undefined) return party;
    }
    return names[0];
  }

  isSame(one: PartyReference, other: PartyReference): boolean {
    const [box, otherBox] = [boxOf(one), boxOf(other)];
    if (box !== undefined && otherBox !== undefined) return box === otherBox;
    const party = this.of(one);
    return party !== undefined && party === this.of(other);
  }

  /** All known names of each of these parties. */
  namesOf(parties: ReadonlySet<Name>): ReadonlyMap<Name, readonly Name[]> {
    const names = new Map<Name, Set<Name>>([...parties].map((party) => [party, new Set([party])]));
    for (const name of this.#parent.keys()) names.get(this.#root(name))?.add(name);
    for (const [alias, bearers] of this.#bearers) {
      for (const { party } of bearers.values()) names.get(this.#root(party))?.add(alias);
    }
    return new Map([...names].map(([party, all]) => [party, [...all]]));
  }

  /**
   * Who has a name at a time. A shared display name identifies no party. A sign-in name belongs to
   * its last holder before that time.
   */
  #bearerOf(alias: Name, tenant: string, atMs: number): Name | undefined {
    const all = [...(this.#bearers.get(alias)?.values() ?? [])];
    const own = all.filter((bearer) => bearer.tenant === tenant);
    const bearers = own.length > 0 ? own : all;
    const parties = new Set(bearers.map(({ party }) => this.#root(party)));
    if (parties.size <= 1) return [...parties][0];
    if (alias.startsWith('label:')) return alias;
    const first = new Map<Name, number>();
    for (const { party, sinceMs } of bearers) {
      const root = this.#root(party);
      first.set(root, Math.min(first.get(root) ?? Number.POSITIVE_INFINITY, sinceMs));
    }
    const inOrder = [...first].sort(([a, aMs], [b, bMs]) => aMs - bMs || (a < b ? -1 : 1));
    return (inOrder.findLast(([, sinceMs]) => sinceMs <= atMs) ?? inOrder[0])?.[0];
  }

  #root(name: Name): Name {
    let root = name;
    for (let up = this.#parent.get(root); up !== undefined && up !== root; ) {
      root = up;
      up = this.#parent.get(root);
    }
    if (root !== name) this.#parent.set(name, root);
    return root;
  }
}

function boxOf({ names }: PartyReference): Name | undefined {
  return names.find((name) => name.startsWith('box:'));
}

/**
 * The name of a party in records. Object ids, application ids, sign-in names and sessions are
 * globally unique. Display names are unique within a tenant, and identify only applications.
 */
export type Name = string;

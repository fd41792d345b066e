/** What one record calls one party. */
export type PartyReference = {
  readonly names: readonly Name[];
  readonly tenant: string;
  readonly atMs: number;
};

/** Who bore a name, in which tenant, and from which record on. */
type Bearer = { readonly party: Name; readonly tenant: string; readonly sinceMs: number };

/** What a forest calls a mailbox: no name of its owner, and known by itself. */
const BOX = /^box:/;

/** Ids are of one party for ever; names are taken over, and two parties may bear the same. */
const ALIAS = /^(?:name|label):/;

/**
 * Which names are the same party. An application has an object id in each tenant and one
 * application id. Sign-in names and display names lead to an id where records state one: an account
 * that was deleted and made again under its old name is another party.
 */
export class PartyNames {
  readonly #parent = new Map<Name, Name>();
  readonly #bearers = new Map<Name, Map<string, Bearer>>();
  /** What was asked before: the same records are asked about for each foothold and each doubt. */
  #known = new WeakMap<PartyReference, { readonly party: Name | undefined }>();

  /** One record calls one party by all of these names. */
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

  /** One name that stands for the party; undefined where the record names none. */
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

  /** All names that are known of each of these parties. */
  namesOf(parties: ReadonlySet<Name>): ReadonlyMap<Name, readonly Name[]> {
    const names = new Map<Name, Set<Name>>([...parties].map((party) => [party, new Set([party])]));
    for (const name of this.#parent.keys()) names.get(this.#root(name))?.add(name);
    for (const [alias, bearers] of this.#bearers) {
      for (const { party } of bearers.values()) names.get(this.#root(party))?.add(alias);
    }
    return new Map([...names].map(([party, all]) => [party, [...all]]));
  }

  /**
   * Who bears a name at that moment. Display names of several parties name none of them; of a
   * sign-in name that several had, the last one before the moment has it.
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
 * What records call a party. Object ids, application ids, sign-in names and sessions are unique
 * anywhere; display names are so within a tenant, and only applications are known by them.
 */
export type Name = string;

import { LAYOUT_MEMBERS_MAX, LAYOUTS_MAX, NAME_SETS_MAX } from '../limits.ts';
import type { Json } from '../values/json-value.ts';

/** Which of the requested names an object has. Equal sets are mostly the same instance. */
export class NameSet {
  readonly slots: ReadonlySet<number>;
  readonly unions: Map<NameSet, NameSet> = new Map();

  constructor(slots: ReadonlySet<number>) {
    this.slots = slots;
  }
}

/** The requested names of an object. `written` has each by its slot, as the object writes it. */
export type Layout = {
  readonly written: readonly (string | undefined)[];
  readonly names: NameSet;
};

/**
 * Finds the requested members of objects, by names in any case. Records of one kind have the same
 * names in the same order, so the names of a record are compared with those of earlier ones, and
 * the found layout is used again.
 */
export class MemberLayouts {
  readonly #slots = new Map<string, number>();
  readonly #lowers: string[] = [];
  readonly #sets = new Map<string, NameSet>();
  #first = new Node();
  #nodes = 0;

  /** The slot of a name in lower case. May be requested at any time. */
  slotOf(lower: string): number {
    const known = this.#slots.get(lower);
    if (known !== undefined) return known;
    const slot = this.#lowers.push(lower) - 1;
    this.#slots.set(lower, slot);
    this.#forget();
    return slot;
  }

  of(object: Json): Layout {
    const names = Object.keys(object);
    // An attacker could send objects with endlessly many names.
    if (names.length > LAYOUT_MEMBERS_MAX) return this.#layoutOf(names);
    let node = this.#first;
    for (let at = 0; at < names.length; at++) {
      const name = names[at] as string;
      node = node.last !== undefined && node.lastName === name ? node.last : this.#next(node, name);
    }
    node.layout ??= this.#layoutOf(names);
    return node.layout;
  }

  union(a: NameSet, b: NameSet): NameSet {
    const known = a.unions.get(b);
    if (known !== undefined) return known;
    const union = this.#setOf(new Set([...a.slots, ...b.slots]));
    a.unions.set(b, union);
    return union;
  }

  #next(node: Node, name: string): Node {
    const known = node.others?.get(name);
    const next = known ?? new Node();
    if (node.last !== undefined) {
      node.others ??= new Map([[node.lastName, node.last]]);
      node.others.set(name, next);
    }
    node.lastName = name;
    node.last = next;
    if (known !== undefined) return known;
    // Hostile records may have endlessly many names.
    if (this.#nodes >= LAYOUTS_MAX) this.#forget();
    this.#nodes += 1;
    return next;
  }

  #forget(): void {
    this.#first = new Node();
    this.#nodes = 0;
    this.#sets.clear();
  }

  /** If names differ only in case, the lower-case one wins, then the first. */
  #layoutOf(names: readonly string[]): Layout {
    const written: (string | undefined)[] = this.#lowers.map(() => undefined);
    const slots = new Set<number>();
    for (const name of names) {
      const slot = this.#slots.get(name.toLowerCase());
      if (slot === undefined || (slots.has(slot) && name !== this.#lowers[slot])) continue;
      slots.add(slot);
      written[slot] = name;
    }
    return { written, names: this.#setOf(slots) };
  }

  #setOf(slots: ReadonlySet<number>): NameSet {
    const key = [...slots].sort((a, b) => a - b).join();
    const known = this.#sets.get(key);
    if (known !== undefined) return known;
    if (this.#sets.size >= NAME_SETS_MAX) this.#forget();
    const set = new NameSet(slots);
    this.#sets.set(key, set);
    return set;
  }
}

/** The names of an object up to one of them. */
class Node {
  layout: Layout | undefined;
  /** The next name that was met last. */
  lastName = '';
  last: Node | undefined;
  /** All next names, if there are several. */
  others: Map<string, Node> | undefined;
}

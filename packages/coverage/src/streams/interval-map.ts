import type { Interval } from '@countersign/core';

export type Piece<V> = Interval & { readonly value: V };

/** A value for each instant of an axis, in disjoint ordered pieces. Some instants have none. */
export class IntervalMap<V> {
  #pieces: Piece<V>[];

  constructor(pieces: readonly Piece<V>[] = []) {
    this.#pieces = [...pieces];
  }

  get pieces(): readonly Piece<V>[] {
    return this.#pieces;
  }

  /** Replaces the value of every instant of the interval with the result of `change`. */
  update({ from, to }: Interval, change: (old: V | undefined) => V): void {
    const first = this.#firstBehind(from);
    let last = first;
    const made: Piece<V>[] = [];
    let at = from;
    for (; last < this.#pieces.length; last++) {
      const old = this.#pieces[last] as Piece<V>;
      if (old.from >= to) break;
      if (old.from < from) made.push({ ...old, to: from });
      if (old.from > at) made.push({ from: at, to: old.from, value: change(undefined) });
      const shared = { from: Math.max(old.from, from), to: Math.min(old.to, to) };
      made.push({ ...shared, value: change(old.value) });
      if (old.to > to) made.push({ ...old, from: to });
      at = shared.to;
    }
    if (at < to) made.push({ from: at, to, value: change(undefined) });
    this.#pieces.splice(first, last - first, ...made);
  }

  /** Joins adjacent pieces if `join` returns a value for both. */
  join(join: (a: Piece<V>, b: Piece<V>) => V | undefined): void {
    const joined: Piece<V>[] = [];
    for (const piece of this.#pieces) {
      const last = joined.at(-1);
      const value = last !== undefined && last.to === piece.from ? join(last, piece) : undefined;
      if (last === undefined || value === undefined) joined.push(piece);
      else joined[joined.length - 1] = { from: last.from, to: piece.to, value };
    }
    this.#pieces = joined;
  }

  /** Position of the first piece that ends after the instant. */
  #firstBehind(instantMs: number): number {
    let low = 0;
    let high = this.#pieces.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#pieces[middle] as Piece<V>).to > instantMs) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

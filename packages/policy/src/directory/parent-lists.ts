/** The direct containers of every entity of a type: lists of numbers in one pool. */
export class ParentLists {
  #offsets = new Uint32Array(ROWS_AT_FIRST);
  #counts = new Uint32Array(ROWS_AT_FIRST);
  #pool = new Int32Array(ROWS_AT_FIRST);
  #end = 0;
  /** Positions in the pool that no list uses any more. */
  #lost = 0;
  #rows = 0;
  readonly #changes = new Map<number, Change[]>();

  /** The present containers. */
  of(row: number): Int32Array {
    if (row >= this.#rows) return EMPTY;
    const offset = this.#offsets[row] as number;
    return this.#pool.subarray(offset, offset + (this.#counts[row] as number));
  }

  /** The containers as of a moment, from the observed changes. */
  at(row: number, atS: number): readonly number[] {
    const found = new Set(this.of(row));
    for (const { ref, kind, seenS } of (this.#changes.get(row) ?? []).toReversed()) {
      if (seenS <= atS) break;
      if (kind === 'in') found.delete(ref);
      else found.add(ref);
    }
    return [...found];
  }

  /**
   * Returns whether the membership is new. `since`: the moment of the change; undefined for an
   * initial statement.
   */
  add(row: number, ref: number, since: number | undefined): boolean {
    this.#reach(row);
    const present = this.of(row);
    if (present.includes(ref)) return false;
    this.#write(row, [...present, ref]);
    this.#note(row, { ref, kind: 'in' }, since);
    return true;
  }

  remove(row: number, ref: number, since: number | undefined): void {
    const present = this.of(row);
    if (!present.includes(ref)) return;
    const offset = this.#offsets[row] as number;
    let kept = offset;
    for (const each of present) if (each !== ref) this.#pool[kept++] = each;
    this.#counts[row] = present.length - 1;
    this.#lost += 1;
    this.#note(row, { ref, kind: 'out' }, since);
  }

  #note(row: number, change: Omit<Change, 'seenS'>, seenS: number | undefined): void {
    if (seenS === undefined) return;
    const changes = this.#changes.get(row);
    if (changes === undefined) this.#changes.set(row, [{ ...change, seenS }]);
    else changes.push({ ...change, seenS });
  }

  /** Writes in place if the list still fits, or else at the end of the pool. */
  #write(row: number, list: readonly number[]): void {
    const count = this.#counts[row] as number;
    const isLast = (this.#offsets[row] as number) + count === this.#end && count > 0;
    if (isLast) this.#end -= count;
    else this.#lost += count;
    this.#counts[row] = 0;
    if (this.#end + list.length > this.#pool.length) this.#makeRoom(list.length);
    this.#pool.set(list, this.#end);
    this.#offsets[row] = this.#end;
    this.#counts[row] = list.length;
    this.#end += list.length;
  }

  /** Compacts the lists if much space is lost, or else allocates more memory. */
  #makeRoom(more: number): void {
    const used = this.#end - this.#lost;
    const length = Math.max(Math.ceil((used + more) * 1.25), this.#pool.length);
    const pool = new Int32Array(length);
    let end = 0;
    for (let row = 0; row < this.#rows; row++) {
      const list = this.of(row);
      pool.set(list, end);
      this.#offsets[row] = end;
      end += list.length;
    }
    this.#pool = pool;
    this.#end = end;
    this.#lost = 0;
  }

  #reach(row: number): void {
    this.#rows = Math.max(this.#rows, row + 1);
    if (row < this.#offsets.length) return;
    const length = Math.max(row + 1, Math.ceil(this.#offsets.length * 1.5));
    const offsets = new Uint32Array(length);
    const counts = new Uint32Array(length);
    offsets.set(this.#offsets);
    counts.set(this.#counts);
    this.#offsets = offsets;
    this.#counts = counts;
  }
}

type Change = { readonly ref: number; readonly kind: 'in' | 'out'; readonly seenS: number };

const ROWS_AT_FIRST = 64;
const EMPTY = new Int32Array(0);

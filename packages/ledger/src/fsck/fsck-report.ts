import { plural } from '@countersign/core';
/** One problem that fsck found. */
export type Problem = {
  /** Relative to the data folder. */
  readonly path: string;
  /** The first wrong byte, as precisely as known; 0 for a whole file. */
  readonly at: number;
  /** Completes "PATH, byte AT: …". */
  readonly what: string;
};

export type FsckReport = {
  readonly ok: boolean;
  readonly size: number;
  readonly problems: readonly Problem[];
};

/**
 * Problems that are listed one by one. A wrecked folder has millions, and the first ones show the
 * cause.
 */
const PROBLEMS_MAX = 1_000;

/** Collects problems; each position once. */
export class Problems {
  readonly #list: Problem[] = [];
  readonly #known = new Set<string>();
  #left = 0;

  add(path: string, at: number, what: string): void {
    const key = `${path}\n${at}\n${what}`;
    if (this.#known.has(key)) return;
    if (this.#list.length >= PROBLEMS_MAX) {
      this.#left += 1;
      return;
    }
    this.#known.add(key);
    this.#list.push({ path, at, what });
  }

  addAll(problems: readonly Problem[]): void {
    for (const { path, at, what } of problems) this.add(path, at, what);
  }

  get count(): number {
    return this.#list.length;
  }

  list(): readonly Problem[] {
    if (this.#left === 0) return this.#list;
    return [...this.#list, { path: '.', at: 0, what: `and ${plural(this.#left, 'more problem')}` }];
  }
}

import type { Kind, Relation } from './model/directory-seed.ts';

/** Entries kept for delta queries, 100 bytes each. Older tokens get 410. */
const CHANGES_KEPT = 1_000_000;

export type ChangeEntry = {
  /** 1 for the first change, without gaps. */
  readonly version: number;
  readonly kind: Kind;
  readonly id: string;
  /** `removed` can be restored, `purged` cannot. */
  readonly what: 'set' | 'removed' | 'purged' | 'linked' | 'unlinked';
  readonly relation?: Relation;
  /** The object that was linked or unlinked. */
  readonly other?: string;
  /** The members that a `set` changed. Undefined for a new object. */
  readonly names?: readonly string[];
};

/** The order of changes, for delta queries. */
export class ChangeLog {
  #entries: ChangeEntry[] = [];
  #version = 0;
  readonly #kept: number;

  constructor(kept: number = CHANGES_KEPT) {
    this.#kept = kept;
  }

  /** The version of the last change; 0 before the first. */
  get version(): number {
    return this.#version;
  }

  add(entry: Omit<ChangeEntry, 'version'>): void {
    this.#version++;
    this.#entries.push({ ...entry, version: this.#version });
    // Removes half at once, so that the array does not move at each change.
    if (this.#entries.length > this.#kept * 2) this.#entries = this.#entries.slice(-this.#kept);
  }

  /** Changes of one kind after a version; undefined if some are no longer kept. */
  since(version: number, kind: Kind): readonly ChangeEntry[] | undefined {
    const first = this.#version - this.#entries.length + 1;
    if (version + 1 < first || version > this.#version) return undefined;
    return this.#entries.slice(version + 1 - first).filter((entry) => entry.kind === kind);
  }
}

import { instantOfMs } from '@countersign/core';
import {
  type ErasureBody,
  type LedgerReader,
  type LocalKeys,
  nodeFiles,
  parseErasure,
  readLocalKeys,
} from '@countersign/ledger/reader';
import { subjectHash } from './name-matcher.ts';

/** An erasure with its entry. */
export type ErasureEntry = ErasureBody & { readonly index: number };

/** Two readers that take no lock. */
export type ErasureSource = {
  readonly store: { indicesOfKind(kind: string): readonly number[] };
  readonly reader: Pick<LedgerReader, 'body'>;
  readonly dir: string;
};

/** The erasures of a ledger, to explain missing bodies. */
export class ErasureIndex {
  readonly #erasures: readonly ErasureEntry[];
  readonly #keys: LocalKeys | undefined;

  private constructor(entries: readonly ErasureEntry[], keys: LocalKeys | undefined) {
    this.#erasures = entries;
    this.#keys = keys;
  }

  /** Without the local keys, as in an auditor's copy, an erasure's subject cannot be identified. */
  static async read({ store, reader, dir }: ErasureSource): Promise<ErasureIndex> {
    const entries: ErasureEntry[] = [];
    for (const index of store.indicesOfKind('erasure')) {
      const body = await reader.body(index);
      const erasure = body.kind === 'present' ? parseErasure(body.bytes) : undefined;
      if (erasure !== undefined) entries.push({ ...erasure, index });
    }
    return new ErasureIndex(
      entries,
      entries.length === 0 ? undefined : readLocalKeys(nodeFiles, dir),
    );
  }

  /** The erasure that removed the body of any of these entries. */
  of(entries: readonly number[]): ErasureEntry | undefined {
    return this.#erasures.findLast(({ ranges }) =>
      entries.some((index) => isWithin(ranges, index)),
    );
  }

  /** Whether an erasure was about a person with any of these names. */
  isSubject(erasure: number, names: readonly string[]): boolean {
    const keys = this.#keys;
    const entry = this.#erasures.find(({ index }) => index === erasure);
    if (entry === undefined || keys === undefined || entry.subjects.length === 0) return false;
    const subjects = new Set(entry.subjects);
    return names.some((name) => subjects.has(subjectHash(keys, name)));
  }
}

/** One line for people: time, operator, reason and entry. */
export function erasureText({ atMs, by, reason, case: caseName, index }: ErasureEntry): string {
  const at = (instantOfMs(atMs) ?? '').slice(0, 19).replace('T', ' ');
  return `erased on ${at} UTC by ${by}: ${reason} (case ${caseName}, entry ${index})`;
}

/** `ranges` are ascending and disjoint. */
function isWithin(ranges: ErasureBody['ranges'], index: number): boolean {
  let low = 0;
  let high = ranges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ranges[middle]?.[1] ?? 0) <= index) low = middle + 1;
    else high = middle;
  }
  const [from] = ranges[low] ?? [Number.POSITIVE_INFINITY];
  return from <= index;
}

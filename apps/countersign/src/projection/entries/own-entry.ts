import {
  assert,
  type EntryKind,
  instantOfMs,
  OWN_TENANT,
  type RecordDraft,
} from '@countersign/core';

const encoder = new TextEncoder();

/** Who did something here, and with what. */
export type Actor = {
  readonly who: string;
  readonly host: string;
  /** Version of Countersign. */
  readonly version: string;
};

/**
 * An import begins. The index of this entry is the `importNumber` in the loci of its records: with
 * no `ended` entry that names it, the import was killed, and what it brought in until then is in.
 */
export type ImportStart = Actor & {
  readonly v: 1;
  readonly phase: 'begun';
  readonly importId: string;
  readonly file: string;
  /** What the person who ran the import says about where the file is from. */
  readonly origin: string | null;
  /** Only of a retry: the import that had quarantined what is read again. */
  readonly quarantinedBy?: number | null;
};

export type ImportEnd = Actor & {
  readonly v: 1;
  /** `interrupted`: stopped between two batches; what was read before is in. */
  readonly phase: 'ended' | 'interrupted';
  readonly importId: string;
  /** Index of the `begun` entry. */
  readonly import: number;
  readonly file: string;
  readonly origin: string | null;
  readonly quarantinedBy?: number | null;
  /** Size and SHA-256 of the whole file as it lay on disk; null when it was not read to its end. */
  readonly size: number | null;
  readonly sha256: string | null;
  readonly read: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  /** What the file says about its own completeness. */
  readonly warnings: readonly string[];
  /** True when a copy of the file is kept under `originals/`. */
  readonly original: boolean;
};

/** One line of coverage: what an interval of a source is worth (design, "coverage"). */
export type ImportedCoverage = {
  readonly tenant: string;
  readonly source: string;
  readonly workload: string | null;
  readonly subject: string | null;
  /** `[from, to)` in the normal form of `normalizeInstant`. */
  readonly from: string;
  readonly to: string;
  readonly state: 'corroborated' | 'collected' | 'late' | 'lost' | 'off' | 'unknown';
  /** Upper bound on uniform loss; null when nothing bounds it. */
  readonly bound: number | null;
  readonly because: string;
};

export type CoverageBody = {
  readonly v: 1;
  readonly importId: string;
  readonly rows: readonly ImportedCoverage[];
};

/**
 * An entry of our own. Its id comes from its bytes, so the same act is never said twice; with an
 * `id`, other bytes are a revision. Whatever is no GUID, the ledger writes as a keyed hash.
 */
export function ownEntryDraft(
  kind: EntryKind,
  atMs: number,
  body: object,
  id?: string,
): RecordDraft {
  const at = instantOfMs(atMs);
  assert(at !== undefined, 'the clock shows a time that exists');
  return {
    kind,
    tenant: OWN_TENANT,
    source: `countersign/${kind}`,
    id,
    at,
    body: encoder.encode(JSON.stringify(body)),
  };
}

/** The body of an entry of our own; undefined for what is no object of JSON. */
export function parseObject(bytes: Uint8Array): object | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

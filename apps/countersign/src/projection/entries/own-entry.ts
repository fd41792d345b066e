import {
  assert,
  type EntryKind,
  instantOfMs,
  OWN_TENANT,
  type RecordDraft,
} from '@countersign/core';

const encoder = new TextEncoder();

/** Who acted here, and with what. */
export type Actor = {
  readonly who: string;
  readonly host: string;
  /** Version of Countersign. */
  readonly version: string;
};

/**
 * The start of an import. Its index is the `importNumber` in the loci of the records. If no `ended`
 * entry names it, the import was killed, and its records until then are in the ledger.
 */
export type ImportStart = Actor & {
  readonly v: 1;
  readonly phase: 'begun';
  readonly importId: string;
  readonly file: string;
  /** The operator's statement about the file's origin. */
  readonly origin: string | null;
  /** Only for a retry: the import that quarantined the input. */
  readonly quarantinedBy?: number | null;
};

export type ImportEnd = Actor & {
  readonly v: 1;
  /** `interrupted`: stopped between two batches. Earlier records are in the ledger. */
  readonly phase: 'ended' | 'interrupted';
  readonly importId: string;
  /** Index of the `begun` entry. */
  readonly import: number;
  readonly file: string;
  readonly origin: string | null;
  readonly quarantinedBy?: number | null;
  /** Size and SHA-256 of the whole file on disk; null if it was not read to its end. */
  readonly size: number | null;
  readonly sha256: string | null;
  readonly read: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly rejected: number;
  /** The file's own statements about its completeness. */
  readonly warnings: readonly string[];
  /** True if a copy of the file is kept under `originals/`. */
  readonly original: boolean;
};

/** One coverage statement about an interval of a source (design, "coverage"). */
export type ImportedCoverage = {
  readonly tenant: string;
  readonly source: string;
  readonly workload: string | null;
  readonly subject: string | null;
  /** `[from, to)` in the normal form of `normalizeInstant`. */
  readonly from: string;
  readonly to: string;
  readonly state: 'corroborated' | 'collected' | 'late' | 'lost' | 'off' | 'unknown';
  /** Upper bound on uniform loss; null without a bound. */
  readonly bound: number | null;
  readonly because: string;
};

export type CoverageBody = {
  readonly v: 1;
  readonly importId: string;
  readonly rows: readonly ImportedCoverage[];
};

/**
 * An entry of our own. Its id derives from its bytes, so the same act is never recorded twice. With
 * an `id`, other bytes are a revision. The ledger stores any id that is not a GUID as a keyed hash.
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

/** The body of an entry of our own; undefined if it is not a JSON object. */
export function parseObject(bytes: Uint8Array): object | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

import { OWN_TENANT, type EntryKind, type RecordDraft, instantOfMs } from '../core/index.ts';

const encoder = new TextEncoder();

/** The acts of Countersign itself, as bodies of entries. `v` is the version of the body's form. */
export type ImportBegun = {
  readonly v: 1;
  readonly phase: 'begun';
  /** Ordinal of the import in this data folder: the `importNumber` of its records' loci. */
  readonly import: number;
  readonly importId: string;
  readonly file: string;
  readonly who: string;
  readonly host: string;
  readonly version: string;
  /** What the person who ran the import says about where the file is from. */
  readonly origin: string | null;
};

export type ImportEnded = {
  readonly v: 1;
  /** `interrupted`: the import was stopped between batches; what was read before is in. */
  readonly phase: 'ended' | 'interrupted';
  readonly import: number;
  readonly importId: string;
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
export type CoverageRow = {
  readonly tenant: string;
  readonly source: string;
  readonly workload: string | null;
  readonly subject: string | null;
  readonly from: string;
  readonly to: string;
  readonly state: 'corroborated' | 'collected' | 'late' | 'lost' | 'off' | 'unknown';
  readonly bound: number | null;
  readonly because: readonly string[];
};

export type CoverageBody = {
  readonly v: 1;
  readonly import: number;
  readonly importId: string;
  readonly rows: readonly CoverageRow[];
};

/** An entry of our own: the id comes from the bytes, so the same act is never said twice. */
export function ownEntry(kind: EntryKind, nowMs: number, body: object): RecordDraft {
  const at = instantOfMs(nowMs);
  if (at === undefined) throw new RangeError(`the clock shows no valid time: ${nowMs}`);
  return {
    kind,
    tenant: OWN_TENANT,
    source: `countersign/${kind}`,
    id: undefined,
    at,
    body: encoder.encode(JSON.stringify(body)),
  };
}

import {
  ENTRY_KINDS,
  type EntryKind,
  isGuid,
  LEAF_BYTES_MAX,
  plural,
  type SourceId,
  type TenantId,
} from '@countersign/core';
import { LedgerError } from '../errors.ts';
import { SOURCE_CHARS_MAX } from '../limits.ts';

/** The envelope of an entry. The tree commits to it, and it outlives an erased body. */
export type Leaf = {
  readonly kind: EntryKind;
  readonly tenant: TenantId;
  readonly source: SourceId;
  /**
   * A GUID in lower case; or 32 hex digits after `~` (keyed hash of another id) or `=` (from the
   * bytes).
   */
  readonly id: string;
  /** Event time in the normal form of `instant.ts` in core. */
  readonly at: string;
  /**
   * When the ledger accepted the entry. It never decreases from one entry to the next, except at an
   * entry of kind {@link RESTARTS_SEEN}.
   */
  readonly seen: string;
  /** Length of the body in bytes. */
  readonly size: number;
  /** `bodyCommitment` of the salt and the body, which are kept in the archive; lower-case hex. */
  readonly commitment: string;
};

/**
 * An entry of this kind declares that `seen` restarts at the time of this machine, because a clock
 * that was ahead stamped the earlier entries. Every reader of the log sees it.
 */
export const RESTARTS_SEEN: EntryKind = 'clock';

/** Visible ASCII without quote and backslash: such text needs no escape in JSON. */
const PLAIN = /^[!#-[\]-~]+$/;
const KINDS: ReadonlySet<string> = new Set(ENTRY_KINDS);
const LEAF = new RegExp(
  '^\\{"v":2,"kind":"([a-z]+)","tenant":"([^"]{1,36})","source":"([^"]{1,200})",' +
    '"id":"([^"]{33,36})","at":"([^"]{20,28})","seen":"([^"]{24})",' +
    '"size":(0|[1-9]\\d{0,9}),"commitment":"([0-9a-f]{64})"\\}$',
);

/** `~` or `=` and 32 hex digits, or a GUID, all in lower case. */
const LEAF_ID = /^(?:[~=][0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/;

/** The part of the line that is equal for all entries of one kind, tenant and source. */
export function leafHead(kind: EntryKind, tenant: TenantId, source: SourceId): string {
  return `{"v":2,"kind":"${kind}","tenant":"${tenant}","source":"${source}","id":"`;
}

export function leafTail(parts: Pick<Leaf, 'id' | 'at' | 'seen' | 'size' | 'commitment'>): string {
  const { id, at, seen, size, commitment } = parts;
  return `${id}","at":"${at}","seen":"${seen}","size":${size},"commitment":"${commitment}"}`;
}

/** The only spelling of a leaf: fixed member order, no spaces, ASCII, no newline. */
export function formatLeaf(leaf: Leaf): string {
  return leafHead(leaf.kind, leaf.tenant, leaf.source) + leafTail(leaf);
}

/**
 * Reads only lines that {@link formatLeaf} can write: two spellings of one envelope would be two
 * leaves.
 * @throws LedgerError MALFORMED_LEAF
 */
export function parseLeaf(bytes: Uint8Array): Leaf {
  if (bytes.length > LEAF_BYTES_MAX) throw malformed(`it has ${plural(bytes.length, 'byte')}`);
  const match = LEAF.exec(latin1(bytes));
  if (match === null) throw malformed('it is not one line in the fixed format');
  const [, kind = '', tenant = '', source = '', id = '', at = '', seen = '', size = ''] = match;
  if (!KINDS.has(kind)) throw malformed('its kind is not known');
  if (!isTenant(tenant)) throw malformed('its tenant is neither "-" nor a GUID in lower case');
  if (!PLAIN.test(source)) throw malformed('its source holds a character that is not allowed');
  if (!LEAF_ID.test(id)) throw malformed('its id is neither a GUID nor a keyed hash');
  if (!isEventTime(at)) throw malformed('its event time is not in the normal form');
  if (!isSeen(seen)) throw malformed('its time of arrival is not in the normal form');
  return {
    kind: kind as EntryKind,
    tenant: tenant as TenantId,
    source,
    id,
    at,
    seen,
    size: Number(size),
    commitment: match[8] ?? '',
  };
}

/**
 * Checks the parts of a draft that are written into the leaf as text.
 * @throws LedgerError INVALID_DRAFT
 */
export function checkLeafHead(kind: string, tenant: string, source: string): void {
  if (!KINDS.has(kind)) throw invalid(`its kind "${kind}" is not known`);
  if (!isTenant(tenant)) throw invalid('its tenant is neither "-" nor a GUID in lower case');
  if (source.length > SOURCE_CHARS_MAX || !PLAIN.test(source)) {
    throw invalid('its source is not a name of visible ASCII characters');
  }
}

/** @throws LedgerError INVALID_DRAFT unless `at` is a normal form. */
export function checkEventTime(at: string): void {
  if (!isEventTime(at)) throw invalid(`its event time "${at.slice(0, 40)}" is not a normal form`);
}

export function seenText(ms: number): string {
  return new Date(ms).toISOString();
}

function isTenant(text: string): boolean {
  return text === '-' || (isGuid(text) && text === text.toLowerCase());
}

const MONTH_DAYS: readonly number[] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const SECONDS_END = 19;

/**
 * Returns true if `[from, to)` is in the normal form of `instant.ts`, `YYYY-MM-DDTHH:MM:SS[.f]Z`
 * with up to seven decimals and without trailing zeros. Checked character by character, because it
 * runs for every record.
 */
export function isEventTime(text: string, from: number = 0, to: number = text.length): boolean {
  const length = to - from;
  if (length < 20 || length > 28 || text.charCodeAt(to - 1) !== 0x5a) return false;
  const isDivided =
    text.charCodeAt(from + 4) === 0x2d &&
    text.charCodeAt(from + 7) === 0x2d &&
    text.charCodeAt(from + 10) === 0x54 &&
    text.charCodeAt(from + 13) === 0x3a &&
    text.charCodeAt(from + 16) === 0x3a;
  return (
    isDivided &&
    isDate(text, from) &&
    twoDigits(text, from + 11) < 24 &&
    twoDigits(text, from + 14) < 60 &&
    twoDigits(text, from + 17) < 60 &&
    (length === SECONDS_END + 1 || isFraction(text, from + SECONDS_END, to - 1))
  );
}

function isFraction(text: string, from: number, to: number): boolean {
  if (text.charCodeAt(from) !== 0x2e) return false;
  for (let i = from + 1; i < to; i++) {
    if (!isDigit(text.charCodeAt(i))) return false;
  }
  return to > from + 1 && text.charCodeAt(to - 1) !== 0x30;
}

function isDate(text: string, from: number): boolean {
  const year = twoDigits(text, from) * 100 + twoDigits(text, from + 2);
  const month = twoDigits(text, from + 5);
  const day = twoDigits(text, from + 8);
  const isLeap = month === 2 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = (MONTH_DAYS[month - 1] ?? 0) + (isLeap ? 1 : 0);
  return year < NOT_A_NUMBER && day >= 1 && day <= days;
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** Larger than every bound that it is compared with. */
const NOT_A_NUMBER = 1_000_000;

function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at);
  const ones = text.charCodeAt(at + 1);
  return isDigit(tens) && isDigit(ones) ? tens * 10 + ones - 0x30 * 11 : NOT_A_NUMBER;
}

/** RFC 3339 with three decimals, which {@link seenText} writes. */
export function isSeen(text: string): boolean {
  if (text.length !== SEEN_CHARS || text.charCodeAt(SECONDS_END) !== 0x2e) return false;
  for (let i = SECONDS_END + 1; i < SEEN_CHARS - 1; i++) {
    if (!isDigit(text.charCodeAt(i))) return false;
  }
  return isEventTime(`${text.slice(0, SECONDS_END)}Z`) && text.charCodeAt(SEEN_CHARS - 1) === 0x5a;
}

const SEEN_CHARS = 24;

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1');
}

function malformed(what: string): LedgerError {
  return new LedgerError('MALFORMED_LEAF', `could not read a leaf: ${what}`);
}

function invalid(what: string): LedgerError {
  return new LedgerError('INVALID_DRAFT', `could not append a record: ${what}`);
}

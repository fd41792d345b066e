import { isGuid, normalizeInstant, type SourceId } from '@countersign/core';
import type { Buckets, ObservedDelays } from './delay-sketch.ts';
import {
  CHECK_ID_CHARACTERS_MAX,
  CHECK_IDS_MAX,
  OBSERVATION_NAME_CHARACTERS_MAX,
  OBSERVATION_TEXT_CHARACTERS_MAX,
  SKETCH_BUCKETS_MAX,
} from './limits.ts';

export const COLLECTORS = [
  'activity-api',
  'graph',
  'azure-monitor',
  'canary',
  'cross-check',
] as const;
export type Collector = (typeof COLLECTORS)[number];

export const OBSERVATION_OUTCOMES = ['complete', 'partial', 'failed', 'off'] as const;
/**
 * - `complete`  everything listed for the window was fetched. With the code `read-again`,
 *   quarantined content could be read later, without a new request to the source
 * - `partial`   some listed content was not fetched: `code` and `because` say what
 * - `failed`    the window could not be listed
 * - `off`       the source reports that it is switched off for this tenant
 */
export type ObservationOutcome = (typeof OBSERVATION_OUTCOMES)[number];

/** Canaries that this window should contain: how many were sent, and how many returned. */
export type ObservedCanaries = { readonly sent: number; readonly seen: number };

/** The result of a record-by-record comparison of two independent sources over the window. */
export type ObservedCheck = {
  /** The source that `source` was compared with. */
  readonly against: SourceId;
  /** Records that both have, and records that only one has. */
  readonly both: number;
  readonly onlySource: number;
  readonly onlyAgainst: number;
  /** The share of records that was compared; 1 is all. */
  readonly share: number;
  /** A sample of ids that only one source has: the action ids of the ledger. */
  readonly ids: readonly string[];
};

/**
 * The result of one poll of one source: the body of an entry of kind `coverage`, `v` 2. Coverage
 * states are derived only from these. (`v` 1 is the statement of an import.)
 */
export type Observation = {
  readonly v: 2;
  readonly collector: Collector;
  /** GUID in lower case. */
  readonly tenant: string;
  readonly source: SourceId;
  /** Null: every workload of the source. */
  readonly workload: string | null;
  /** A mailbox or an app; null: all. */
  readonly subject: string | null;
  /** The requested window, `[from, to)`, in the normal form of `instant.ts` in core. */
  readonly from: string;
  readonly to: string;
  /** The time that the window filters by: availability or event time. */
  readonly axis: 'availability' | 'event';
  readonly outcome: ObservationOutcome;
  /** Pieces of content that the source listed, and those fetched completely. */
  readonly listed: number;
  readonly fetched: number;
  /** Records read, records already in the ledger, and unreadable records. */
  readonly records: number;
  readonly duplicates: number;
  readonly quarantined: number;
  readonly because: string | null;
  /** The vendor's error code (`AF20023`, `AF429`) or our own (`loop`, `gone`). */
  readonly code: string | null;
  readonly delays: ObservedDelays | null;
  readonly canaries: ObservedCanaries | null;
  /**
   * Only of the collector `cross-check`. Without it, the observation is the request for the
   * comparison.
   */
  readonly check?: ObservedCheck;
  /** The time of the observation. */
  readonly at: string;
};

/**
 * Parses a JSON body strictly: undefined unless it has exactly the required members in the required
 * form. Accepts forms of older versions, never of newer ones.
 */
export function parseObservation(value: unknown): Observation | undefined {
  if (!isObject(value)) return undefined;
  const { check, ...rest } = value;
  if (!hasForm(rest, FORM)) return undefined;
  const isCheck = rest['collector'] === 'cross-check' && isObject(check) && hasForm(check, CHECK);
  if (check !== undefined && !isCheck) return undefined;
  const seen = value as Observation;
  if (Date.parse(seen.from) >= Date.parse(seen.to)) return undefined;
  if (seen.canaries !== null && seen.canaries.seen > seen.canaries.sent) return undefined;
  return seen;
}

type Json = { readonly [member: string]: unknown };
type Form = { readonly [member: string]: (value: unknown) => boolean };

const SOURCE = /^[a-z0-9.-]{1,40}\/[A-Za-z0-9._-]{1,80}$/;

const DELAYS: Form = { n: isCount, p50Ms: isMs, p99Ms: isMs, maxMs: isMs };
const CANARIES: Form = { sent: isCount, seen: isCount };

const CHECK: Form = {
  against: isSource,
  both: isCount,
  onlySource: isCount,
  onlyAgainst: isCount,
  share: (value) => Number.isFinite(value) && (value as number) > 0 && (value as number) <= 1,
  ids: (value) => Array.isArray(value) && value.length <= CHECK_IDS_MAX && value.every(isId),
};

const FORM: Form = {
  v: (value) => value === 2,
  collector: (value) => COLLECTORS.some((each) => each === value),
  tenant: (value) => typeof value === 'string' && isGuid(value) && value === value.toLowerCase(),
  source: isSource,
  workload: orNull(textOf(OBSERVATION_NAME_CHARACTERS_MAX)),
  subject: orNull(textOf(OBSERVATION_NAME_CHARACTERS_MAX)),
  from: isInstant,
  to: isInstant,
  axis: (value) => value === 'availability' || value === 'event',
  outcome: (value) => OBSERVATION_OUTCOMES.some((each) => each === value),
  listed: isCount,
  fetched: isCount,
  records: isCount,
  duplicates: isCount,
  quarantined: isCount,
  because: orNull(textOf(OBSERVATION_TEXT_CHARACTERS_MAX)),
  code: orNull(textOf(OBSERVATION_NAME_CHARACTERS_MAX)),
  delays: orNull(isDelays),
  canaries: orNull((value) => isObject(value) && hasForm(value, CANARIES)),
  at: isInstant,
};

function isDelays(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { buckets, ...rest } = value;
  if (!hasForm(rest, DELAYS)) return false;
  return buckets === undefined || (isBuckets(buckets) && countOf(buckets) === rest['n']);
}

function isBuckets(value: unknown): value is Buckets {
  if (!Array.isArray(value) || value.length > SKETCH_BUCKETS_MAX) return false;
  let last = -1;
  return value.every((pair: unknown) => {
    if (!Array.isArray(pair) || pair.length !== 2) return false;
    const [bucket, count] = pair as readonly unknown[];
    if (!isCount(bucket) || !isCount(count) || count === 0) return false;
    const isNext = (bucket as number) > last && (bucket as number) < SKETCH_BUCKETS_MAX;
    last = bucket as number;
    return isNext;
  });
}

function countOf(buckets: Buckets): number {
  return buckets.reduce((sum, [, count]) => sum + count, 0);
}

function hasForm(value: Json, form: Form): boolean {
  const isKnown = Object.keys(value).every((member) => Object.hasOwn(form, member));
  return isKnown && Object.entries(form).every(([member, holds]) => holds(value[member]));
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSource(value: unknown): boolean {
  return typeof value === 'string' && SOURCE.test(value);
}

function isId(value: unknown): boolean {
  return typeof value === 'string' && value.length > 0 && value.length <= CHECK_ID_CHARACTERS_MAX;
}

function isInstant(value: unknown): boolean {
  return typeof value === 'string' && normalizeInstant(value) === value;
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** If the vendor's clock is ahead, a delay is negative. */
function isMs(value: unknown): boolean {
  return Number.isFinite(value);
}

function textOf(charactersMax: number): (value: unknown) => boolean {
  return (value) => typeof value === 'string' && value.length <= charactersMax;
}

function orNull(holds: (value: unknown) => boolean): (value: unknown) => boolean {
  return (value) => value === null || holds(value);
}

import { OWN_TENANT } from '@countersign/core';
import { FEED_SEVERITIES, type FeedCommon } from '../../config/feeds/feed-common.ts';
import type { FeedKind } from '../../config/feeds/feed-kind.ts';
import type { FeedEntry } from '../feed-record.ts';
import type { Delivery } from './sink.ts';

/** Removes the names of people from a record. It must not change `id` and `index`. */
export type Redact = (record: Delivery) => Delivery;

/** Redacts a record once for all feeds that read about the same part of the ledger. */
export function redactOnce(redact: Redact): Redact {
  const redacted = new WeakMap<Delivery, Delivery>();
  return (record) => {
    let known = redacted.get(record);
    if (known === undefined) {
      known = redact(record);
      redacted.set(record, known);
    }
    return known;
  };
}

/** What one receiver gets of each entry. */
export class RecordSelection {
  /** The kinds of entries to read. Erasures are always among them. */
  readonly kinds: ReadonlySet<FeedKind>;
  readonly #stated: ReadonlySet<FeedKind>;
  readonly #classes: ReadonlySet<unknown> | undefined;
  readonly #tenants: ReadonlySet<string> | undefined;
  readonly #severityMin: number;
  readonly #redact: Redact;

  constructor(
    { kinds, classes, tenants, severity }: Omit<FeedCommon, 'name' | 'start' | 'allow' | 'people'>,
    redact: Redact,
  ) {
    this.#stated = new Set(kinds);
    this.kinds = new Set([...kinds, 'erasure']);
    this.#classes = classes === undefined ? undefined : new Set(classes);
    this.#tenants = tenants === undefined ? undefined : new Set(tenants);
    this.#severityMin = severity === undefined ? 0 : FEED_SEVERITIES.indexOf(severity) + 1;
    this.#redact = redact;
  }

  /** The record as the receiver gets it; undefined if it does not get it. */
  select(record: Delivery): Delivery | undefined {
    // The class, severity and tenant of these two are not known. A receiver ignores an unknown id.
    if (!('body' in record)) return record;
    if (this.#tenants !== undefined && record.tenant !== OWN_TENANT) {
      if (!this.#tenants.has(record.tenant)) return undefined;
    }
    if (record.kind === 'erasure' && !this.#stated.has('erasure')) return erasureOf(record);
    if (!this.#fits(record)) return undefined;
    return this.#redact(record);
  }

  /** Only events and findings have an OCSF class and severity. */
  #fits({ kind, body }: FeedEntry): boolean {
    if (kind !== 'event' && kind !== 'finding') return true;
    const { class_uid: classUid, severity_id: severity } = body as OcsfMembers;
    if (this.#classes?.has(classUid) === false) return false;
    // 99 is "other" in OCSF, and 0 or no value is unknown: neither is known to be less severe.
    const isKnown = typeof severity === 'number' && severity > 0 && severity < 99;
    return !isKnown || severity >= this.#severityMin;
  }
}

type OcsfMembers = { readonly class_uid?: unknown; readonly severity_id?: unknown };

/**
 * An erasure for a receiver that did not ask for such entries: which bodies to erase, and nothing
 * about the person and the case.
 */
function erasureOf(record: FeedEntry): FeedEntry {
  const { ranges, entries } = record.body as { ranges?: unknown; entries?: unknown };
  return { ...record, body: { v: 1, entries, ranges } };
}

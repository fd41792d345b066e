import { namesOf } from '../coverage/erasure-reasons.ts';
import type { Principal } from '../identity/principal.ts';
import type { EventRow } from '../rows/event-row.ts';
import { THROTTLED_MS } from '../rows/mail-access.ts';
import type { Scope } from './current-rows.ts';
import type { RowFilter } from './row-filter.ts';

/** Throttling records whose 24 hours may overlap the period. */
export function throttledFilter(tenants: readonly string[], { fromMs, toMs }: Scope): RowFilter {
  const since = fromMs === undefined ? undefined : fromMs - THROTTLED_MS + 1;
  return { tenants, fromMs: since, toMs, throttled: 'only' };
}

/**
 * Throttling records of other people for mailboxes that this person owns or used. The vendor
 * throttles mailboxes, not readers.
 */
export function throttledOf(
  rows: readonly EventRow[],
  own: readonly EventRow[],
  principal: Principal,
): EventRow[] {
  const seen = new Set(own.map(({ index }) => index));
  const names = namesOf(principal).map((name) => name.toLowerCase());
  const mailboxes = new Set<string | null>([...names, ...own.map(({ event }) => event.mailbox)]);
  mailboxes.delete(null);
  return rows.filter(({ index, event }) => !seen.has(index) && mailboxes.has(event.mailbox));
}

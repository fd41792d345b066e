import { namesOf } from './erased.ts';
import type { RowFilter } from './filter.ts';
import type { Scope } from './live.ts';
import type { Principal } from './principal.ts';
import type { EventRow } from './row.ts';
import { THROTTLED_MS } from './volume.ts';

/** Records after which a mailbox was not recorded for a day, which may reach into the period. */
export function throttledFilter(tenants: readonly string[], { fromMs, toMs }: Scope): RowFilter {
  const since = fromMs === undefined ? undefined : fromMs - THROTTLED_MS + 1;
  return { tenants, fromMs: since, toMs, throttled: 'only' };
}

/**
 * Those of others that concern a mailbox that this person has or acted on: the vendor throttles
 * mailboxes, not readers.
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

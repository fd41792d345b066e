import type { EventRow } from './event-row.ts';

/** After throttling, the vendor records no reading of the mailbox for this long. */
export const THROTTLED_MS = 86_400_000;

/**
 * Whether a record reports reading mail item by item. A record without the access type counts as
 * that.
 */
export function isItemRead({ event }: EventRow): boolean {
  const type = event.accessType?.toLowerCase();
  return type === 'bind' || (type !== 'sync' && event.operation === 'MailItemsAccessed');
}

import type { EventRow } from './event-row.ts';

/** How long the vendor then records no reading of that mailbox. */
export const THROTTLED_MS = 86_400_000;

/** Whether a record reads mail item by item; one that does not say how is taken to do so. */
export function isItemRead({ event }: EventRow): boolean {
  const type = event.accessType?.toLowerCase();
  return type === 'bind' || (type !== 'sync' && event.operation === 'MailItemsAccessed');
}

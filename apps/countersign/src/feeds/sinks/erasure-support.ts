import type { FeedConfig } from '../../config/feeds/feeds-schema.ts';

/**
 * Whether a receiver can act on the message that names what to erase.
 *
 * - `informed`     it gets the message in order, with the ids, and has to act on it
 * - `unsupported`  it keeps what it got: an operator has to erase it there
 */
export type ErasureSupport = 'informed' | 'unsupported';

/** Kinds of receivers that can find a record by its id and remove it. */
const INFORMED: ReadonlySet<string> = new Set<FeedConfig['kind']>(['webhook', 'kafka']);

export function erasureSupportOf(kind: string): ErasureSupport {
  return INFORMED.has(kind) ? 'informed' : 'unsupported';
}

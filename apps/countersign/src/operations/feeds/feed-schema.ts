import { z } from 'zod';
import { type ErasureSupport, erasureSupportOf } from '../../feeds/sinks/erasure-support.ts';
import type { FeedRow, RefusedRow } from '../../feeds/state/feed-row.ts';

/** A feed as operators see it. Times are in milliseconds since 1970, indices are of entries. */
export type FeedItem = {
  readonly name: string;
  readonly kind: string;
  readonly state: 'running' | 'failing' | 'paused' | 'stopped';
  readonly because: string | null;
  /** What a delivery proves. Null: its receiver was never opened. */
  readonly proof: FeedRow['proof'];
  /** The last entry with that proof; null: none. */
  readonly deliveredUpTo: number | null;
  /** The last entry that was sent. */
  readonly sentUpTo: number | null;
  /** Entries of the ledger that were not sent. */
  readonly lag: number;
  readonly records: number;
  readonly deliveredMs: number | null;
  readonly failures: number;
  readonly failingSinceMs: number | null;
  readonly retryMs: number | null;
  readonly lastError: string | null;
  readonly erasure: ErasureSupport;
  readonly refusedCount: number;
  /** The first of them. */
  readonly refused: readonly RefusedRow[];
};

/** More are not reviewed one by one. */
const REFUSED_SHOWN_MAX = 100;

export const feedItemSchema: z.ZodType<FeedItem> = z.strictObject({
  name: z.string(),
  kind: z.string(),
  state: z.enum(['running', 'failing', 'paused', 'stopped']),
  because: z.string().nullable(),
  proof: z.enum(['sent', 'accepted', 'indexed']).nullable(),
  deliveredUpTo: z.int().nullable(),
  sentUpTo: z.int().nullable(),
  lag: z.int(),
  records: z.int(),
  deliveredMs: z.int().nullable(),
  failures: z.int(),
  failingSinceMs: z.int().nullable(),
  retryMs: z.int().nullable(),
  lastError: z.string().nullable(),
  erasure: z.enum(['informed', 'unsupported']),
  refusedCount: z.int(),
  refused: z.array(z.strictObject({ index: z.int(), because: z.string(), atMs: z.int() })),
});

export function feedItemOf(
  row: FeedRow,
  { size, refused }: { readonly size: number; readonly refused: readonly RefusedRow[] },
): FeedItem {
  const { name, kind, status, because, proof, next, sentNext, records, failures } = row;
  const { deliveredMs, failingSinceMs, retryMs, lastError } = row;
  return {
    name,
    kind,
    state: status === 'running' && failures > 0 ? 'failing' : status,
    because,
    proof,
    deliveredUpTo: next === 0 ? null : next - 1,
    sentUpTo: sentNext === 0 ? null : sentNext - 1,
    lag: Math.max(0, size - sentNext),
    ...{ records, deliveredMs, failures, failingSinceMs, retryMs, lastError },
    erasure: erasureSupportOf(kind),
    refusedCount: row.refused,
    refused: refused.slice(0, REFUSED_SHOWN_MAX),
  };
}

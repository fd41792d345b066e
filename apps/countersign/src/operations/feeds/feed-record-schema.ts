import { z } from 'zod';
import { FEED_KINDS } from '../../config/feeds/feed-kind.ts';
import type { FeedRecord } from '../../feeds/feed-record.ts';
import { timeSchema } from '../definition/output-schemas.ts';

const index = z.int().min(0);
const id = z.string().regex(/#\d+$/);
const kind = z.enum(FEED_KINDS);

export const feedRecordSchema: z.ZodType<FeedRecord> = z.union([
  z.strictObject({
    ...{ index, kind, id, at: timeSchema, seen: timeSchema, tenant: z.string() },
    body: z.record(z.string(), z.unknown()),
  }),
  z.strictObject({ index, kind: z.literal('erased'), id, of: kind }),
  z.strictObject({ index, kind: z.literal('unreadable'), id, of: kind, because: z.string() }),
  z.strictObject({ index, kind: z.literal('mark'), at: timeSchema }),
]);

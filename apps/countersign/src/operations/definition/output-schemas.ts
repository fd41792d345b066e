import type { Watermark } from '@countersign/core';
import { z } from 'zod';

/** How far of the ledger an answer has read. */
export const WATERMARK: z.ZodType<Watermark> = z.strictObject({
  origin: z.string(),
  size: z.int(),
  at: z.string().nullable(),
});

/** How many there are of each cause. */
export const COUNTS: z.ZodType<Readonly<Record<string, number>>> = z.record(z.string(), z.int());

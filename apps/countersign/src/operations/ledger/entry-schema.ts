import type { Leaf } from '@countersign/ledger';
import { z } from 'zod';
import { timeSchema } from '../definition/output-schemas.ts';

export const leafSchema: z.ZodType = z.strictObject({
  kind: z.string().min(1),
  tenant: z.string(),
  source: z.string().min(1),
  id: z.string().min(1),
  at: timeSchema,
  seen: timeSchema,
  size: z.int().min(0),
  commitment: z.hex().length(64),
} satisfies Record<keyof Leaf, z.ZodType>);

export const checkpointSchema: z.ZodType = z.strictObject({
  origin: z.string().min(1),
  size: z.int().min(1),
  root: z.base64(),
});

export const entrySchema: z.ZodType = z.strictObject({
  index: z.int().min(0),
  leaf: leafSchema,
  body: z.string().nullable(),
  bodyBase64: z.base64().optional(),
  bodyState: z.enum(['as committed', 'not as committed', 'erased']),
  erased: z
    .strictObject({
      entry: z.int().min(0),
      at: timeSchema,
      by: z.string(),
      reason: z.string(),
      case: z.string(),
    })
    .nullable(),
  locus: z
    .strictObject({
      importNumber: z.int(),
      row: z.int(),
      offset: z.int(),
      length: z.int(),
    })
    .nullable(),
  event: z.looseObject({ class_uid: z.int(), type_uid: z.int(), time: z.number() }).nullable(),
  proof: z.strictObject({
    origin: z.string(),
    size: z.int().min(1),
    root: z.base64(),
    hashes: z.array(z.base64()),
    checkpoint: z.string(),
    verified: z.boolean(),
  }),
});

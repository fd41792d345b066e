import { z } from 'zod';
import type { Pass, SuiteSessionStatus } from '../../enforcement/passes/pass.ts';
import { entriesSchema, observationSchema, reasonSchema } from '../definition/output-schemas.ts';

export const suiteStatusSchema: z.ZodType<SuiteSessionStatus> = z.strictObject({
  kind: z.literal('unknown'),
  untilMs: z.int(),
  because: z.array(reasonSchema).min(1),
  wouldDecide: z.array(observationSchema),
});

const entity = z.strictObject({ type: z.string(), id: z.string() });

export const passSchema: z.ZodType<Omit<Pass, 'tenant'>> = z.strictObject({
  id: z.string().min(1),
  tenant: z.string().min(1),
  decision: z.string(),
  enforcementPoint: z.string(),
  principal: entity,
  action: z.string(),
  resource: entity,
  constraints: z.strictObject({
    address: z.string().nullable(),
    device: z.string().nullable(),
    app: z.string().nullable(),
  }),
  openedMs: z.int(),
  expiresMs: z.int(),
  state: z.enum(['open', 'ended', 'lapsed']),
  closedMs: z.int().nullable(),
  by: z.string().nullable(),
  reason: z.string().nullable(),
  suite: suiteStatusSchema.nullable(),
  entries: entriesSchema,
});

import { OCSF_VERSION } from '@countersign/ocsf';
import { z } from 'zod';
import { VERDICTS } from '../../store/rows/entry-rows.ts';
import { entriesSchema, timeSchema } from '../definition/output-schemas.ts';

const techniqueSchema = z.strictObject({
  uid: z.string().regex(/^T\d{4}(?:\.\d{3})?$/),
  name: z.string().optional(),
});

const texts = z.array(z.string());

/** An OCSF Detection Finding (2004) whose evidence names entries of the ledger. */
export const findingSchema: z.ZodType = z.strictObject({
  activity_id: z.int(),
  activity_name: z.enum(['Create', 'Update']),
  category_name: z.literal('Findings'),
  category_uid: z.literal(2),
  class_name: z.literal('Detection Finding'),
  class_uid: z.literal(2004),
  type_name: z.string(),
  type_uid: z.int(),
  time: z.number(),
  start_time: z.number(),
  end_time: z.number(),
  severity_id: z.int().min(1).max(5),
  severity: z.string(),
  status_id: z.int().min(1).max(4),
  status: z.string(),
  comment: z.string().optional(),
  status_detail: z.string().optional(),
  confidence_score: z.int().min(0).max(100).optional(),
  confidence_id: z.int().optional(),
  confidence: z.string().optional(),
  message: z.string().min(1),
  is_alert: z.boolean(),
  metadata: z.strictObject({
    version: z.literal(OCSF_VERSION),
    product: z.strictObject({ name: z.string(), vendor_name: z.string(), version: z.string() }),
    tenant_uid: z.string(),
    uid: z.string().min(1),
    correlation_uid: z.string().optional(),
    loggers: z.array(z.strictObject({ name: z.string() })),
  }),
  finding_info: z.strictObject({
    uid: z.string().min(1),
    title: z.string().min(1),
    desc: z.string(),
    first_seen_time: z.number(),
    last_seen_time: z.number(),
    analytic: z.strictObject({
      uid: z.string(),
      name: z.string(),
      type_id: z.int(),
      version: z.string(),
    }),
    attacks: z
      .array(
        z.strictObject({ technique: techniqueSchema, sub_technique: techniqueSchema.optional() }),
      )
      .optional(),
  }),
  remediation: z.strictObject({ desc: z.string() }),
  evidences: z
    .array(
      z.strictObject({
        data: z.strictObject({
          entries: entriesSchema,
          principals: texts,
          sessions: texts,
          apps: texts,
          addresses: texts,
        }),
      }),
    )
    .length(1),
});

/** What people did with findings. */
export const workSchema: z.ZodType = z.array(
  z.strictObject({
    kind: z.enum(['status', 'assignment', 'comment']),
    value: z.string().nullable(),
    reason: z.string().nullable(),
    until: timeSchema.nullable(),
    verdict: z.enum(VERDICTS).nullable(),
    by: z.string(),
    at: timeSchema.nullable(),
    entries: entriesSchema,
  }),
);

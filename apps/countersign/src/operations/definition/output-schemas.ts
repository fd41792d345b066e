import type { Answer, EvidenceRef, Observation, Reason, Watermark } from '@countersign/core';
import { z } from 'zod';

export const watermarkSchema: z.ZodType<Watermark> = z.strictObject({
  origin: z.string(),
  size: z.int().min(0),
  at: z.string().nullable(),
});

export const reasonSchema: z.ZodType<Reason> = z.strictObject({
  code: z.string().min(1),
  text: z.string().min(1),
});

export const observationSchema: z.ZodType<Observation> = z.strictObject({
  what: z.string().min(1),
});

export const evidenceRefSchema: z.ZodType<EvidenceRef> = z.strictObject({
  origin: z.string(),
  index: z.int().min(0),
});

export const answerSchema: z.ZodType<Answer> = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('yes'),
    asOf: watermarkSchema,
    evidence: z.array(evidenceRefSchema),
  }),
  z.strictObject({
    kind: z.literal('no'),
    asOf: watermarkSchema,
    because: z.array(reasonSchema).min(1),
    evidence: z.array(evidenceRefSchema),
  }),
  z.strictObject({
    kind: z.literal('unknown'),
    asOf: watermarkSchema,
    because: z.array(reasonSchema).min(1),
    wouldDecide: z.array(observationSchema),
  }),
]);

/** Indices of entries of the ledger. */
export const entriesSchema: z.ZodType<readonly number[]> = z.array(z.int().min(0));

/** A time in the normal form: UTC. */
export const timeSchema: z.ZodType<string> = z.string().regex(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);

/** Counts by cause. */
export const countsSchema: z.ZodType<Readonly<Record<string, number>>> = z.record(
  z.string(),
  z.int().min(0),
);

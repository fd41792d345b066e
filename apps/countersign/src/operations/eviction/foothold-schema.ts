import { z } from 'zod';
import {
  entriesSchema,
  observationSchema,
  reasonSchema,
  timeSchema,
  watermarkSchema,
} from '../definition/output-schemas.ts';

const openingSchema = z.strictObject({
  entries: entriesSchema,
  at: timeSchema,
  tenant: z.string(),
  what: z.string().min(1),
  why: z.string(),
  party: z.string().nullable(),
  state: z.enum(['open', 'closed', 'unsure']),
  closed: z
    .strictObject({
      entry: z.int().min(0),
      at: timeSchema,
      by: z.string().nullable(),
      leaves: z.array(reasonSchema),
    })
    .nullable(),
  unsure: z.strictObject({ entry: z.int().min(0), at: timeSchema, because: z.string() }).optional(),
});

const footholdMembers = {
  foothold: z.string().min(1),
  number: z.int().min(1),
  name: z.string().min(1),
  answer: z.enum(['open', 'unknown']),
  asOf: watermarkSchema,
  because: z.array(reasonSchema).min(1),
  wouldDecide: z.array(observationSchema),
  openings: z.array(openingSchema),
  openingCount: z.int().min(0),
  without: z.array(
    z.strictObject({
      finding: z.string(),
      title: z.string(),
      answer: z.enum(['open', 'unknown']),
      openingCount: z.int().min(0),
    }),
  ),
  vendor: z
    .strictObject({
      answer: z.literal('unknown'),
      questions: z.array(
        z.strictObject({
          id: z.string(),
          question: z.string(),
          why: z.string(),
          answer: z.enum(['yes', 'no', 'unknown']),
          because: z.string(),
        }),
      ),
    })
    .optional(),
};

const taintSchema = z.strictObject({
  edge: z.string(),
  finding: z.string().optional(),
  confidence: z.number().nullable().optional(),
  from: z.string().optional(),
  operation: z.string().optional(),
  at: timeSchema,
  text: z.string(),
  entries: entriesSchema,
  techniques: z.array(z.string()),
});

/** Facts about all footholds: members of the first item. */
const lineageMembers = {
  parties: z.array(
    z.strictObject({
      party: z.string(),
      kind: z.string(),
      names: z.array(z.string()).min(1),
      since: timeSchema,
      evidence: z.array(taintSchema),
      evidenceCount: z.int().min(1),
    }),
  ),
  addresses: z.array(
    z.strictObject({
      address: z.string(),
      followed: z.boolean(),
      because: z.string(),
      accountsBefore: z.int().nullable(),
    }),
  ),
  doubts: z.array(
    z.strictObject({
      finding: z.string(),
      title: z.string(),
      clears: z.array(z.string()),
    }),
  ),
  doubtsNotTried: z.int().min(0),
};

export const footholdSchema: z.ZodType = z.union([
  z.strictObject({ ...footholdMembers, ...lineageMembers }),
  z.strictObject(footholdMembers),
]);

import { COVERAGE_STATES } from '@countersign/coverage';
import { z } from 'zod';
import {
  answerSchema,
  countsSchema,
  entriesSchema,
  timeSchema,
  watermarkSchema,
} from '../definition/output-schemas.ts';

const text = z.string().nullable();
const time = timeSchema.nullable();

const coverageFact = z.strictObject({
  index: z.int(),
  entries: entriesSchema.optional(),
  tenant: z.string(),
  tenantName: z.string().optional(),
  source: z.string(),
  workload: text,
  subject: text,
  fromMs: z.number().nullable(),
  toMs: z.number().nullable(),
  state: z.enum(COVERAGE_STATES),
  bound: z.number().nullable(),
  because: z.string(),
});

const eventMembers = {
  index: z.int(),
  entries: entriesSchema,
  time: timeSchema,
  operation: text,
  workload: text,
  outcome: z.enum(['success', 'failure', 'other', 'unknown']),
  statusCode: text,
  ip: text,
  country: text,
  app: text,
  device: text,
  userAgent: text,
};

const signIn = z.strictObject({
  ...eventMembers,
  resource: text,
  type: text,
  multiFactor: z.boolean().nullable(),
});

const action = z.strictObject({
  ...eventMembers,
  session: text,
  classUid: z.int(),
  activityId: z.int(),
  object: text,
  target: text,
  mailbox: text,
  folder: text,
  site: text,
  volume: z.strictObject({
    items: z.int(),
    bytes: z.number().nullable(),
    contents: z.enum(['stated', 'unknown']),
    throttled: z.boolean(),
  }),
  authorization: answerSchema,
});

const place = z.strictObject({
  value: z.string(),
  events: z.int().min(1),
  first: timeSchema,
  isNew: z.boolean().nullable(),
});

const usual = z.strictObject({
  days: z.int().min(0),
  because: text,
  volumes: z.array(
    z.strictObject({
      kind: z.enum(['mail', 'files']),
      day: timeSchema,
      items: z.int(),
      days: z.int().min(0),
      median: z.int().nullable(),
      most: z.int().nullable(),
      answer: z.enum(['yes', 'no', 'unknown']),
      because: text,
    }),
  ),
  networks: z.array(place),
  devices: z.array(place),
});

/** The account of one principal as JSON: an open interval of coverage has null ends. */
export const statementSchema: z.ZodType = z.strictObject({
  principal: z.strictObject({
    tenant: z.string(),
    uid: text,
    kind: text,
    name: text,
    aliases: z.array(
      z.strictObject({
        kind: z.string(),
        value: z.string(),
        firstMs: z.number(),
        lastMs: z.number(),
      }),
    ),
  }),
  period: z.strictObject({ from: time, to: time }),
  purpose: text,
  case: text,
  sessions: z.array(
    z.strictObject({
      session: text,
      authorization: answerSchema,
      from: timeSchema,
      to: timeSchema,
      signIns: z.array(signIn),
      actions: z.array(action),
    }),
  ),
  unaccounted: z.array(action),
  balance: z.strictObject({
    actions: z.int().min(0),
    accounted: z.int().min(0),
    unaccounted: z.int().min(0),
    unknown: z.int().min(0),
  }),
  signIns: z.strictObject({
    succeeded: z.int(),
    failed: z.int(),
    unknown: z.int(),
    failedByCode: countsSchema,
  }),
  events: z.strictObject({ 'mail-delivery': z.int(), detection: z.int() }),
  volumes: z.array(z.string()),
  usual: usual.optional(),
  coverage: z.strictObject({
    answer: answerSchema,
    facts: z.array(coverageFact),
    holes: z.array(coverageFact),
  }),
  erasures: z.array(
    z.strictObject({
      index: z.int(),
      by: z.string(),
      reason: z.string(),
      entries: z.int(),
      at: timeSchema,
      ofThisPerson: z.boolean(),
      from: time,
      to: time,
    }),
  ),
  ledger: z.strictObject({
    origin: z.string(),
    size: z.int(),
    root: z.base64(),
    asOf: watermarkSchema,
  }),
});

import type { Answer, Reason, Watermark } from '@countersign/core';
import { COVERAGE_STATES, type CoverageState } from '@countersign/coverage';
import { z } from 'zod';
import {
  entriesSchema,
  reasonSchema,
  timeSchema,
  watermarkSchema,
} from '../definition/output-schemas.ts';

/** A question whose answer is the evidence: the name of an operation, and its input. */
export type OverviewLink = {
  readonly operation: string;
  readonly input: Readonly<Record<string, string>>;
};

export type OverviewAnswer = {
  readonly answer: Answer['kind'];
  /** Empty for a yes. */
  readonly because: readonly Reason[];
  readonly links: readonly OverviewLink[];
};

/** One number with its history. Null: it cannot be told. */
export type OverviewNumber = {
  readonly value: number | null;
  /** What a share is of; null: the number is no share. */
  readonly part: number | null;
  readonly whole: number | null;
  /** Why the number is null. */
  readonly because: readonly Reason[];
  /** UTC days, ascending. Null: a day without data. */
  readonly days: readonly { readonly day: string; readonly value: number | null }[];
  readonly links: readonly OverviewLink[];
};

export type OverviewNumbers = {
  /** The share of sign-ins that policy decided or checked, 0 to 1. */
  readonly verified: OverviewNumber;
  /** The share of actions with an authorization, 0 to 1. */
  readonly accounted: OverviewNumber;
  /** Actions that nothing explains. */
  readonly residual: OverviewNumber;
  /** The 99th percentile of the age of records on arrival, in milliseconds. */
  readonly feedDelay: OverviewNumber;
};

export const WAITING_KINDS = [
  'first records',
  'incidents unassigned',
  'approvals',
  'suppressions ending',
  'feeds stopped',
  'quarantine',
] as const;

export type OverviewWaiting = {
  readonly what: (typeof WAITING_KINDS)[number];
  readonly count: number;
  /** Since when the first one waits, or when the first one ends. */
  readonly since: string | null;
  readonly links: readonly OverviewLink[];
};

export type OverviewSource = {
  readonly tenant: string;
  readonly source: string;
  /** At the end of the window. */
  readonly state: CoverageState | null;
  readonly since: string | null;
  readonly because: string | null;
  readonly segments: readonly {
    readonly from: string;
    readonly to: string;
    readonly state: CoverageState;
    readonly because: string;
    readonly entries: readonly number[];
  }[];
};

export type OverviewIncident = {
  readonly incident: string;
  readonly title: string;
  readonly severity: number;
  readonly open: number;
  readonly assignee: string | null;
  readonly first: string | null;
  readonly last: string | null;
};

export type Overview = {
  readonly asOf: Watermark;
  /** Whole UTC days; the last may not be over. */
  readonly period: { readonly from: string; readonly to: string };
  /** Is every access accounted for? */
  readonly accounted: OverviewAnswer;
  /** Is nothing wrong? */
  readonly clear: OverviewAnswer;
  /** The open incidents, gravest first. */
  readonly incidents: readonly OverviewIncident[];
  readonly incidentCount: number;
  /** Null: they are being counted for the first time. Ask again. */
  readonly numbers: OverviewNumbers | null;
  readonly waiting: readonly OverviewWaiting[];
  readonly coverage: {
    readonly from: string;
    readonly to: string;
    readonly sources: readonly OverviewSource[];
  };
};

const linksSchema = z.array(
  z.strictObject({ operation: z.string(), input: z.record(z.string(), z.string()) }),
);

const answerSchema = z.strictObject({
  answer: z.enum(['yes', 'no', 'unknown']),
  because: z.array(reasonSchema),
  links: linksSchema,
});

const numberSchema = z.strictObject({
  value: z.number().nullable(),
  part: z.int().nullable(),
  whole: z.int().nullable(),
  because: z.array(reasonSchema),
  days: z.array(z.strictObject({ day: z.string(), value: z.number().nullable() })),
  links: linksSchema,
});

const sourceSchema = z.strictObject({
  tenant: z.string(),
  source: z.string(),
  state: z.enum(COVERAGE_STATES).nullable(),
  since: timeSchema.nullable(),
  because: z.string().nullable(),
  segments: z.array(
    z.strictObject({
      from: timeSchema,
      to: timeSchema,
      state: z.enum(COVERAGE_STATES),
      because: z.string(),
      entries: entriesSchema,
    }),
  ),
});

export const overviewSchema: z.ZodType<Overview> = z.strictObject({
  asOf: watermarkSchema,
  period: z.strictObject({ from: timeSchema, to: timeSchema }),
  accounted: answerSchema,
  clear: answerSchema,
  incidents: z.array(
    z.strictObject({
      incident: z.string(),
      title: z.string(),
      severity: z.int(),
      open: z.int(),
      assignee: z.string().nullable(),
      first: timeSchema.nullable(),
      last: timeSchema.nullable(),
    }),
  ),
  incidentCount: z.int(),
  numbers: z
    .strictObject({
      verified: numberSchema,
      accounted: numberSchema,
      residual: numberSchema,
      feedDelay: numberSchema,
    })
    .nullable(),
  waiting: z.array(
    z.strictObject({
      what: z.enum(WAITING_KINDS),
      count: z.int(),
      since: timeSchema.nullable(),
      links: linksSchema,
    }),
  ),
  coverage: z.strictObject({ from: timeSchema, to: timeSchema, sources: z.array(sourceSchema) }),
});

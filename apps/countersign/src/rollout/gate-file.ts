import { isGuid } from '@countersign/core';
import { parseYaml, type SourceText } from '@countersign/yaml-document';
import { z } from 'zod';

/** The vendor has a few dozen sources. */
const GATE_SOURCES_MAX = 500;
/** Most companies own a handful of tenants; one with many acquisitions owns hundreds. */
const TENANTS_MAX = 1_000;

export const GATE_SEVERITIES = ['low', 'medium', 'high', 'critical'] as const;
export type GateSeverity = (typeof GATE_SEVERITIES)[number];

/** Conditions that must hold before a wave goes on. A missing member is not a condition. */
export type GateRequirements = {
  readonly coverage?:
    | { readonly state: 'collected' | 'corroborated'; readonly sources: readonly string[] }
    | undefined;
  /** Highest upper bound on loss, 0 to 1. */
  readonly loss?: number | undefined;
  /** Highest number of unaccounted actions. */
  readonly residual?: number | undefined;
  /** Highest number of blind rules. */
  readonly blind?: number | undefined;
  readonly findings?: GateSeverity | undefined;
};

export type GateFile = {
  readonly gate: string;
  /** The people and data that move, in words. */
  readonly wave: string;
  readonly tenants: readonly string[];
  readonly windowMs: number;
  readonly behindMs: number;
  readonly require: GateRequirements;
};

/** @throws DocumentError CONFIG_INVALID with every problem of the file */
export function parseGate(given: SourceText): GateFile {
  const { window, behind, ...rest } = parseYaml(given, GATE);
  return { ...rest, windowMs: msOf(window), behindMs: msOf(behind) };
}

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

function msOf(text: string): number {
  return Number(text.slice(0, -1)) * (UNITS[text.slice(-1)] as number);
}

const TEXT = z.string().trim().min(1);
const DURATION = z
  .string()
  .regex(/^[1-9]\d{0,3}[mhd]$/, 'is not a duration: write it as 14d or 12h');
const COUNT = z.int().min(0);
const REQUIRE = z
  .strictObject({
    coverage: z
      .strictObject({
        state: z.enum(['collected', 'corroborated']),
        sources: z.array(TEXT).min(1).max(GATE_SOURCES_MAX),
      })
      .optional(),
    loss: z.number().min(0).max(1).optional(),
    residual: COUNT.optional(),
    blind: COUNT.optional(),
    findings: z.enum(GATE_SEVERITIES).optional(),
  })
  .refine((asked) => Object.values(asked).some((each) => each !== undefined), {
    message: 'has no condition: add one, because a gate without conditions would pass everything',
  });

const GATE = z.strictObject({
  gate: z
    .string()
    .regex(/^[a-z][a-z0-9-]*$/, 'is not a name: write lower-case letters and hyphens'),
  wave: TEXT,
  tenants: z
    .array(TEXT.refine(isGuid, 'is not a tenant id: write the GUID').transform(lower))
    .max(TENANTS_MAX)
    .default([]),
  window: DURATION,
  behind: DURATION.default('12h'),
  require: REQUIRE,
});

function lower(text: string): string {
  return text.toLowerCase();
}

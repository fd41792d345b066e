import { parseYaml, type SourceText } from '@countersign/yaml-document';
import { z } from 'zod';
import type { License } from '../config/config.ts';
import { CONTENT_ITEMS_MAX } from './limits.ts';

/**
 * Whether actions of a person with a license are recorded, and for how many days they are
 * available.
 */
export type RecordingStatus = {
  readonly is: 'yes' | 'partly' | 'no' | 'unknown';
  readonly days?: number | undefined;
};

/** One thing that a tenant records about itself, or does not. */
export type Fact = {
  readonly id: string;
  readonly what: string;
  readonly recorded: Readonly<Record<License, RecordingStatus>>;
  /** Sources that deliver it, best first. Empty if it is not recorded. */
  readonly paths: readonly string[];
  /** Operations, sign-in flows, access types or sources whose events prove the recording. */
  readonly operations?: readonly string[] | undefined;
  readonly signIns?: readonly string[] | undefined;
  readonly access?: readonly string[] | undefined;
  readonly sources?: readonly string[] | undefined;
  /** `documented`: read in the vendor's documentation. `assumed`: common knowledge, not read. */
  readonly basis: 'documented' | 'assumed';
  /** The origin of the fact, in our words. */
  readonly source: string;
  readonly limit?: string | undefined;
  /** The id of the vendor request about it. */
  readonly request?: string | undefined;
};

/** @throws DocumentError CONFIG_INVALID */
export function parseFacts(given: SourceText): readonly Fact[] {
  return parseYaml(given, z.strictObject({ facts: z.array(FACT).max(CONTENT_ITEMS_MAX) })).facts;
}

const ID = z.string().regex(/^[a-z][a-z-]*$/, 'is not an id: write lower-case letters and hyphens');
const TEXT = z.string().trim().min(1);
const RECORDED = z.strictObject({
  is: z.enum(['yes', 'partly', 'no', 'unknown']),
  days: z.number().int().min(1).optional(),
});

const FACT: z.ZodType<Fact> = z.strictObject({
  id: ID,
  what: TEXT,
  recorded: z.strictObject({ E3: RECORDED, E5: RECORDED, F: RECORDED, none: RECORDED }),
  paths: z.array(TEXT),
  operations: z.array(TEXT).optional(),
  signIns: z.array(TEXT).optional(),
  access: z.array(TEXT).optional(),
  sources: z.array(TEXT).optional(),
  basis: z.enum(['documented', 'assumed']),
  source: TEXT,
  limit: TEXT.optional(),
  request: ID.optional(),
});

import { parseYaml, type SourceText } from '@countersign/yaml-document';
import { z } from 'zod';
import type { Licence } from '../config/config.ts';
import { CONTENT_ITEMS_MAX } from './limits.ts';

/** Whether a thing is recorded of somebody with a licence, and for how many days it can be had. */
export type RecordingStatus = {
  readonly is: 'yes' | 'partly' | 'no' | 'unknown';
  readonly days?: number | undefined;
};

/** One thing that a tenant records about itself, or does not. */
export type Fact = {
  readonly id: string;
  readonly what: string;
  readonly recorded: Readonly<Record<Licence, RecordingStatus>>;
  /** Sources by which it can be read, the best one first; none where it is not recorded. */
  readonly paths: readonly string[];
  /** Operations, sign-in flows, access types or sources whose events show that it is recorded. */
  readonly operations?: readonly string[] | undefined;
  readonly signIns?: readonly string[] | undefined;
  readonly access?: readonly string[] | undefined;
  readonly sources?: readonly string[] | undefined;
  /** `documented`: read in what the vendor published. `assumed`: common knowledge, not read. */
  readonly basis: 'documented' | 'assumed';
  /** Where the fact is from, in our words. */
  readonly source: string;
  readonly limit?: string | undefined;
  /** What the vendor is asked for about it. */
  readonly request?: string | undefined;
};

/** @throws ConfigError CONFIG_INVALID */
export function parseFacts(given: SourceText): readonly Fact[] {
  return parseYaml(given, z.strictObject({ facts: z.array(FACT).max(CONTENT_ITEMS_MAX) })).facts;
}

const ID = z.string().regex(/^[a-z][a-z-]*$/, 'is no id: write small letters and hyphens');
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

import { parseYaml, type SourceText } from '@countersign/yaml-document';
import { z } from 'zod';
import { CONTENT_ITEMS_MAX } from './limits.ts';

/** A change that the vendor is asked for: something that could be recorded, and is not. */
export type Request = {
  readonly id: string;
  readonly what: string;
  readonly why: string;
  /**
   * The acceptance test: SQL over the store that yields one row of `answer` (yes, no or unknown)
   * and `because`.
   */
  readonly test: string;
};

/** The result of the acceptance test now. */
export type AcceptanceResult = {
  readonly answer: 'yes' | 'no' | 'unknown';
  readonly because: string;
};

/** @throws DocumentError CONFIG_INVALID */
export function parseRequests(given: SourceText): readonly Request[] {
  const schema = z.strictObject({ requests: z.array(REQUEST).max(CONTENT_ITEMS_MAX) });
  return parseYaml(given, schema).requests;
}

const TEXT = z.string().trim().min(1);
const REQUEST: z.ZodType<Request> = z.strictObject({
  id: z.string().regex(/^[a-z][a-z-]*$/, 'is not an id: write lower-case letters and hyphens'),
  what: TEXT,
  why: TEXT,
  test: TEXT,
});

/** Reads the row of a test. A row of another shape decides nothing. */
export function acceptanceResultOf(
  columns: readonly string[],
  row: readonly unknown[] | undefined,
): AcceptanceResult {
  const answer = row?.[columns.indexOf('answer')];
  const because = row?.[columns.indexOf('because')];
  const isAnswer = answer === 'yes' || answer === 'no' || answer === 'unknown';
  if (isAnswer && typeof because === 'string') return { answer, because };
  return { answer: 'unknown', because: 'the acceptance test gave no answer' };
}

import { z } from 'zod';
import type { LedgerOperation } from '../definition/operation.ts';
import { appendAct } from './append-act.ts';

/** Why a caller of the HTTP interface reads an answer with the names of people. */
type NamesAccess = {
  /** The name of the operation that answers. */
  readonly operation: string;
  /** Its input, which names the person if the question does. */
  readonly input: Readonly<Record<string, unknown>>;
  readonly purpose: string;
  readonly case: string;
};

/** A purpose is a sentence. */
const TEXT_MAX = 500;

/** The entry holds the question, which may name a person. */
export const recordNamesAccess: LedgerOperation<NamesAccess, { readonly entry: number }> = {
  name: 'names record-access',
  summary: 'record in the ledger why an answer with names is read',
  description: 'A step of each question of the HTTP interface that states a purpose and a case.',
  isStep: true,
  scope: 'names:read',
  effect: 'write',
  kind: 'document',
  runsIn: 'ledger',
  ledger: 'needs',
  repetition: 'once',
  where: 'anywhere',
  input: z.strictObject({
    operation: z.string().min(1).max(64),
    input: z.record(z.string(), z.unknown()),
    purpose: z.string().min(1).max(TEXT_MAX),
    case: z.string().min(1).max(TEXT_MAX),
  }),
  output: z.strictObject({ entry: z.int() }),
  examples: [],
  async run(writer, access, by) {
    return appendAct(writer, by, { act: 'names', ...access });
  },
};

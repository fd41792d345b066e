import { z } from 'zod';
import type { LedgerOperation } from '../definition/operation.ts';
import { appendAct } from './append-act.ts';

/** Why a caller reads a person's statement. */
type AccessRecord = {
  /** The person, as the caller named them. */
  readonly subject: string;
  readonly purpose: string;
  readonly case: string;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
};

/** The entry names the person, and is erased with that person's other records. */
export const recordStatementAccess: LedgerOperation<AccessRecord, { readonly entry: number }> = {
  name: 'statement record-access',
  summary: 'record in the ledger why a statement is read',
  description: 'A step of the operation statement.',
  isStep: true,
  scope: 'people:read',
  effect: 'write',
  kind: 'document',
  runsIn: 'ledger',
  ledger: 'needs',
  repetition: 'once',
  where: 'anywhere',
  input: z.strictObject({
    subject: z.string(),
    purpose: z.string().min(1),
    case: z.string().min(1),
    from: z.string().optional(),
    to: z.string().optional(),
  }),
  output: z.strictObject({ entry: z.int() }),
  examples: [],
  async run(writer, input, by) {
    const { subject, purpose, case: caseName, from = null, to = null } = input;
    const asked = { act: 'statement', subject, purpose, case: caseName, from, to };
    return appendAct(writer, by, asked);
  },
};

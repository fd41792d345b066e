import { z } from 'zod';
import type { LedgerOperation } from '../definition/operation.ts';
import { appendAct } from './append-act.ts';

/** One call of an agent, with what it was told. Who called is the actor, as proved. */
export type AgentCall = {
  /** `statement`, or `resources/read` for an entry. */
  readonly tool: string;
  /** SHA-256 of the arguments as JSON with sorted members, in hex. */
  readonly arguments: string;
  readonly purpose?: string | undefined;
  readonly case?: string | undefined;
  readonly answer: 'yes' | 'no' | 'unknown' | 'error';
  /** Rows that the answer told. */
  readonly rows: number;
  /** The watermark of the answer: entries before this index. */
  readonly asOf?: number | undefined;
};

/** A text of the agent in an entry: a purpose is a sentence. */
export const PURPOSE_MAX = 500;

export const recordAgentCall: LedgerOperation<AgentCall, { readonly entry: number }> = {
  name: 'agent record-call',
  summary: 'record in the ledger what an agent asked and was told',
  description: 'A step of each tool of the MCP server.',
  isStep: true,
  scope: 'ledger:read',
  effect: 'write',
  kind: 'document',
  runsIn: 'ledger',
  ledger: 'needs',
  repetition: 'once',
  where: 'anywhere',
  input: z.strictObject({
    tool: z.string().regex(/^[\w/-]{1,64}$/),
    arguments: z.hex().length(64),
    purpose: z.string().max(PURPOSE_MAX).optional(),
    case: z.string().max(PURPOSE_MAX).optional(),
    answer: z.enum(['yes', 'no', 'unknown', 'error']),
    rows: z.int().min(0),
    asOf: z.int().min(0).optional(),
  }),
  output: z.strictObject({ entry: z.int() }),
  examples: [],
  async run(writer, input, by) {
    const { purpose = null, case: caseName = null, asOf = null, ...call } = input;
    return appendAct(writer, by, { act: 'agent-call', ...call, purpose, case: caseName, asOf });
  },
};

import type { EvidenceRef, Reason, Watermark } from '@countersign/core';
import { z } from 'zod';
import { parseObject } from '../../projection/entries/own-entry.ts';
import { type ListOperation, listResult } from '../definition/operation.ts';
import {
  evidenceRefSchema,
  reasonSchema,
  timeSchema,
  watermarkSchema,
} from '../definition/output-schemas.ts';
import { indexConclusion, type Sources } from '../readers/readers.ts';

type Kind = 'yes' | 'no' | 'unknown';

type RecordedAnswer = {
  readonly window: { readonly from: string; readonly to: string };
  readonly answer: Kind;
  readonly asOf: Watermark;
  readonly conditions: readonly {
    readonly condition: string;
    readonly requires: string;
    readonly found: readonly string[];
    readonly answer: Kind;
    readonly because?: readonly Reason[] | undefined;
    readonly evidence?: readonly EvidenceRef[] | undefined;
  }[];
  readonly resume: readonly string[];
};

/** The last answer of a gate, as recorded. */
export type GateStatus = RecordedAnswer & {
  readonly gate: string;
  readonly entry: number;
  readonly at: string;
  readonly by: string;
  /** The people and data that move; null in an entry of an earlier version. */
  readonly wave: string | null;
  /** The gate as it was given, to evaluate it again; null in an entry of an earlier version. */
  readonly text: string | null;
};

const KIND = z.enum(['yes', 'no', 'unknown']);

const ANSWER = {
  window: z.object({ from: z.string(), to: z.string() }),
  answer: KIND,
  asOf: watermarkSchema,
  conditions: z.array(
    z.looseObject({
      condition: z.string(),
      requires: z.string(),
      found: z.array(z.string()),
      answer: KIND,
      because: z.array(reasonSchema).optional(),
      evidence: z.array(evidenceRefSchema).optional(),
    }),
  ),
  resume: z.array(z.string()),
};

/** The body of an entry of kind `gate`. */
const BODY = z.object({
  gate: z.string(),
  said: z.object({ ...ANSWER, wave: z.string().optional(), text: z.string().optional() }),
  who: z.string(),
  atMs: z.int(),
});

/** Evaluations that are read, newest first: a rollout has tens of gates, evaluated daily. */
const EVALUATIONS_MAX = 2_000;

export const listGates: ListOperation<object, GateStatus> = {
  name: 'gate list',
  summary: 'the last recorded answer of each gate',
  description:
    'Lists each gate with its last answer in the ledger. It evaluates nothing: an answer holds ' +
    'for its window only.',
  scope: 'gates:evaluate',
  effect: 'read',
  kind: 'list',
  runsIn: 'caller',
  input: z.strictObject({}),
  output: z.strictObject({
    gate: z.string(),
    entry: z.int().min(0),
    at: timeSchema,
    by: z.string(),
    wave: z.string().nullable(),
    text: z.string().nullable(),
    ...ANSWER,
  }),
  examples: [
    {
      summary: 'Which waves may continue, as last evaluated?',
      input: {},
      commandLine: 'gate --list',
      runsOn: 'sample',
    },
  ],
  async run({ readers }) {
    const sources = await readers.sources();
    const rows = await lastOfEach(sources);
    // Every evaluation is an entry of this ledger, so an empty list is certain.
    return listResult({
      rows,
      itemOf: (row) => row,
      conclude: () => indexConclusion(sources.head),
    });
  },
};

async function lastOfEach({ store, ledger }: Sources): Promise<GateStatus[]> {
  const last = new Map<string, GateStatus>();
  for (const index of store.indicesOfKind('gate').slice(-EVALUATIONS_MAX).reverse()) {
    const body = await ledger.body(index);
    if (body.kind !== 'present') continue;
    const parsed = BODY.safeParse(parseObject(body.bytes));
    if (!parsed.success || last.has(parsed.data.gate)) continue;
    const { gate, who: by, atMs, said } = parsed.data;
    const { wave = null, text = null, ...answer } = said;
    const at = new Date(atMs).toISOString();
    last.set(gate, { gate, entry: index, at, by, wave, text, ...answer });
  }
  return [...last.values()].sort((a, b) => (a.gate < b.gate ? -1 : 1));
}

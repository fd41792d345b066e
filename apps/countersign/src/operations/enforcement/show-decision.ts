import { idsNamed } from '@countersign/core';
import type { DecisionBody, DecisionInput } from '@countersign/policy';
import { z } from 'zod';
import { referenceDigits } from '../../enforcement/decisions/decision-reference.ts';
import { parseObject } from '../../projection/entries/own-entry.ts';
import type { DecisionRow } from '../../store/sqlite/decision-table.ts';
import { YES } from '../definition/conclusion.ts';
import { cannotTell, invalidInput } from '../definition/errors.ts';
import { field } from '../definition/fields.ts';
import {
  type DocumentOperation,
  documentResult,
  type OperationContext,
} from '../definition/operation.ts';
import { needWholeIndex } from '../readers/readers.ts';
import { helpSteps } from './help-steps.ts';
import { DECISION_MEMBERS, type DecisionItem, decisionItem } from './list-decisions.ts';

/** A decision with everything that it was made from. */
export type ShownDecision = Omit<DecisionItem, 'resource'> & {
  readonly resource: { readonly type: string; readonly id: string };
  /** What the enforcement point stated. */
  readonly context: Readonly<Record<string, unknown>>;
  readonly inputs: readonly DecisionInput[];
  /** What would help the person, in order; empty for a permit. */
  readonly help: readonly string[];
};

export const showDecision: DocumentOperation<{ readonly id: string }, ShownDecision> = {
  name: 'decisions show',
  summary: 'explain one decision: policies, inputs with their ages, and what would help',
  description:
    'Shows a decision by its id, or by the reference that a refused person sees: the deciding ' +
    'policies in words, each input with its source and age, and what would help the person.',
  scope: 'events:read',
  effect: 'read',
  kind: 'document',
  runsIn: 'caller',
  input: z.strictObject({
    id: field(z.string().min(1), 'id or reference of the decision', { value: 'id' }),
  }),
  output: z.strictObject({
    ...DECISION_MEMBERS,
    resource: z.strictObject({ type: z.string(), id: z.string() }),
    context: z.record(z.string(), z.unknown()),
    inputs: z.array(
      z.strictObject({
        name: z.string(),
        source: z.string().nullable(),
        ageMs: z.number().nullable(),
        state: z.enum(['fresh', 'stale', 'missing']),
      }),
    ),
    help: z.array(z.string()),
  }),
  examples: [
    {
      summary: 'Explain a refusal to a caller',
      input: { id: '2e8a-61f0-b794' },
      commandLine: 'decisions show 2e8a-61f0-b794',
      needs: 'enforcement point',
    },
  ],
  async run(context, { id }) {
    const row = await findDecision(context, id);
    const ledger = await context.readers.ledger();
    const body = await ledger.body(row.index);
    if (body.kind === 'erased') throw cannotTell(`the body of entry ${row.index} was erased`);
    const { decision, request } = parseObject(body.bytes) as DecisionBody;
    const { inputs, because } = decision;
    const { type, id: of } = request.resource;
    const shown: ShownDecision = {
      ...decisionItem(row),
      because: because.map(({ text }) => text),
      resource: { type, id: of },
      ...{ context: request.context, inputs },
      help: helpSteps(decision),
    };
    return documentResult(shown, YES);
  },
};

/** @throws OperationError INVALID_INPUT if there is none or several, CANNOT_TELL if not indexed */
async function findDecision({ readers }: OperationContext, text: string): Promise<DecisionRow> {
  const { store, head } = await readers.sources();
  const digits = referenceDigits(text) ?? referenceDigits(text.slice(-12));
  const query = { reference: digits, belowIndex: head.asOf.size };
  const found = digits === undefined ? [] : store.access.newestDecisions(query, undefined, 2);
  const ids = found.map(({ id }) => id);
  const named = new Set(referenceDigits(text) === undefined ? idsNamed(text, ids) : ids);
  const [only, ...more] = found.filter(({ id }) => named.has(id));
  if (only === undefined) {
    needWholeIndex(head);
    throw invalidInput(`no decision has the id or reference "${text.slice(0, 80)}"`);
  }
  if (more.length === 0) return only;
  const entries = found.map(({ index }) => index).join(', ');
  throw invalidInput(`several decisions have this reference: give an id, of entries ${entries}`);
}

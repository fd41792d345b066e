import { assert } from '@countersign/core';
import { z } from 'zod';
import type { LedgerOperation } from '../definition/operation.ts';

/** A gate's answer with all its inputs: plain JSON, as the entry stores it. */
type GateRecord = { readonly gate: string; readonly said: Readonly<Record<string, unknown>> };

/** Records the answer, to show later what was known, and who asked. */
export const recordGate: LedgerOperation<GateRecord, { readonly entry: number }> = {
  name: 'gate record',
  summary: 'record the answer of a gate in the ledger',
  description: 'A step of the operation gate.',
  isStep: true,
  scope: 'gates:evaluate',
  effect: 'write',
  kind: 'document',
  runsIn: 'ledger',
  ledger: 'needs',
  repetition: 'once',
  where: 'anywhere',
  input: z.strictObject({ gate: z.string(), said: z.record(z.string(), z.unknown()) }),
  output: z.strictObject({ entry: z.int() }),
  examples: [],
  async run(writer, { gate, said }, { actor }) {
    const { catchUpProjection } = await import('../../projection/catch-up.ts');
    const { ownEntryDraft } = await import('../../projection/entries/own-entry.ts');
    const atMs = writer.clock.now();
    const body = { v: 1, gate, said, ...actor, atMs };
    const [appended] = await writer.ledger.append([ownEntryDraft('gate', atMs, body)]);
    await catchUpProjection(writer);
    assert(appended !== undefined, 'every draft has its outcome');
    return { entry: appended.index };
  },
};

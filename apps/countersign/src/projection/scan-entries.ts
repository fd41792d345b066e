import { LeafParser } from '@countersign/ledger/reader';
import type { EntryRows } from '../store/rows/entry-rows.ts';
import type { LedgerWriter } from './ledger-writer.ts';
import { type Redelivery, redeliveredActions } from './merge-actions.ts';
import { projectEntry } from './project-entry.ts';
import type { ProjectedAction, RecordInterpreter } from './record-interpreter.ts';

/** The interpretation of a block of entries. */
export type ScannedEntries = {
  /** The index after the last entry of the block. */
  readonly to: number;
  /** The actions whose newest delivery is in the block. */
  readonly actions: readonly ProjectedAction[];
  /** Countersign's own entries. */
  readonly facts: readonly EntryRows[];
};

/** Interprets the published entries of a range, block by block. */
export async function* scanEntries(
  writer: LedgerWriter,
  interpreter: RecordInterpreter,
  range: { readonly from: number; readonly to?: number },
): AsyncGenerator<ScannedEntries> {
  const { ledger, reader } = writer;
  const leaves = new LeafParser();
  for await (const batch of reader.scan(range)) {
    const actions: ProjectedAction[] = [];
    const redelivered: Redelivery[] = [];
    const facts: EntryRows[] = [];
    for (let position = 0; position < batch.count; position++) {
      const index = batch.firstIndex + position;
      const leaf = leaves.parse(batch.leaf(position));
      const held = batch.body(position);
      const body = held.kind === 'present' ? held.bytes : undefined;
      if (leaf.kind !== 'record') {
        const { kind, at } = leaf;
        facts.push(projectEntry(index, { kind, at, body: body ?? new Uint8Array(0) }));
        continue;
      }
      const others = ledger.deliveries(batch.action(position));
      const own = { index, leaf, body };
      if (others.length <= 1) actions.push(interpreter.project([own]));
      else redelivered.push({ index, own, others: others.filter((other) => other < reader.size) });
    }
    for await (const merged of redeliveredActions(reader, interpreter, redelivered)) {
      actions.push(...merged);
    }
    yield { to: batch.firstIndex + batch.count, actions, facts };
  }
}

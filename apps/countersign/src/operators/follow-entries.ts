import type { LedgerReader } from '@countersign/ledger/reader';
import { parseObject } from '../projection/entries/own-entry.ts';
import { operatorRecordOf } from './operator-record.ts';
import type { OperatorState } from './operator-state.ts';

type EntrySource = {
  readonly store: { indicesOfKind(kind: string, fromIndex?: number): readonly number[] };
  readonly reader: Pick<LedgerReader, 'body' | 'size'>;
};

/**
 * Applies the entries about operators that the state has not seen. A crash between an entry and its
 * row ends here: the entry counts.
 */
export async function followEntries(state: OperatorState, source: EntrySource): Promise<void> {
  const { store, reader } = source;
  for (const index of store.indicesOfKind('credential', state.next)) {
    if (index >= reader.size) return;
    const body = await reader.body(index);
    const isPresent = body.kind === 'present';
    state.apply(index, isPresent ? operatorRecordOf(parseObject(body.bytes)) : 'erased');
  }
}

import type { LedgerReader } from '@countersign/ledger';
import { parseObject } from '../../projection/entries/own-entry.ts';
import type { BypassEntry } from './bypass.ts';

type Source = {
  readonly store: { indicesOfKind(kind: string): readonly number[] };
  readonly reader: Pick<LedgerReader, 'body' | 'size'>;
};

/** Reads all entries about bypasses in order. The reader MUST be as far as the store. */
export async function readBypasses({ store, reader }: Source): Promise<readonly BypassEntry[]> {
  const said: BypassEntry[] = [];
  for (const index of store.indicesOfKind('approval')) {
    const body = index < reader.size ? await reader.body(index) : undefined;
    if (body?.kind === 'present') said.push({ index, body: parseObject(body.bytes) });
  }
  return said;
}

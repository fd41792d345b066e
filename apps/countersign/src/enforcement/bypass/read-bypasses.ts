import type { LedgerReader } from '@countersign/ledger';
import { parseObject } from '../../projection/entries/own-entry.ts';
import type { BypassEntry } from './bypass.ts';

type Source = {
  readonly store: { acts(kind: string): readonly number[] };
  readonly reader: Pick<LedgerReader, 'body' | 'size'>;
};

/** All that was said of bypasses, in the order of the entries. The reader MUST see as far. */
export async function readBypasses({ store, reader }: Source): Promise<readonly BypassEntry[]> {
  const said: BypassEntry[] = [];
  for (const index of store.acts('approval')) {
    const body = index < reader.size ? await reader.body(index) : undefined;
    if (body?.kind === 'present') said.push({ index, body: parseObject(body.bytes) });
  }
  return said;
}

import { msOfInstant } from '@countersign/core';
import { type Leaf, LeafParser, type ScanBatch } from '@countersign/ledger';
import { createMemo, type Memo, read } from '@countersign/ocsf';
import { RowBuffer } from '../store/parquet/row-buffer.ts';
import type { EntryRows } from '../store/rows/entry-rows.ts';
import { erasedRow } from '../store/rows/event-row.ts';
import { parseBody } from './deliveries.ts';
import type { LedgerWriter } from './ledger-writer.ts';
import { ROWS_PER_POST } from './limits.ts';
import { mergeActions } from './merge-actions.ts';
import { projectEntry } from './project-entry.ts';
import { SignalBuffer } from './signals/signal-buffer.ts';

export type CatchUpProgress = { readonly done: number; readonly size: number };

/**
 * Posts every entry that the ledger has and the books have not: after a crash, after a rebuild, and
 * for whatever was appended without a lane. Steps of the clock that the appending met are said
 * first. A crash in the middle means: go on from the cursor.
 */
export async function catchUpProjection(
  writer: LedgerWriter,
  onProgress?: (progress: CatchUpProgress) => void,
): Promise<void> {
  const { store, reader, ledger, clock, clockSteps } = writer;
  if (clockSteps.count > 0) await ledger.append(clockSteps.take(clock.now()));
  if (store.cursor >= ledger.size) return;
  await ledger.publish();
  await reader.refresh();
  const posting = new Posting(writer);
  for await (const batch of reader.scan({ from: store.cursor })) {
    for (let position = 0; position < batch.count; position++) posting.add(batch, position);
    if (posting.rows < ROWS_PER_POST) continue;
    await posting.commit(batch.firstIndex + batch.count);
    onProgress?.({ done: store.cursor, size: reader.size });
  }
  await posting.commit(reader.size);
}

class Posting {
  readonly #writer: LedgerWriter;
  readonly #memo: Memo = createMemo();
  readonly #leaves = new LeafParser();
  readonly #buffer = new RowBuffer();
  readonly #signals = new SignalBuffer();
  #facts: EntryRows[] = [];
  #resighted: number[] = [];

  constructor(writer: LedgerWriter) {
    this.#writer = writer;
  }

  get rows(): number {
    return this.#buffer.rows;
  }

  add(batch: ScanBatch, position: number): void {
    const index = batch.firstIndex + position;
    const leaf = this.#leaves.parse(batch.leaf(position));
    const body = batch.body(position);
    if (leaf.kind !== 'record') {
      const { kind, at } = leaf;
      const bytes = body.kind === 'present' ? body.bytes : new Uint8Array(0);
      this.#facts.push(projectEntry(index, { kind, at, body: bytes }));
      return;
    }
    const deliveries = this.#writer.ledger.deliveries(batch.action(position));
    if (deliveries.length > 1) {
      this.#resighted.push(index);
      return;
    }
    this.#addRow(index, leaf, body.kind === 'present' ? body.bytes : undefined);
  }

  /** All that was added counts, and the cursor stands at `cursor`. */
  async commit(cursor: number): Promise<void> {
    const { store } = this.#writer;
    await mergeActions(this.#writer, this.#resighted);
    await store.postRows(this.#buffer, { signals: this.#signals.take() });
    for (const facts of this.#facts) store.post({ facts });
    store.commit(cursor);
    this.#buffer.clear();
    this.#facts = [];
    this.#resighted = [];
  }

  #addRow(index: number, leaf: Leaf, bytes: Uint8Array | undefined): void {
    const { tenant, id, source, at, seen } = leaf;
    const common = {
      index,
      entries: [index],
      tenant,
      action: id,
      source,
      seenMs: Date.parse(seen),
    };
    if (bytes === undefined) {
      this.#buffer.add(erasedRow({ ...common, timeMs: msOfInstant(at) }));
      return;
    }
    const reading = read({ source, tenant, id, at, value: parseBody(bytes) }, this.#memo);
    const { event } = reading;
    this.#buffer.add({ ...common, erased: false, event });
    const found = this.#writer.signalSource?.extractor.of(reading) ?? [];
    this.#signals.add({ index, tenant, timeMs: event.timeMs }, found);
  }
}

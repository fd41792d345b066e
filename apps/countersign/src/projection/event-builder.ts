import { type Leaf, type LedgerReader, parseLeaf } from '@countersign/ledger/reader';
import {
  createMemo,
  interpret,
  type Memo,
  mailItemsOf,
  type OcsfEvent,
  toOcsf,
} from '@countersign/ocsf';

import type { EventRow } from '../store/rows/event-row.ts';
import { compareByDetail, parseBody } from './deliveries.ts';
import { type ErasureIndex, erasureText } from './entries/erasure-index.ts';

/** The first window of events is small, so that the first line appears at once. */
const EVENTS_WINDOW_FIRST = 64;

/** The bodies of a window are in memory: about 6 MB of typical records. */
const EVENTS_WINDOW_MAX = 4096;

type Delivery = { readonly leaf: Leaf; readonly body: Uint8Array };
/** Members of an erased action's event that explain what is missing. */
type ErasedMembers = {
  readonly message: string;
  readonly erased:
    | { readonly entry: null }
    | {
        /** The entry of the erasure. */
        readonly entry: number;
        readonly at: string;
        readonly by: string;
        readonly reason: string;
        readonly case: string;
      };
};

type Deliveries = ReadonlyMap<number, Delivery>;

/** Builds OCSF events from the bodies in the ledger. Events are never stored. */
export class EventBuilder {
  readonly #ledger: LedgerReader;
  readonly #memo: Memo = createMemo();

  constructor(ledger: LedgerReader) {
    this.#ledger = ledger;
  }

  /**
   * The events of actions: the merged meaning of all deliveries, with the detail of the richest.
   */
  async *ofRows(rows: AsyncIterable<EventRow>, erasures: ErasureIndex): AsyncGenerator<OcsfEvent> {
    for await (const window of windowsOf(rows)) {
      const readable = window.filter((row) => !row.erased);
      const deliveries = await this.#read(readable.flatMap((row) => row.entries));
      for (const row of window) {
        const event = this.#ofRow(row, deliveries);
        yield row.erased ? { ...event, ...erasedOf(row, erasures) } : event;
      }
    }
  }

  /** The event of one delivery. */
  ofRecord(index: number, leaf: Leaf, body: Uint8Array): OcsfEvent {
    const record = { ...leaf, value: parseBody(body) };
    const { seen, size } = leaf;
    const entry = { origin: this.#ledger.origin, indices: [index], seen, size };
    return toOcsf(record, interpret(record, this.#memo), entry, this.#memo);
  }

  /** The mail items in each of these actions, by index. */
  async mailItems(rows: readonly EventRow[]): Promise<Map<number, readonly string[]>> {
    const items = new Map<number, readonly string[]>();
    for (let from = 0; from < rows.length; from += EVENTS_WINDOW_MAX) {
      const window = rows.slice(from, from + EVENTS_WINDOW_MAX);
      const deliveries = await this.#read(window.flatMap((row) => row.entries));
      for (const { index, entries } of window) {
        const listed = entries.flatMap((entry) => {
          const found = deliveries.get(entry);
          if (found === undefined) return [];
          return mailItemsOf({ ...found.leaf, value: parseBody(found.body) }, this.#memo);
        });
        items.set(index, [...new Set(listed)]);
      }
    }
    return items;
  }

  #ofRow(row: EventRow, deliveries: Deliveries): OcsfEvent {
    const { source, tenant, action: id } = row;
    // The delivery that the row is based on; none once all are erased.
    const [found] = row.entries
      .flatMap((index) => deliveries.get(index) ?? [])
      .sort(compareByDetail);
    const at = found?.leaf.at ?? new Date(row.event.timeMs).toISOString();
    const value = found === undefined ? {} : parseBody(found.body);
    const entry = this.#entry(row.entries, row.seenMs);
    return toOcsf({ source, tenant, id, at, value }, row.event, entry, this.#memo);
  }

  /** In ledger order, so that each block is unpacked once. */
  async #read(indices: readonly number[]): Promise<Deliveries> {
    const deliveries = new Map<number, Delivery>();
    const wanted = [...new Set(indices)].sort((a, b) => a - b);
    for await (const { index, leaf, body } of this.#ledger.entries(wanted)) {
      if (body.kind === 'present') {
        deliveries.set(index, { leaf: parseLeaf(leaf), body: body.bytes });
      }
    }
    return deliveries;
  }

  #entry(indices: readonly number[], seenMs: number): Parameters<typeof toOcsf>[2] {
    return { origin: this.#ledger.origin, indices, seen: new Date(seenMs).toISOString() };
  }
}

/** An event without a body must not look like one without any stated members. */
function erasedOf({ entries }: EventRow, erasures: ErasureIndex): ErasedMembers {
  const said = erasures.of(entries);
  if (said === undefined) return { message: 'erased', erased: { entry: null } };
  const { index: entry, atMs, by, reason, case: caseName } = said;
  const at = new Date(atMs).toISOString();
  return { message: erasureText(said), erased: { entry, at, by, reason, case: caseName } };
}

async function* windowsOf(rows: AsyncIterable<EventRow>): AsyncGenerator<readonly EventRow[]> {
  let window: EventRow[] = [];
  let size = EVENTS_WINDOW_FIRST;
  for await (const row of rows) {
    window.push(row);
    if (window.length < size) continue;
    yield window;
    window = [];
    size = Math.min(size * 2, EVENTS_WINDOW_MAX);
  }
  if (window.length > 0) yield window;
}

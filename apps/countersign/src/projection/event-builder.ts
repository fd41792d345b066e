import { type Leaf, type LedgerReader, parseLeaf } from '@countersign/ledger';
import {
  createMemo,
  interpret,
  type Memo,
  mailItemsOf,
  type OcsfEvent,
  toOcsf,
} from '@countersign/ocsf';

import type { EventRow } from '../store/rows/event-row.ts';
import { parseBody, richestFirst } from './deliveries.ts';
import { type ErasureIndex, erasureText } from './entries/erasure-index.ts';

/** Events are built in windows of so many at first, so that the first line comes at once. */
const EVENTS_WINDOW_FIRST = 64;

/** Bodies of a window are in memory: some 6 MB of records as they are. */
const EVENTS_WINDOW_MAX = 4096;

/** Entries that are read along to the next one that is wanted: about what one block holds. */
const SCAN_GAP_MAX = 512;

type Delivery = { readonly leaf: Leaf; readonly body: Uint8Array };
/** What the event of an erased action says in place of all that is gone. */
type ErasedMembers = {
  readonly message: string;
  readonly erased:
    | { readonly entry: null }
    | {
        /** The entry that says that the body is gone. */
        readonly entry: number;
        readonly at: string;
        readonly by: string;
        readonly reason: string;
        readonly case: string;
      };
};

type Deliveries = ReadonlyMap<number, Delivery>;

/** Builds OCSF events from the bodies in the ledger: an event is never stored. */
export class EventBuilder {
  readonly #ledger: LedgerReader;
  readonly #memo: Memo = createMemo();

  constructor(ledger: LedgerReader) {
    this.#ledger = ledger;
  }

  /** The events of actions: what all sightings of each mean, with the detail of the richest. */
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
    const entry = this.#entry([index], Date.parse(leaf.seen));
    return toOcsf(record, interpret(record, this.#memo), { ...entry, size: leaf.size }, this.#memo);
  }

  /** The items of mail that each of these actions lists, by index. */
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
    // The delivery that the row was merged around; none once all of them are erased.
    const [found] = row.entries.flatMap((index) => deliveries.get(index) ?? []).sort(richestFirst);
    const at = found?.leaf.at ?? new Date(row.event.timeMs).toISOString();
    const value = found === undefined ? {} : parseBody(found.body);
    const entry = this.#entry(row.entries, row.seenMs);
    return toOcsf({ source, tenant, id, at, value }, row.event, entry, this.#memo);
  }

  /** In the order of the ledger, whatever the order of the rows: each block is opened once. */
  async #read(indices: readonly number[]): Promise<Deliveries> {
    const deliveries = new Map<number, Delivery>();
    const wanted = [...new Set(indices)].sort((a, b) => a - b);
    for (const range of rangesOf(wanted)) {
      for await (const batch of this.#ledger.scan(range)) {
        for (let position = 0; position < batch.count; position++) {
          const index = batch.firstIndex + position;
          if (!range.wanted.has(index)) continue;
          const body = batch.body(position);
          if (body.kind === 'erased') continue;
          // A copy: a view would keep the whole block in memory.
          const leaf = parseLeaf(batch.leaf(position));
          deliveries.set(index, { leaf, body: new Uint8Array(body.bytes) });
        }
      }
    }
    return deliveries;
  }

  #entry(indexes: readonly number[], seenMs: number): Parameters<typeof toOcsf>[2] {
    return { origin: this.#ledger.origin, indexes, seen: new Date(seenMs).toISOString() };
  }
}

/** An event without a body must not read as one in which nothing is stated. */
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

type Range = { readonly from: number; to: number; readonly wanted: Set<number> };

/** Ranges that cover all of `ascending`, without long unrequested stretches in between. */
function rangesOf(ascending: readonly number[]): Range[] {
  const ranges: Range[] = [];
  for (const index of ascending) {
    const last = ranges.at(-1);
    if (last !== undefined && index - last.to <= SCAN_GAP_MAX) {
      last.to = index + 1;
      last.wanted.add(index);
    } else {
      ranges.push({ from: index, to: index + 1, wanted: new Set([index]) });
    }
  }
  return ranges;
}

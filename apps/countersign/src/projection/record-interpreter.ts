import { assert, messageOf, msOfInstant, type SourceId, type TenantId } from '@countersign/core';
import {
  createMemo,
  type Memo,
  mergeInterpretations,
  type Reading,
  read,
  type SourceRecord,
} from '@countersign/ocsf';
import type { NamedActor } from '../store/rows/alias-table.ts';
import { type EventRow, erasedRow } from '../store/rows/event-row.ts';
import {
  compareByDetail,
  type Delivery,
  firstStatedTenant,
  isReadable,
  parseBody,
  type RecordMeaning,
} from './deliveries.ts';
import { failedSignal, type Signal, type SignalExtractor } from './signals/signal-extractor.ts';
import { FAILED_MAPPING, MAPPING } from './signals/signal-plan.ts';

/** A delivery at its place in the ledger, with its meaning. */
export type InterpretedDelivery = {
  readonly index: number;
  readonly tenant: TenantId;
  readonly source: SourceId;
  /** Event time in the normal form of the leaf. */
  readonly at: string;
  /** The leaf id. */
  readonly action: string;
  readonly seenMs: number;
  /** Undefined once the body is erased. */
  readonly meaning: RecordMeaning | undefined;
};

/** What an action adds to the store. */
export type ProjectedAction = {
  readonly row: EventRow;
  readonly actors: readonly NamedActor[];
  readonly signals: readonly Signal[];
};

/**
 * Turns records into event rows and signals, for one thread. Import, catch-up, rebuild, merge and
 * rematch all use it, so that each of them gives the same store.
 */
export class RecordInterpreter {
  readonly #memo: Memo = createMemo();
  readonly #extractor: Pick<SignalExtractor, 'of'> | undefined;

  /** Without an extractor there are no signals of rules. */
  constructor(extractor: Pick<SignalExtractor, 'of'> | undefined) {
    this.#extractor = extractor;
  }

  /**
   * The meaning of one record. If a mapping throws, the record gets the base mapping and a signal
   * that names it, and stops no other record.
   */
  read(record: SourceRecord): RecordMeaning {
    let reading: Reading;
    try {
      reading = read(record, this.#memo);
    } catch (error) {
      const { event } = read({ ...record, value: {} }, this.#memo);
      return { event, signals: [failedSignal(MAPPING, messageOf(error))] };
    }
    return { event: reading.event, signals: this.#extractor?.of(reading) ?? NONE };
  }

  /** The row and the signals of an action, from all of its deliveries. */
  project(deliveries: readonly Delivery[]): ProjectedAction {
    const ranked = deliveries.filter(isReadable).sort(compareByDetail);
    const erased = deliveries.filter((delivery) => !isReadable(delivery));
    return projectAction([...ranked, ...erased].map((delivery) => this.#interpret(delivery)));
  }

  #interpret({ index, leaf, body, meaning }: Delivery): InterpretedDelivery {
    const { source, tenant, id, at, seen } = leaf;
    const common = { index, tenant, source, at, action: id, seenMs: Date.parse(seen) };
    if (meaning !== undefined || body === undefined) return { ...common, meaning };
    return { ...common, meaning: this.read({ source, tenant, id, at, value: parseBody(body) }) };
  }
}

/**
 * One row out of all deliveries of an action: the richest first, and what it does not state filled
 * from the others; erased ones last. The order in which they arrived changes nothing but `index`.
 */
function projectAction(deliveries: readonly InterpretedDelivery[]): ProjectedAction {
  const [richest, second] = deliveries;
  assert(richest !== undefined, 'an action has at least one delivery');
  if (second === undefined) return projectDelivery(richest);
  const { index, action, seenMs, at } = deliveries.reduce((a, b) => (b.index > a.index ? b : a));
  const entries = deliveries.map((delivery) => delivery.index).sort((a, b) => a - b);
  const tenant = firstStatedTenant(deliveries);
  const { source, meaning } = richest;
  const place = { index, entries, tenant, action, source, seenMs };
  if (meaning === undefined) return { ...NO_MEANING, row: erasedAt(place, at) };
  const readable = deliveries.filter(hasMeaning);
  const event = mergeInterpretations(readable.map((delivery) => delivery.meaning.event));
  const row = { ...place, erased: false, event };
  return { row, actors: actorsIn(tenant, readable), signals: signalsIn(readable) };
}

/** {@link projectAction} of the only delivery: nearly all actions of an import. */
export function projectDelivery(delivery: InterpretedDelivery): ProjectedAction {
  const { index, tenant, action, source, seenMs, at, meaning } = delivery;
  const entries = [index];
  if (meaning === undefined) {
    return { ...NO_MEANING, row: erasedAt({ index, entries, tenant, action, source, seenMs }, at) };
  }
  const { event, signals } = meaning;
  const row = { index, entries, tenant, action, source, seenMs, erased: false, event };
  return { row, actors: [row], signals };
}

function erasedAt(place: Omit<EventRow, 'erased' | 'event'>, at: string): EventRow {
  return erasedRow({ ...place, timeMs: msOfInstant(at) });
}

type ReadableDelivery = InterpretedDelivery & { readonly meaning: RecordMeaning };

function hasMeaning(delivery: InterpretedDelivery): delivery is ReadableDelivery {
  return delivery.meaning !== undefined;
}

/**
 * Actors as each delivery names them, never as a merge does: so the order of deliveries changes
 * nothing. Under the delivery's own tenant too: it may have had a row of its own before.
 */
function actorsIn(tenant: TenantId, deliveries: readonly ReadableDelivery[]): NamedActor[] {
  return deliveries.flatMap(({ tenant: own, meaning: { event } }) => {
    const actor = { tenant, event };
    return own === tenant ? actor : [actor, { tenant: own, event }];
  });
}

/**
 * Rules match the richest delivery of each source, since each source has a shape of its own. So
 * neither the order of deliveries nor an earlier, poorer version changes what matches.
 */
function signalsIn(ranked: readonly ReadableDelivery[]): readonly Signal[] {
  const found = new Map<string, Signal>();
  const sources = new Set<SourceId>();
  for (const { source, meaning } of ranked) {
    const isRichest = !sources.has(source);
    sources.add(source);
    for (const signal of meaning.signals) {
      if (!isRichest && signal.stream !== FAILED_MAPPING) continue;
      // If two sources match, the richer one states in which group the action is.
      const key = `${signal.part} ${signal.stream}`;
      if (!found.has(key)) found.set(key, signal);
    }
  }
  return [...found.values()];
}

const NONE: readonly Signal[] = Object.freeze([]);
const NO_MEANING = { actors: [], signals: NONE } as const;

import { messageOf } from '@countersign/core';
import type { RecordBatch } from './record-batch.ts';
import {
  type Delivery,
  type RefusedRecord,
  type SendResult,
  type Sink,
  SinkError,
} from './sink.ts';

/** What is proved: every entry below `next` is delivered, refused or not selected. */
export type ProvedDelivery = {
  readonly next: number;
  readonly delivered: number;
  readonly refused: readonly RefusedRecord[];
  /** Entries from here on may still be lost. */
  readonly unsettledFrom: number | undefined;
};

export type DeliveryWindowOptions = {
  readonly sink: Sink;
  /** Aborts what is being sent. */
  readonly signal: AbortSignal;
  /** Makes a proof durable. The window sends nothing more before it returns. */
  readonly commit: (proved: ProvedDelivery) => Promise<void>;
};

/**
 * Batches in flight. Answers may come in any order; only the batches before the first that is not
 * proved count.
 */
export class DeliveryWindow {
  readonly #options: DeliveryWindowOptions;
  readonly #inFlight: Flight[] = [];

  constructor(options: DeliveryWindowOptions) {
    this.#options = options;
  }

  get isEmpty(): boolean {
    return this.#inFlight.length === 0;
  }

  /** Waits until a batch may be sent, and starts it. @throws SinkError of an earlier batch */
  async send(batch: RecordBatch): Promise<void> {
    while (this.#inFlight.length >= this.#options.sink.batchesInFlightMax)
      await this.#settleFirst();
    const flight: Flight = { batch, result: undefined, done: Promise.resolve() };
    flight.done = this.#outcomeOf(batch.records).then((result) => {
      flight.result = result;
    });
    this.#inFlight.push(flight);
  }

  /** Waits for all batches. @throws SinkError of the first that failed */
  async settle(): Promise<void> {
    while (this.#inFlight.length > 0) await this.#settleFirst();
  }

  /** Commits the first batch, together with those behind it that are proved already. */
  async #settleFirst(): Promise<void> {
    await this.#inFlight[0]?.done;
    const proved: ProvedDelivery[] = [];
    for (let first = this.#inFlight[0]; first?.result !== undefined; first = this.#inFlight[0]) {
      if ('error' in first.result) break;
      this.#inFlight.shift();
      proved.push(provedOf(first.batch, first.result));
    }
    const last = proved.at(-1);
    if (last !== undefined) {
      await this.#options.commit({
        ...last,
        delivered: proved.reduce((sum, { delivered }) => sum + delivered, 0),
        refused: proved.flatMap(({ refused }) => refused),
      });
      return;
    }
    const failed = this.#inFlight[0]?.result;
    // Later batches must not be in flight when the failed one is sent again.
    await Promise.all(this.#inFlight.map(({ done }) => done));
    this.#inFlight.length = 0;
    if (failed !== undefined && 'error' in failed) throw failed.error;
  }

  async #outcomeOf(
    records: readonly Delivery[],
  ): Promise<SendResult | { readonly error: unknown }> {
    if (records.length === 0) return { refused: [] };
    try {
      return await this.#send(records);
    } catch (error) {
      return { error };
    }
  }

  /** One record that breaks the sink itself must not stop the others. */
  async #send(records: readonly Delivery[]): Promise<SendResult> {
    const { sink, signal } = this.#options;
    try {
      return await sink.send(records, signal);
    } catch (error) {
      if (error instanceof SinkError || signal.aborted) throw error;
      const [only] = records;
      if (only === undefined || records.length === 1) {
        const because = `Countersign could not send it: ${messageOf(error)}`;
        return { refused: only === undefined ? [] : [{ index: only.index, because }] };
      }
      const half = Math.ceil(records.length / 2);
      const first = await this.#send(records.slice(0, half));
      const second = await this.#send(records.slice(half));
      const { unsettledFrom = first.unsettledFrom } = second;
      return { refused: [...first.refused, ...second.refused], unsettledFrom };
    }
  }
}

type Flight = {
  readonly batch: RecordBatch;
  result: SendResult | { readonly error: unknown } | undefined;
  done: Promise<void>;
};

function provedOf(batch: RecordBatch, { refused, unsettledFrom }: SendResult): ProvedDelivery {
  return {
    next: batch.next,
    delivered: batch.records.length - refused.length,
    refused: [...batch.refused, ...refused],
    unsettledFrom,
  };
}

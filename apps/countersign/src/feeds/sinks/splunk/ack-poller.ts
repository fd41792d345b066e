import type { Clock } from '@countersign/core';
import type { Sleep } from '@countersign/m365';
import { SinkError } from '../../delivery/sink.ts';
import { ACK_POLL_MS_MAX, ACK_POLL_MS_MIN, ACK_WAIT_MS_MAX } from './limits.ts';

export type AckPollerOptions = {
  /** Asks Splunk, and resolves with the ids that are indexed. Rejects if there is no answer. */
  readonly ask: (ackIds: readonly number[], signal: AbortSignal) => Promise<readonly number[]>;
  /** Why acknowledgments do not arrive. Never rejects. */
  readonly explain: (signal: AbortSignal) => Promise<string>;
  readonly clock: Clock;
  readonly wait: Sleep;
};

/**
 * Waits for the acknowledgments of one channel. Splunk reports each `true` once, and `false` for
 * what is not indexed yet, and also for what it does not know.
 */
export class AckPoller {
  readonly #options: AckPollerOptions;
  readonly #pending = new Map<number, PendingAck>();
  readonly #stop = new AbortController();
  #polling: Promise<void> | undefined;

  constructor(options: AckPollerOptions) {
    this.#options = options;
  }

  /**
   * Resolves when Splunk has indexed the request.
   * @throws SinkError if it does not say so in time
   */
  indexed(ackId: number, signal: AbortSignal): Promise<void> {
    // Ids count from 0 per channel. The same id again means that Splunk forgot the channel.
    this.#fail(ackId, new SinkError('UNAVAILABLE', FORGOTTEN));
    return new Promise<void>((resolve, reject) => {
      const abort = (): void => this.#fail(ackId, new SinkError('UNAVAILABLE', STOPPING));
      const settle = (): void => signal.removeEventListener('abort', abort);
      const sinceMs = this.#options.clock.monotonic();
      this.#pending.set(ackId, { resolve, reject, settle, sinceMs });
      if (signal.aborted) abort();
      else signal.addEventListener('abort', abort, { once: true });
      this.#polling ??= this.#poll().finally(() => {
        this.#polling = undefined;
      });
    });
  }

  async close(): Promise<void> {
    this.#stop.abort();
    for (const id of [...this.#pending.keys()]) {
      this.#fail(id, new SinkError('UNAVAILABLE', STOPPING));
    }
    await this.#polling;
  }

  async #poll(): Promise<void> {
    const { ask, wait } = this.#options;
    let everyMs = ACK_POLL_MS_MIN;
    while (this.#pending.size > 0) {
      try {
        await wait(everyMs, this.#stop.signal);
      } catch {
        return;
      }
      let indexed: readonly number[] = [];
      try {
        indexed = await ask([...this.#pending.keys()], this.#stop.signal);
      } catch (error) {
        // A retry cannot help. Any other missing answer counts as "not yet".
        if (error instanceof SinkError && error.code !== 'UNAVAILABLE') this.#failAll(error);
      }
      for (const id of indexed) this.#take(id)?.resolve();
      everyMs = indexed.length > 0 ? ACK_POLL_MS_MIN : Math.min(everyMs * 2, ACK_POLL_MS_MAX);
      await this.#expire();
    }
  }

  async #expire(): Promise<void> {
    const { clock, explain } = this.#options;
    const isOld = ({ sinceMs }: PendingAck): boolean =>
      clock.monotonic() - sinceMs >= ACK_WAIT_MS_MAX;
    if (![...this.#pending.values()].some(isOld)) return;
    const error = new SinkError('UNAVAILABLE', await explain(this.#stop.signal));
    for (const [id, pending] of [...this.#pending]) if (isOld(pending)) this.#fail(id, error);
  }

  #failAll(error: SinkError): void {
    for (const id of [...this.#pending.keys()]) this.#fail(id, error);
  }

  #fail(id: number, error: SinkError): void {
    this.#take(id)?.reject(error);
  }

  #take(id: number): PendingAck | undefined {
    const pending = this.#pending.get(id);
    this.#pending.delete(id);
    pending?.settle();
    return pending;
  }
}

type PendingAck = {
  readonly resolve: () => void;
  readonly reject: (error: SinkError) => void;
  readonly settle: () => void;
  readonly sinceMs: number;
};

const STOPPING = 'the feed is stopping';
const FORGOTTEN = 'Splunk forgot the channel, and counts its requests from 0 again';

import { setTimeout as pause } from 'node:timers/promises';
import { eventsOf, RefusedStream } from '../api/event-stream.ts';

/** A service that was killed is back within seconds. */
const RECONNECT_EVERY_MS = 200;
/** The request came too late, because this process was busy; the service cannot answer yet. */
const TRIED_AGAIN: readonly number[] = [408, 503];

/** A client of the tail that continues behind its last event whenever the service is killed. */
export class FollowingTail {
  /** The index of each entry, in the order of arrival, with duplicates. */
  readonly indices: number[] = [];
  #last: string | undefined;

  /** The last index that it knows of. */
  get last(): number {
    return Number(this.#last ?? -1);
  }

  /** @param url the address of the service; undefined while it is down */
  async follow(url: () => string | undefined, token: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const at = url();
      try {
        if (at !== undefined) await this.#read(at, token, signal);
      } catch (error) {
        if (!signal.aborted && !isTemporary(error)) throw error;
      }
      await pause(RECONNECT_EVERY_MS);
    }
  }

  async #read(url: string, token: string, signal: AbortSignal): Promise<void> {
    const headers: Record<string, string> =
      this.#last === undefined ? {} : { 'last-event-id': this.#last };
    const events = eventsOf(`${url}/api/v1/tail?follow=true&from=0`, token, headers, signal);
    for await (const { id, event } of events) {
      this.#last = id ?? this.#last;
      if (event !== 'mark' && id !== undefined) this.indices.push(Number(id));
    }
  }
}

/** The connection broke, or the answer asks for another request. Another error is a defect. */
function isTemporary(error: unknown): boolean {
  if (error instanceof RefusedStream) return TRIED_AGAIN.includes(error.status);
  return error instanceof TypeError;
}

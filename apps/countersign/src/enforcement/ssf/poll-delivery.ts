import { EndpointError, malformedRequest } from '../http/endpoint-error.ts';
import { given, isObject, type Json } from '../http/i-json.ts';
import { POLL, textOf } from './event-stream.ts';
import { LONG_POLL_MS_MAX, LONG_POLLS_MAX, POLLED_EVENTS_MAX } from './limits.ts';
import type { Receiver } from './receiver.ts';
import type { Transmitter } from './transmitter.ts';
import { isSendable, type PendingEvent, type StreamBacklog } from './transmitter-state.ts';

/** RFC 8936, 2.2. */
export type PollRequest = {
  readonly maxEvents: number;
  readonly returns: 'immediately' | 'when there is something';
  readonly acknowledged: readonly string[];
  readonly refused: readonly { readonly jti: string; readonly error: string }[];
};

/** @throws EndpointError MALFORMED */
export function pollRequestOf(message: Json): PollRequest {
  const maxEvents = given(message, 'maxEvents') ?? POLLED_EVENTS_MAX;
  if (typeof maxEvents !== 'number' || !Number.isSafeInteger(maxEvents) || maxEvents < 0) {
    throw malformedRequest('maxEvents is not a whole number of 0 or more');
  }
  const immediately = given(message, 'returnImmediately') ?? false;
  if (typeof immediately !== 'boolean')
    throw malformedRequest('returnImmediately must be true or false');
  return {
    maxEvents: Math.min(maxEvents, POLLED_EVENTS_MAX),
    returns: immediately ? 'immediately' : 'when there is something',
    acknowledged: acknowledgedOf(given(message, 'ack') ?? []),
    refused: refusedOf(given(message, 'setErrs') ?? {}),
  };
}

/** Answers polls (RFC 8936). Events repeat until they are acknowledged. */
export class PollDelivery {
  readonly #transmitter: Transmitter;
  readonly #open = new Map<string, number>();

  constructor(transmitter: Transmitter) {
    this.#transmitter = transmitter;
  }

  /**
   * `signal`: the receiver went away, or we close.
   * @throws EndpointError UNKNOWN, MALFORMED, TOO_SOON
   */
  async poll(
    receiver: Receiver,
    streamId: string,
    request: PollRequest,
    signal: AbortSignal,
  ): Promise<Json> {
    const line = this.#transmitter.lineOf(receiver, streamId);
    if (line.stream.delivery.method !== POLL)
      throw malformedRequest('this stream is pushed, not polled');
    await this.#transmitter.settle(line, [
      ...request.acknowledged.map((jti) => ({ jti, how: 'acknowledged' as const })),
      ...request.refused.map(({ jti, error }) => ({ jti, how: 'refused' as const, error })),
    ]);
    await this.#transmitter.expire(line);
    if (request.maxEvents === 0) return { sets: {}, moreAvailable: sendable(line).length > 0 };
    const waits = request.returns === 'when there is something' && sendable(line).length === 0;
    if (waits) await this.#something(receiver, line, signal);
    return this.#page(line, request.maxEvents);
  }

  async #page(line: StreamBacklog, count: number): Promise<Json> {
    const there = sendable(line);
    const page = there.slice(0, count);
    const { keys } = this.#transmitter;
    const sets = await Promise.all(
      page.map(async ({ claims }) => [claims.jti, await keys.sign(claims)] as const),
    );
    return { sets: Object.fromEntries(sets), moreAvailable: there.length > page.length };
  }

  async #something(
    receiver: Receiver,
    { stream }: StreamBacklog,
    signal: AbortSignal,
  ): Promise<void> {
    const open = this.#open.get(receiver.name) ?? 0;
    if (open >= LONG_POLLS_MAX) {
      throw new EndpointError('TOO_SOON', `${open} polls of this receiver are already waiting`);
    }
    this.#open.set(receiver.name, open + 1);
    const ended = new AbortController();
    const { wait } = this.#transmitter.world;
    const over = AbortSignal.any([signal, ended.signal]);
    const timer = wait(LONG_POLL_MS_MAX, over).finally(() => ended.abort());
    try {
      while (!over.aborted && this.#isEmpty(stream.id)) {
        await this.#transmitter.change(stream.id, over);
      }
    } finally {
      ended.abort();
      await timer.catch(() => undefined);
      this.#open.set(receiver.name, (this.#open.get(receiver.name) ?? 1) - 1);
    }
  }

  /** A stream that was deleted meanwhile has nothing to wait for. */
  #isEmpty(streamId: string): boolean {
    const line = this.#transmitter.state.line(streamId);
    return line !== undefined && sendable(line).length === 0;
  }
}

function sendable(line: StreamBacklog): readonly PendingEvent[] {
  return [...line.pending.values()].filter((pending) => isSendable(line, pending));
}

function acknowledgedOf(value: unknown): readonly string[] {
  if (!Array.isArray(value)) throw malformedRequest('ack is not a list');
  return value.map((each: unknown) => textOf(each, 'a jti of ack') ?? '');
}

function refusedOf(value: unknown): PollRequest['refused'] {
  if (!isObject(value)) throw malformedRequest('setErrs is not an object');
  return Object.entries(value).map(([jti, said]) => {
    const { err, description } = isObject(said) ? said : {};
    const words = [
      textOf(err ?? undefined, 'err'),
      textOf(description ?? undefined, 'description'),
    ];
    return { jti, error: words.filter((word) => word !== undefined).join(': ') };
  });
}

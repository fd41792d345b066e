import { messageOf } from '@countersign/core';
import { isObject } from '../http/i-json.ts';
import { PUSH } from './event-stream.ts';
import {
  PUSH_MS_MAX,
  PUSH_RETRY_FIRST_MS,
  PUSH_RETRY_MAX_MS,
  PUSHES_AT_ONCE,
  RECEIVER_TEXT_CHARACTERS_MAX,
} from './limits.ts';
import type { SigningKeys } from './security-event-token.ts';
import type { SsfPorts } from './ssf-ports.ts';
import type { DeliveryOutcome } from './ssf-record.ts';
import {
  isSendable,
  type PendingEvent,
  type StreamBacklog,
  type TransmitterState,
} from './transmitter-state.ts';

type Outcome =
  | { readonly kind: 'acknowledged' }
  | { readonly kind: 'refused'; readonly error: string }
  | { readonly kind: 'failed'; readonly because: string };

type Flight = {
  readonly jtis: Set<string>;
  readonly subjects: Set<string>;
  failures: number;
  /** Nothing is sent until it resolves. */
  rest: Promise<void> | undefined;
};

/** The transmitter's services for push delivery. */
export type PushHost = {
  readonly keys: SigningKeys;
  readonly world: SsfPorts;
  readonly state: TransmitterState;
  settle(
    line: StreamBacklog,
    outcomes: readonly {
      readonly jti: string;
      readonly how: DeliveryOutcome;
      readonly error?: string;
    }[],
  ): Promise<void>;
  expire(line: StreamBacklog): Promise<void>;
};

/**
 * Pushes events to receivers (RFC 8935). Events of one subject are sent in sequence, others in
 * parallel. An unreachable receiver is retried while the event is useful.
 */
export class PushDelivery {
  readonly #transmitter: PushHost;
  readonly #flights = new Map<string, Flight>();
  readonly #pending = new Set<Promise<void>>();
  readonly #closing = new AbortController();

  constructor(transmitter: PushHost) {
    this.#transmitter = transmitter;
  }

  /** Sends whatever can be sent on a stream. Returns at once, and never throws. */
  wake(streamId: string): void {
    if (this.#closing.signal.aborted) return;
    const line = this.#transmitter.state.line(streamId);
    if (line === undefined || line.stream.delivery.method !== PUSH) {
      this.#flights.delete(streamId);
      return;
    }
    const flight = this.#flightOf(streamId);
    if (flight.rest !== undefined) return;
    for (const pending of line.pending.values()) {
      if (flight.jtis.size >= PUSHES_AT_ONCE) return;
      if (flight.jtis.has(pending.claims.jti) || flight.subjects.has(pending.subjectKey)) continue;
      if (isSendable(line, pending)) this.#start(line, pending, flight);
    }
  }

  /** Interrupts pushes in flight. Unacknowledged events are sent again later. */
  async close(): Promise<void> {
    this.#closing.abort();
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  #flightOf(streamId: string): Flight {
    const known = this.#flights.get(streamId);
    if (known !== undefined) return known;
    const flight: Flight = { jtis: new Set(), subjects: new Set(), failures: 0, rest: undefined };
    this.#flights.set(streamId, flight);
    return flight;
  }

  #start(line: StreamBacklog, pending: PendingEvent, flight: Flight): void {
    flight.jtis.add(pending.claims.jti);
    flight.subjects.add(pending.subjectKey);
    this.#follow(
      this.#push(line, pending, flight).finally(() => {
        flight.jtis.delete(pending.claims.jti);
        flight.subjects.delete(pending.subjectKey);
        this.wake(line.stream.id);
      }),
    );
  }

  async #push(line: StreamBacklog, pending: PendingEvent, flight: Flight): Promise<void> {
    try {
      await this.#settle(line, pending, await this.#send(line, pending), flight);
    } catch {
      // The ledger failed, which the next emitter reports. The event is sent again after a delay;
      // its receiver recognizes the jti.
      this.#restAfter(line, flight);
    }
  }

  async #settle(
    line: StreamBacklog,
    pending: PendingEvent,
    outcome: Outcome,
    flight: Flight,
  ): Promise<void> {
    const { jti } = pending.claims;
    switch (outcome.kind) {
      case 'acknowledged':
        flight.failures = 0;
        return this.#transmitter.settle(line, [{ jti, how: 'acknowledged' }]);
      case 'refused':
        flight.failures = 0;
        return this.#transmitter.settle(line, [{ jti, how: 'refused', error: outcome.error }]);
      case 'failed':
        this.#restAfter(line, flight);
        return this.#transmitter.expire(line);
    }
  }

  async #send({ stream }: StreamBacklog, { claims }: PendingEvent): Promise<Outcome> {
    const { keys, world } = this.#transmitter;
    const { delivery } = stream;
    if (delivery.method !== PUSH)
      return { kind: 'failed', because: 'the stream is no longer pushed' };
    const authorization = world.secrets.get(stream.id);
    try {
      const { status, body } = await world.post({
        url: delivery.endpointUrl,
        headers: {
          'content-type': 'application/secevent+jwt',
          accept: 'application/json',
          ...(authorization === undefined ? {} : { authorization }),
        },
        body: await keys.sign(claims),
        timeoutMs: PUSH_MS_MAX,
        signal: this.#closing.signal,
      });
      // RFC 8935, 2.2: 202. Some receivers send 200 or 204 instead.
      if (status >= 200 && status < 300) return { kind: 'acknowledged' };
      if (status === 400) return { kind: 'refused', error: errorOf(body) };
      return { kind: 'failed', because: `the receiver answered ${status}` };
    } catch (error) {
      return { kind: 'failed', because: messageOf(error) };
    }
  }

  #restAfter(line: StreamBacklog, flight: Flight): void {
    if (flight.rest !== undefined) return;
    const ms = Math.min(PUSH_RETRY_FIRST_MS * 2 ** flight.failures, PUSH_RETRY_MAX_MS);
    flight.failures += 1;
    flight.rest = this.#transmitter.world.wait(ms, this.#closing.signal).then(() => {
      flight.rest = undefined;
      this.wake(line.stream.id);
    });
    this.#follow(flight.rest);
  }

  #follow(work: Promise<void>): void {
    const followed = work.finally(() => this.#pending.delete(followed));
    this.#pending.add(followed);
  }
}

/** RFC 8935, 2.3: `{"err": …, "description": …}`, or any other text. */
function errorOf(body: string): string {
  let read: unknown;
  try {
    read = JSON.parse(body);
  } catch {
    read = undefined;
  }
  const { err, description } = isObject(read) ? read : {};
  const words = [err, description].filter((each) => typeof each === 'string');
  const text = words.length === 0 ? 'no reason was given' : words.join(': ');
  return text.slice(0, RECEIVER_TEXT_CHARACTERS_MAX);
}

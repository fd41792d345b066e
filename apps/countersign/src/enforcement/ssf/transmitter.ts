import { uuidV7 } from '@countersign/policy';
import { EndpointError } from '../http/endpoint-error.ts';
import { asSupported, deliveredEventTypes, type Stream, type Transmits } from './event-stream.ts';
import { EVENT_KEPT_MS, PENDING_EVENTS_MAX } from './limits.ts';
import { PushDelivery } from './push-delivery.ts';
import type { Receiver } from './receiver.ts';
import { type SecurityEvent, STREAM_EVENT_TYPES } from './security-event.ts';
import type { SetClaims, SigningKeys } from './security-event-token.ts';
import type { SsfPorts } from './ssf-ports.ts';
import type { DeliveryOutcome, SsfRecord } from './ssf-record.ts';
import { matches, opaque } from './subject-identifier.ts';
import { type StreamBacklog, TransmitterState } from './transmitter-state.ts';

export type TransmitterOptions = {
  readonly transmits: Transmits;
  readonly keys: SigningKeys;
  readonly receivers: readonly Receiver[];
  readonly world: SsfPorts;
};

/**
 * Delivers security events to subscribers (SSF 1.0).
 *
 * Everything is recorded before it takes effect, so an emitted event is sent despite any crash.
 */
export class Transmitter {
  readonly transmits: Transmits;
  readonly keys: SigningKeys;
  readonly world: SsfPorts;
  readonly state: TransmitterState = new TransmitterState();
  readonly receivers: ReadonlyMap<string, Receiver>;
  readonly #pusher: PushDelivery;
  /** Callbacks that wait for an event, by stream. */
  readonly #waiting = new Map<string, Set<() => void>>();

  /** `records`: all records of earlier processes, in order. */
  constructor(options: TransmitterOptions, records: Iterable<SsfRecord> = []) {
    this.transmits = options.transmits;
    this.keys = options.keys;
    this.world = options.world;
    this.receivers = new Map(options.receivers.map((receiver) => [receiver.name, receiver]));
    for (const record of records) this.state.apply(record);
    for (const line of this.state.lines()) line.stream = asSupported(line.stream);
    this.#pusher = new PushDelivery(this);
  }

  /** Starts to push pending and new events. */
  start(): void {
    for (const { stream } of this.state.lines()) this.#pusher.wake(stream.id);
  }

  /** Resolves when no push is in progress. */
  async close(): Promise<void> {
    for (const waiting of this.#waiting.values()) for (const wake of waiting) wake();
    await this.#pusher.close();
  }

  /** Durable when it resolves. Returns the number of streams that get the events. */
  async emit(events: readonly SecurityEvent[]): Promise<number> {
    const records: SsfRecord[] = [];
    const touched = new Set<string>();
    for (const line of this.state.lines()) {
      if (!this.#isServed(line) || line.stream.status === 'disabled') continue;
      const wanted = events.filter((event) => wants(line.stream, event));
      if (wanted.length === 0) continue;
      touched.add(line.stream.id);
      if (line.pending.size + wanted.length > PENDING_EVENTS_MAX) {
        records.push(...this.#overflow(line.stream));
      } else {
        records.push(...wanted.map((event) => this.#issued(line.stream, event)));
      }
    }
    await this.record(records);
    return touched.size;
  }

  /** An event about a stream, on that stream only. */
  about(stream: Stream, type: keyof typeof STREAM_EVENT_TYPES, payload: object): SsfRecord {
    return this.#issued(stream, {
      type: STREAM_EVENT_TYPES[type],
      subject: opaque(stream.id),
      payload: { ...payload },
      transaction: uuidV7(this.world.clock.now(), this.world.random),
    });
  }

  /**
   * Records the outcome of an event. An event that is not pending was settled before and is
   * skipped.
   */
  async settle(
    line: StreamBacklog,
    outcomes: readonly {
      readonly jti: string;
      readonly how: DeliveryOutcome;
      readonly error?: string;
    }[],
  ): Promise<void> {
    const atMs = this.world.clock.now();
    const streamId = line.stream.id;
    const records = outcomes
      .filter(({ jti }) => line.pending.has(jti))
      .map(({ jti, how, error }): SsfRecord => {
        return { v: 1, what: 'ssf-settled', streamId, jti, how, error, atMs };
      });
    await this.record(records);
  }

  /** Drops events past their retention. */
  async expire(line: StreamBacklog): Promise<void> {
    const untilMs = this.world.clock.now() - EVENT_KEPT_MS;
    const old = [...line.pending.values()].filter(({ issuedMs }) => issuedMs < untilMs);
    await this.settle(
      line,
      old.map(({ claims }) => ({ jti: claims.jti, how: 'expired' })),
    );
  }

  /** Stores records, then applies them. */
  async record(records: readonly SsfRecord[]): Promise<void> {
    if (records.length === 0) return;
    await this.world.keep(records);
    const touched = new Set<string>();
    for (const record of records) {
      this.state.apply(record);
      touched.add(record.what === 'ssf-stream' ? record.stream.id : record.streamId);
    }
    for (const streamId of touched) {
      this.#pusher.wake(streamId);
      for (const wake of this.#waiting.get(streamId) ?? []) wake();
    }
  }

  /** Resolves when something happens on a stream, or the signal is aborted. */
  async change(streamId: string, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const waiting = this.#waiting.get(streamId) ?? new Set();
    this.#waiting.set(streamId, waiting);
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.add(resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
    try {
      await promise;
    } finally {
      waiting.delete(resolve);
      if (waiting.size === 0) this.#waiting.delete(streamId);
    }
  }

  /**
   * The stream of a receiver.
   * @throws EndpointError UNKNOWN
   */
  lineOf(receiver: Receiver, streamId: string): StreamBacklog {
    const line = this.state.line(streamId);
    if (line !== undefined && line.stream.receiver === receiver.name) return line;
    throw new EndpointError('UNKNOWN', 'no stream has this id');
  }

  /** A receiver that is no longer configured gets no events. */
  #isServed({ stream }: StreamBacklog): boolean {
    return this.receivers.has(stream.receiver);
  }

  #issued(stream: Stream, event: SecurityEvent): SsfRecord {
    const { clock, random } = this.world;
    const atMs = clock.now();
    const claims: SetClaims = {
      iss: this.transmits.issuer,
      aud: stream.audience,
      jti: uuidV7(atMs, random),
      iat: Math.floor(atMs / 1000),
      txn: event.transaction,
      sub_id: event.subject,
      events: { [event.type]: event.payload },
    };
    const { id: streamId, receiver } = stream;
    return { v: 1, what: 'ssf-issued', streamId, receiver, claims, atMs };
  }

  /** "The Transmitter MUST send a stream-updated event" when it stops by itself (8.1.5). */
  #overflow(stream: Stream): readonly SsfRecord[] {
    const reason = `more than ${PENDING_EVENTS_MAX} events were not fetched`;
    const atMs = this.world.clock.now();
    const disabled: Stream = { ...stream, status: 'disabled', reason };
    return [
      { v: 1, what: 'ssf-stream', stream: disabled, atMs },
      this.about(disabled, 'streamUpdated', { status: 'disabled', reason }),
    ];
  }
}

function wants(stream: Stream, { type, subject }: SecurityEvent): boolean {
  return (
    deliveredEventTypes(stream).includes(type) &&
    !stream.excluded.some((excluded) => matches(excluded, subject))
  );
}

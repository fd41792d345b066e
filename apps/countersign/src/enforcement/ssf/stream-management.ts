import { uuidV7 } from '@countersign/policy';
import { EndpointError, malformedRequest } from '../http/endpoint-error.ts';
import { given, type Json } from '../http/i-json.ts';
import {
  applyStreamPatch,
  checkSupplied,
  type Stream,
  type StreamRequest,
  shownOf,
  statusOf,
  streamIdOf,
  textOf,
  wantedOf,
} from './event-stream.ts';
import {
  EXCLUDED_SUBJECTS_MAX,
  STREAMS_PER_RECEIVER_MAX,
  VERIFICATION_EVERY_MS,
} from './limits.ts';
import type { Receiver } from './receiver.ts';
import type { SsfRecord } from './ssf-record.ts';
import { keyOf, matches, subjectOf } from './subject-identifier.ts';
import type { Transmitter } from './transmitter.ts';

/** Stream management for receivers (SSF 1.0, section 8.1). Each receiver sees only its own. */
export class StreamManagement {
  readonly #transmitter: Transmitter;
  /** Time of each stream's last verification. After a restart, one is allowed at once. */
  readonly #verifiedMs = new Map<string, number>();

  constructor(transmitter: Transmitter) {
    this.#transmitter = transmitter;
  }

  /** @throws EndpointError MALFORMED, TOO_MANY */
  async create(receiver: Receiver, message: Json): Promise<Json> {
    const { state, world, transmits } = this.#transmitter;
    if (state.linesOf(receiver.name).length >= STREAMS_PER_RECEIVER_MAX) {
      const what = `a receiver has at most ${STREAMS_PER_RECEIVER_MAX} streams: delete one`;
      throw new EndpointError('TOO_MANY', what);
    }
    const wanted = wantedOf(message, receiver);
    const stream: Stream = {
      id: uuidV7(world.clock.now(), world.random),
      receiver: receiver.name,
      audience: receiver.audience,
      requested: wanted.requested,
      delivery: wanted.delivery,
      description: wanted.description,
      status: 'enabled',
      reason: undefined,
      excluded: [],
    };
    await this.#put(stream, wanted.authorization);
    return shownOf(stream, transmits);
  }

  /** @throws EndpointError UNKNOWN */
  read(receiver: Receiver, streamId: string): Json {
    const { stream } = this.#transmitter.lineOf(receiver, streamId);
    return shownOf(stream, this.#transmitter.transmits);
  }

  list(receiver: Receiver): readonly Json[] {
    const { state, transmits } = this.#transmitter;
    return state.linesOf(receiver.name).map(({ stream }) => shownOf(stream, transmits));
  }

  /** @throws EndpointError UNKNOWN, MALFORMED */
  async patch(receiver: Receiver, message: Json): Promise<Json> {
    const { stream } = this.#transmitter.lineOf(receiver, streamIdOf(message));
    const authorization = this.#transmitter.world.secrets.get(stream.id);
    return this.#change(
      stream,
      message,
      applyStreamPatch(message, { stream, authorization }, receiver),
    );
  }

  /** @throws EndpointError UNKNOWN, MALFORMED */
  async replace(receiver: Receiver, message: Json): Promise<Json> {
    const { stream } = this.#transmitter.lineOf(receiver, streamIdOf(message));
    return this.#change(stream, message, wantedOf(message, receiver));
  }

  /** @throws EndpointError UNKNOWN */
  async remove(receiver: Receiver, streamId: string): Promise<void> {
    const { stream } = this.#transmitter.lineOf(receiver, streamId);
    const { clock, secrets } = this.#transmitter.world;
    const what = 'ssf-stream-deleted';
    const record: SsfRecord = {
      ...{ v: 1, what, streamId, receiver: stream.receiver, atMs: clock.now() },
    };
    await this.#transmitter.record([record]);
    secrets.set(streamId, undefined);
    this.#verifiedMs.delete(streamId);
  }

  /** @throws EndpointError UNKNOWN */
  status(receiver: Receiver, streamId: string): Json {
    const { stream } = this.#transmitter.lineOf(receiver, streamId);
    const { id, status, reason } = stream;
    return { stream_id: id, status, ...(reason === undefined ? {} : { reason }) };
  }

  /** @throws EndpointError UNKNOWN, MALFORMED */
  async setStatus(receiver: Receiver, message: Json): Promise<Json> {
    const { stream } = this.#transmitter.lineOf(receiver, streamIdOf(message));
    const { status, reason } = statusOf(message);
    await this.#say({ ...stream, status, reason });
    return this.status(receiver, stream.id);
  }

  /**
   * Includes a removed subject again; all are included by default.
   * @throws EndpointError UNKNOWN, MALFORMED
   */
  async addSubject(receiver: Receiver, message: Json): Promise<void> {
    const { stream } = this.#transmitter.lineOf(receiver, streamIdOf(message));
    const subject = subjectOf(given(message, 'subject'));
    const excluded = stream.excluded.filter((each) => !matches(each, subject));
    if (excluded.length < stream.excluded.length) await this.#say({ ...stream, excluded });
  }

  /** @throws EndpointError UNKNOWN, MALFORMED, TOO_MANY */
  async removeSubject(receiver: Receiver, message: Json): Promise<void> {
    const { stream } = this.#transmitter.lineOf(receiver, streamIdOf(message));
    const subject = subjectOf(given(message, 'subject'));
    if (stream.excluded.some((each) => keyOf(each) === keyOf(subject))) return;
    if (stream.excluded.length >= EXCLUDED_SUBJECTS_MAX) {
      const what = `a stream excludes at most ${EXCLUDED_SUBJECTS_MAX} subjects`;
      throw new EndpointError('TOO_MANY', what);
    }
    await this.#say({ ...stream, excluded: [...stream.excluded, subject] });
  }

  /** @throws EndpointError UNKNOWN, MALFORMED, TOO_SOON */
  async verify(receiver: Receiver, message: Json): Promise<void> {
    const { stream } = this.#transmitter.lineOf(receiver, streamIdOf(message));
    const state = textOf(given(message, 'state'), 'state');
    if (stream.status === 'disabled')
      throw malformedRequest('the stream is disabled: enable it first');
    const nowMs = this.#transmitter.world.clock.monotonic();
    const lastMs = this.#verifiedMs.get(stream.id) ?? Number.NEGATIVE_INFINITY;
    if (nowMs - lastMs < VERIFICATION_EVERY_MS) {
      const what = `a stream is verified at most once in ${VERIFICATION_EVERY_MS} ms`;
      throw new EndpointError('TOO_SOON', what);
    }
    this.#verifiedMs.set(stream.id, nowMs);
    const payload = state === undefined ? {} : { state };
    await this.#transmitter.record([this.#transmitter.about(stream, 'verification', payload)]);
  }

  async #change(stream: Stream, message: Json, wanted: StreamRequest): Promise<Json> {
    const { transmits } = this.#transmitter;
    checkSupplied(message, stream, transmits);
    const { requested, delivery, description } = wanted;
    const next: Stream = { ...stream, requested, delivery, description };
    await this.#put(next, wanted.authorization);
    return shownOf(next, transmits);
  }

  /** Store the secret first: a push without it would reveal to a stranger that there are events. */
  async #put(stream: Stream, authorization: string | undefined): Promise<void> {
    this.#transmitter.world.secrets.set(stream.id, authorization);
    await this.#say(stream);
  }

  async #say(stream: Stream): Promise<void> {
    const atMs = this.#transmitter.world.clock.now();
    await this.#transmitter.record([{ v: 1, what: 'ssf-stream', stream, atMs }]);
  }
}

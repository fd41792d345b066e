import type { Stream } from './event-stream.ts';
import { STREAM_EVENT_TYPES } from './security-event.ts';
import type { SetClaims } from './security-event-token.ts';
import type { SsfRecord } from './ssf-record.ts';
import { keyOf } from './subject-identifier.ts';

/** An unacknowledged event. */
export type PendingEvent = {
  readonly claims: SetClaims;
  readonly issuedMs: number;
  /** Events of one subject are sent in sequence. */
  readonly subjectKey: string;
  /** About the stream itself: sent in any status. */
  readonly aboutStream: 'yes' | 'no';
};

/** A stream with its pending events, oldest first. */
export type StreamBacklog = { stream: Stream; readonly pending: Map<string, PendingEvent> };

/** The state that all records give together. Recovery after a crash is the normal path. */
export class TransmitterState {
  readonly #lines = new Map<string, StreamBacklog>();

  line(streamId: string): StreamBacklog | undefined {
    return this.#lines.get(streamId);
  }

  lines(): IterableIterator<StreamBacklog> {
    return this.#lines.values();
  }

  linesOf(receiver: string): StreamBacklog[] {
    return [...this.#lines.values()].filter(({ stream }) => stream.receiver === receiver);
  }

  apply(record: SsfRecord): void {
    switch (record.what) {
      case 'ssf-stream':
        this.#put(record.stream);
        return;
      case 'ssf-stream-deleted':
        this.#lines.delete(record.streamId);
        return;
      case 'ssf-issued': {
        const { claims, atMs: issuedMs } = record;
        const [type = ''] = Object.keys(claims.events);
        const isAboutStream = Object.values<string>(STREAM_EVENT_TYPES).includes(type);
        this.#lines.get(record.streamId)?.pending.set(claims.jti, {
          claims,
          issuedMs,
          subjectKey: keyOf(claims.sub_id),
          aboutStream: isAboutStream ? 'yes' : 'no',
        });
        return;
      }
      case 'ssf-settled':
        this.#lines.get(record.streamId)?.pending.delete(record.jti);
    }
  }

  #put(stream: Stream): void {
    const line = this.#lines.get(stream.id);
    if (line === undefined) {
      this.#lines.set(stream.id, { stream, pending: new Map() });
      return;
    }
    line.stream = stream;
    if (stream.status === 'disabled') line.pending.clear();
  }
}

/** A paused stream holds all events except those about itself (SSF 1.0, 8.1.2). */
export function isSendable({ stream }: StreamBacklog, { aboutStream }: PendingEvent): boolean {
  return stream.status === 'enabled' || aboutStream === 'yes';
}

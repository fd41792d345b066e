import type { TraceContext } from './trace-context.ts';

/** What a span describes, by the names of OpenTelemetry. */
export type SpanKind = 'internal' | 'server' | 'client' | 'producer';

/** Names of operations, collectors and feeds, and counts. Never a person or a secret. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

/** A span that has ended. */
export type EndedSpan = TraceContext & {
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly kind: SpanKind;
  /** Unix time in milliseconds, with fractions. */
  readonly startMs: number;
  readonly endMs: number;
  readonly attributes: SpanAttributes;
  readonly status: 'unset' | 'error';
};

/** Spans by outcome, since the start. */
export type SpanCounts = { readonly exported: number; readonly dropped: number };

/** At 1 KiB each, these are 4 MiB: minutes of normal work, or seconds of a flood. */
export const SPANS_KEPT_MAX = 4096;

/** Holds spans until they are exported. If it is full, new ones are dropped and counted. */
export class SpanBuffer {
  readonly #spans: EndedSpan[] = [];
  #exported = 0;
  #dropped = 0;

  add(span: EndedSpan): void {
    if (this.#spans.length >= SPANS_KEPT_MAX) this.#dropped++;
    else this.#spans.push(span);
  }

  /** Takes the oldest spans out. */
  take(count: number): readonly EndedSpan[] {
    return this.#spans.splice(0, count);
  }

  /** Puts spans of a failed export back, as far as there is room. */
  giveBack(spans: readonly EndedSpan[]): void {
    const room = Math.max(0, SPANS_KEPT_MAX - this.#spans.length);
    const kept = spans.slice(0, room);
    this.#spans.unshift(...kept);
    this.#dropped += spans.length - kept.length;
  }

  get size(): number {
    return this.#spans.length;
  }

  count(outcome: keyof SpanCounts, spans: number): void {
    if (outcome === 'exported') this.#exported += spans;
    else this.#dropped += spans;
  }

  get counts(): SpanCounts {
    return { exported: this.#exported, dropped: this.#dropped };
  }
}

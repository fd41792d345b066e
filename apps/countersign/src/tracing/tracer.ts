import { AsyncLocalStorage } from 'node:async_hooks';
import type { Clock, Random } from '@countersign/core';
import type { EndedSpan, SpanAttributes, SpanBuffer, SpanKind } from './span-buffer.ts';
import { formatTraceparent, type TraceContext } from './trace-context.ts';

export type TracerOptions = {
  readonly buffer: SpanBuffer;
  /** This machine's clock: traces of several services are compared. */
  readonly clock: Pick<Clock, 'now' | 'monotonic'>;
  readonly random: Random;
  /** Share of the traces that begin here and are recorded, 0 to 1. */
  readonly share: number;
};

export type SpanStart = {
  readonly kind?: SpanKind;
  readonly attributes?: SpanAttributes;
  /** What a caller stated. Undefined: the current span, or else a new trace. */
  readonly parent?: TraceContext | undefined;
};

/** Makes the spans of one thread. Without a configured receiver, there is no tracer. */
export class Tracer {
  readonly #options: TracerOptions;
  readonly #current = new AsyncLocalStorage<TraceContext>();

  constructor(options: TracerOptions) {
    this.#options = options;
  }

  /** Begins a span. The caller MUST end it. */
  begin(name: string, { kind = 'internal', attributes = {}, parent }: SpanStart = {}): Span {
    const above = parent ?? this.#current.getStore();
    const { clock, buffer } = this.#options;
    const [traceId, spanId] = [above?.traceId ?? this.#id(16), this.#id(8)];
    const context = { traceId, spanId, isSampled: above?.isSampled ?? this.#isChosen() };
    const startMs = clock.now();
    const startedMs = clock.monotonic();
    return new Span(context, { name, attributes }, (end) => {
      if (!context.isSampled) return;
      const endMs = startMs + Math.max(0, clock.monotonic() - startedMs);
      buffer.add({ ...context, parentSpanId: above?.spanId, kind, startMs, endMs, ...end });
    });
  }

  /** Records a span that has ended now. */
  record(name: string, durationMs: number, attributes: SpanAttributes, error?: 'error'): void {
    const above = this.#current.getStore();
    const isSampled = above?.isSampled ?? this.#isChosen();
    if (!isSampled) return;
    const endMs = this.#options.clock.now();
    this.#options.buffer.add({
      ...{ traceId: above?.traceId ?? this.#id(16), spanId: this.#id(8), isSampled },
      ...{ parentSpanId: above?.spanId, name, kind: 'internal', attributes },
      ...{ startMs: endMs - Math.max(0, durationMs), endMs, status: error ?? 'unset' },
    });
  }

  /** Spans that begin in `work` are below this one. */
  within<Result>(context: TraceContext, work: () => Result): Result {
    return this.#current.run(context, work);
  }

  /** The header for a request that the current span sends. */
  traceparent(): string | undefined {
    const current = this.#current.getStore();
    return current === undefined ? undefined : formatTraceparent(current);
  }

  #id(bytes: number): string {
    const id = Buffer.from(this.#options.random.fill(new Uint8Array(bytes)));
    // All zeros are no id (W3C Trace Context, section 3.2.2.3).
    if (id.every((byte) => byte === 0)) id[0] = 1;
    return id.toString('hex');
  }

  #isChosen(): boolean {
    const { share, random } = this.#options;
    if (share >= 1) return true;
    return Buffer.from(random.fill(new Uint8Array(4))).readUInt32BE() < share * 2 ** 32;
  }
}

type SpanEnd = Pick<EndedSpan, 'name' | 'attributes' | 'status'>;

export class Span {
  readonly context: TraceContext;
  readonly #end: (end: SpanEnd) => void;
  readonly #attributes: SpanAttributes;
  #name: string;
  #isEnded = false;

  constructor(
    context: TraceContext,
    { name, attributes }: Pick<SpanEnd, 'name' | 'attributes'>,
    end: (end: SpanEnd) => void,
  ) {
    this.context = context;
    this.#name = name;
    this.#attributes = attributes;
    this.#end = end;
  }

  /** For a name that is known only later, such as the operation of a request. */
  rename(name: string): void {
    this.#name = name;
  }

  /** Counts once, however often it is called. */
  end(attributes: SpanAttributes = {}, status: SpanEnd['status'] = 'unset'): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#end({ name: this.#name, attributes: { ...this.#attributes, ...attributes }, status });
  }
}

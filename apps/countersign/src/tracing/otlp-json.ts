import type { EndedSpan, SpanAttributes, SpanKind } from './span-buffer.ts';

/** The values of `SpanKind` in opentelemetry-proto 1.x, `trace.proto`. */
const KINDS: Readonly<Record<SpanKind, number>> = {
  internal: 1,
  server: 2,
  client: 3,
  producer: 4,
};

const STATUS_ERROR = 2;

export type TraceResource = { readonly version: string; readonly thread: string };

/**
 * An `ExportTraceServiceRequest` as JSON (OTLP 1.x, "JSON Protobuf Encoding"): ids are hex, 64-bit
 * integers are strings, enums are numbers.
 */
export function otlpRequest(
  spans: readonly EndedSpan[],
  { version, thread }: TraceResource,
): string {
  return JSON.stringify({
    resourceSpans: [
      {
        resource: {
          attributes: attributesOf({
            'service.name': 'countersign',
            'service.version': version,
            'thread.name': thread,
          }),
        },
        scopeSpans: [{ scope: { name: 'countersign', version }, spans: spans.map(spanOf) }],
      },
    ],
  });
}

function spanOf(span: EndedSpan): object {
  const { traceId, spanId, parentSpanId, name, kind, startMs, endMs, attributes, status } = span;
  return {
    ...{ traceId, spanId, ...(parentSpanId === undefined ? {} : { parentSpanId }), name },
    kind: KINDS[kind],
    startTimeUnixNano: nanosOf(startMs),
    endTimeUnixNano: nanosOf(endMs),
    attributes: attributesOf(attributes),
    status: status === 'error' ? { code: STATUS_ERROR } : {},
  };
}

/** A double has no room for nanoseconds since 1970. */
function nanosOf(ms: number): string {
  const whole = Math.floor(ms);
  const nanos = Math.min(999_999, Math.round((ms - whole) * 1e6));
  return String(BigInt(whole) * 1_000_000n + BigInt(nanos));
}

function attributesOf(attributes: SpanAttributes): readonly object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: anyValueOf(value) }));
}

function anyValueOf(value: string | number | boolean): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

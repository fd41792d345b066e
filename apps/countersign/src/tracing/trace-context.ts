/** The position of a span in a trace, as callers state it (W3C Trace Context, section 3.2). */
export type TraceContext = {
  /** 32 lower-case hex digits, not all zero. */
  readonly traceId: string;
  /** 16 lower-case hex digits, not all zero. */
  readonly spanId: string;
  readonly isSampled: boolean;
};

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;

const SAMPLED = 0x01;

/** Undefined: the header is missing or invalid, so a new trace begins (section 4.3). */
export function parseTraceparent(header: string | null | undefined): TraceContext | undefined {
  const [, version = '', traceId = '', spanId = '', flags = '', more] =
    TRACEPARENT.exec(header ?? '') ?? [];
  // Later versions may append members. Version 00 has none, and ff is forbidden.
  if (version === '' || version === 'ff' || (version === '00' && more !== undefined)) {
    return undefined;
  }
  if (/^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return { traceId, spanId, isSampled: (Number.parseInt(flags, 16) & SAMPLED) !== 0 };
}

export function formatTraceparent({ traceId, spanId, isSampled }: TraceContext): string {
  return `00-${traceId}-${spanId}-${isSampled ? '01' : '00'}`;
}

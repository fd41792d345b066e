import fc from 'fast-check';
import { FEED_KINDS } from '../../config/feeds/feed-kind.ts';
import type { Delivery } from '../delivery/sink.ts';

export const ORIGIN = 'countersign.example/log';
export const TENANT = '11111111-2f4c-4b7a-9d1e-5a6b7c8d9e0f';

/** A finding as a sink gets it. */
export function delivery(index: number, body: object = { severity_id: 4 }): Delivery {
  return {
    index,
    kind: 'finding',
    id: `${ORIGIN}#${index}`,
    at: '2026-01-01T00:00:00.1234567Z',
    seen: '2026-01-01T00:00:05Z',
    tenant: TENANT,
    body,
  };
}

/** Text with everything that framing, escaping and length counting may get wrong. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom(...'"\\]=[<> \n\r\t\0', '\uFEFF', '\uD800', '💥', 'é', '5 <1'),
  }),
);

/** Deliveries of all kinds, with ascending indices. */
export const deliveries: fc.Arbitrary<readonly Delivery[]> = fc
  .array(
    fc.record({
      shape: fc.constantFrom('entry', 'erased', 'unreadable'),
      kind: fc.constantFrom(...FEED_KINDS),
      origin: hostileText,
      tenant: fc.oneof(fc.constantFrom('-', TENANT), hostileText),
      at: fc.constantFrom('2026-01-01T00:00:00Z', '1999-12-31T23:59:59.1234567Z'),
      severity: fc.constantFrom(0, 1, 2, 3, 4, 5, 6, 99, 'high', undefined),
      text: hostileText,
      step: fc.integer({ min: 1, max: 1000 }),
    }),
    { minLength: 1, maxLength: 20 },
  )
  .map((parts) => {
    let index = 0;
    return parts.map(({ shape, kind, origin, tenant, at, severity, text, step }): Delivery => {
      index += step;
      const id = `${origin}#${index}`;
      if (shape === 'erased') return { index, kind: 'erased', id, of: kind };
      if (shape === 'unreadable') return { index, kind: 'unreadable', id, of: kind, because: text };
      const body = { ...(severity !== undefined && { severity_id: severity }), message: text };
      return { index, kind, id, at, seen: at, tenant, body };
    });
  });

import type { Delivery } from '../../../apps/countersign/src/feeds/delivery/sink.ts';

export const ORIGIN = 'countersign.example/a1';
export const TENANT = '5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794';

/** An OCSF Authentication event (3002), as a feed delivers it. */
export function eventDelivery(index: number, more: EventOptions = {}): Delivery {
  const { user = `user-${index % 50}`, timeMs = Date.UTC(2026, 2, 2, 9) + index * 1000 } = more;
  const at = new Date(timeMs).toISOString();
  return {
    index,
    kind: 'event',
    id: `${ORIGIN}#${index}`,
    at,
    seen: at,
    tenant: TENANT,
    body: {
      activity_id: 1,
      category_uid: 3,
      class_uid: 3002,
      type_uid: 300_201,
      time: timeMs,
      severity_id: 1,
      status_id: 1,
      message: `${user}@northmoor.example: signed in`,
      metadata: {
        version: '1.8.0',
        product: { name: 'Microsoft 365', vendor_name: 'Microsoft' },
        tenant_uid: TENANT,
        uid: `sign-in-${index}`,
        loggers: [{ name: ORIGIN, logged_time: timeMs }],
      },
      actor: { user: { name: `${user}@northmoor.example`, uid: user, type_id: 1 } },
      src_endpoint: { ip: '198.51.100.10', location: { country: 'GB', city: 'Kirkwall' } },
      user: { name: `${user}@northmoor.example`, uid: user, type_id: 1 },
      is_mfa: true,
      observables: [{ name: 'src_endpoint.ip', type_id: 2, value: '198.51.100.10' }],
      unmapped: { correlationId: `c-${index}`, riskState: null, tags: ['a', 'b'] },
      ...more.body,
    },
  };
}

type EventOptions = {
  readonly user?: string;
  readonly timeMs?: number;
  readonly body?: Readonly<Record<string, unknown>>;
};

export function eventDeliveries(from: number, count: number): Delivery[] {
  return Array.from({ length: count }, (_, at) => eventDelivery(from + at));
}

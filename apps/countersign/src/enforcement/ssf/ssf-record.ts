import { isObject } from '../http/i-json.ts';
import type { Stream } from './event-stream.ts';
import type { SetClaims } from './security-event-token.ts';

/** How an event ended. */
export type DeliveryOutcome =
  /** The receiver acknowledged it. */
  | 'acknowledged'
  /** The receiver refused it. */
  | 'refused'
  /** It was not fetched within its retention. */
  | 'expired';

/**
 * A transmitter's records. They suffice to continue after a crash. Disabling or deleting a stream
 * drops its pending events.
 */
export type SsfRecord =
  | { readonly v: 1; readonly what: 'ssf-stream'; readonly stream: Stream; readonly atMs: number }
  | {
      readonly v: 1;
      readonly what: 'ssf-stream-deleted';
      readonly streamId: string;
      readonly receiver: string;
      readonly atMs: number;
    }
  | {
      readonly v: 1;
      readonly what: 'ssf-issued';
      readonly streamId: string;
      readonly receiver: string;
      readonly claims: SetClaims;
      readonly atMs: number;
    }
  | {
      readonly v: 1;
      readonly what: 'ssf-settled';
      readonly streamId: string;
      readonly jti: string;
      readonly how: DeliveryOutcome;
      /** The receiver's error. */
      readonly error: string | undefined;
      readonly atMs: number;
    };

const WHATS: ReadonlySet<unknown> = new Set([
  'ssf-stream',
  'ssf-stream-deleted',
  'ssf-issued',
  'ssf-settled',
]);

/** Undefined for the body of another entry. Our own records have a valid form. */
export function ssfRecordOf(body: unknown): SsfRecord | undefined {
  if (!isObject(body) || body['v'] !== 1 || !WHATS.has(body['what'])) return undefined;
  return body as SsfRecord;
}

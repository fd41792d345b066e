import { isObject } from '../http/i-json.ts';
import type { Stream } from './event-stream.ts';
import type { SetClaims } from './security-event-token.ts';

/** How an event ended. */
export type DeliveryOutcome =
  /** The receiver has it, and said so. */
  | 'acknowledged'
  /** The receiver said that it will not have it. */
  | 'refused'
  /** Nobody fetched it for as long as it could have been of use. */
  | 'expired';

/**
 * What a transmitter writes down: with these alone it goes on after a crash where it was. What a
 * stream still had to send when it was disabled or deleted is dropped with it.
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
      /** What the receiver said is wrong with it. */
      readonly error: string | undefined;
      readonly atMs: number;
    };

const WHATS: ReadonlySet<unknown> = new Set([
  'ssf-stream',
  'ssf-stream-deleted',
  'ssf-issued',
  'ssf-settled',
]);

/** Undefined for the body of another entry. What we wrote ourselves is of the form it has. */
export function ssfRecordOf(body: unknown): SsfRecord | undefined {
  if (!isObject(body) || body['v'] !== 1 || !WHATS.has(body['what'])) return undefined;
  return body as SsfRecord;
}

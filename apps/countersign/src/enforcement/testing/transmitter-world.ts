import { createLocalJWKSet, type JWTVerifyResult, jwtVerify } from 'jose';
import { PollDelivery, pollRequestOf } from '../ssf/poll-delivery.ts';
import { type SecurityEvent, sessionRevoked } from '../ssf/security-event.ts';
import type { SsfRecord } from '../ssf/ssf-record.ts';
import { StreamManagement } from '../ssf/stream-management.ts';
import { complex, issSub, opaque } from '../ssf/subject-identifier.ts';
import type { Transmitter } from '../ssf/transmitter.ts';
import { ISSUER, RECEIVER, SsfTestWorld } from './ssf-world.ts';

export const HOOK = 'https://wiki.example.com/events';

export const never: AbortSignal = new AbortController().signal;

export type TransmitterHarness = {
  readonly at: SsfTestWorld;
  readonly transmitter: Transmitter;
  readonly management: StreamManagement;
  readonly polls: PollDelivery;
};

/** A transmitter with its environment. With records, it continues after them. */
export async function world(
  records?: readonly SsfRecord[],
  before?: SsfTestWorld,
): Promise<TransmitterHarness> {
  const at = before ?? (await SsfTestWorld.make());
  const transmitter = at.transmitter(records);
  const management = new StreamManagement(transmitter);
  return { at, transmitter, management, polls: new PollDelivery(transmitter) };
}

export function ended(who: string, { clock }: SsfTestWorld): SecurityEvent {
  return sessionRevoked(
    complex({ user: issSub('https://idp.example.com', who), session: opaque(`pass-${who}`) }),
    { atMs: clock.now(), by: 'policy', reason: 'the risk was raised', transaction: 'tx-1' },
  );
}

export async function poll(
  polls: PollDelivery,
  id: string,
  message: Record<string, unknown> = {},
): Promise<{ readonly sets: Record<string, string>; readonly moreAvailable: unknown }> {
  const request = pollRequestOf({ returnImmediately: true, ...message });
  const { sets, moreAvailable } = await polls.poll(RECEIVER, id, request, never);
  return { sets: sets as Record<string, string>, moreAvailable };
}

/** Verifies an event as a receiver does, with a third-party library. */
export async function verified(transmitter: Transmitter, set: string): Promise<JWTVerifyResult> {
  return jwtVerify(set, createLocalJWKSet(transmitter.keys.jwks), {
    issuer: ISSUER,
    audience: RECEIVER.audience,
    algorithms: ['RS256'],
    typ: 'secevent+jwt',
  });
}

export function idOf(stream: Readonly<Record<string, unknown>>): string {
  return String(stream['stream_id']);
}

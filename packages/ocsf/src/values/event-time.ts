import { msOfInstant, normalizeInstant, plainInstantMs } from '@countersign/core';

/** Milliseconds of a leaf's event time; 0 for an unreadable one. */
export function msOfEventTime(at: string): number {
  const plain = plainInstantMs(at);
  if (!Number.isNaN(plain)) return plain;
  const direct = msOfInstant(at);
  if (!Number.isNaN(direct)) return direct;
  const normal = normalizeInstant(at);
  return normal === undefined ? 0 : msOfInstant(normal);
}

/**
 * When a token was issued, in any form. Services write the first day of their calendar (0001, 1601
 * or 1970) if they do not know: that counts as not stated.
 */
export function issuedMsOf(value: unknown): number | null {
  if (typeof value !== 'string' || value.length < 10) return null;
  const plain = plainInstantMs(value);
  const ms = Number.isNaN(plain) ? msOfEventTime(normalizeInstant(value) ?? '') : plain;
  return ms >= TOKENS_SINCE_MS ? ms : null;
}

/** No token of the suite is older. */
const TOKENS_SINCE_MS = Date.UTC(2010, 0, 1);

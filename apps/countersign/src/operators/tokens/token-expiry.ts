import { CountersignError, instant, msOfInstant, quoted } from '@countersign/core';
import { OperatorError } from '../errors.ts';
import { TOKEN_LIFE_MS_MAX, TOKEN_LIFE_MS_MIN } from '../limits.ts';

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 24 * 3_600_000],
]);

/**
 * The end of a token's life: a duration from now (`90d`, `12h`, `30m`) or a time.
 *
 * @throws OperatorError UNUSABLE_EXPIRY
 */
export function expiryOf(text: string, nowMs: number): number {
  const atMs = endOf(text.trim(), nowMs);
  if (atMs === undefined) {
    throw unusable(text, 'it is neither a duration nor a time. Write 90d, 12h or 2027-03-01');
  }
  if (atMs - nowMs < TOKEN_LIFE_MS_MIN) {
    throw unusable(text, 'it ends in less than 10 minutes. Write a later time');
  }
  if (atMs - nowMs > TOKEN_LIFE_MS_MAX) {
    throw unusable(text, 'it ends after more than a year. Write 366d or less');
  }
  return atMs;
}

function endOf(text: string, nowMs: number): number | undefined {
  const [, count, unit = ''] = /^(\d{1,6})([mhd])$/.exec(text) ?? [];
  if (count !== undefined) return nowMs + Number(count) * (UNIT_MS.get(unit) ?? 0);
  try {
    return msOfInstant(instant(text));
  } catch (error) {
    if (error instanceof CountersignError) return undefined;
    throw error;
  }
}

function unusable(text: string, why: string): OperatorError {
  return new OperatorError('UNUSABLE_EXPIRY', `could not use the expiry ${quoted(text)}: ${why}`);
}

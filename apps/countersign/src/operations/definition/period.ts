import { msOfInstant } from '@countersign/core';
import { invalidInput } from './errors.ts';
import { type Fields, field, instantText } from './fields.ts';

/** `[from, to)` in the normal form. */
export type PeriodInput = {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
};

export type PeriodMs = {
  readonly fromMs: number | undefined;
  readonly toMs: number | undefined;
};

/** The members of an input with a period. */
export const PERIOD_FIELDS: Fields<PeriodInput> = {
  from: field(
    instantText.optional(),
    'start of the period, inclusive (UTC unless the time states another zone)',
    {
      value: 'time',
    },
  ),
  to: field(instantText.optional(), 'end of the period, exclusive', { value: 'time' }),
};

/** @throws OperationError INVALID_INPUT if the period is empty */
export function periodOf({ from, to }: PeriodInput): PeriodMs {
  const fromMs = from === undefined ? undefined : msOfInstant(from);
  const toMs = to === undefined ? undefined : msOfInstant(to);
  if (fromMs !== undefined && toMs !== undefined && fromMs >= toMs) {
    throw invalidInput(`the period is empty: --from ${from} must be before --to ${to}`);
  }
  return { fromMs, toMs };
}

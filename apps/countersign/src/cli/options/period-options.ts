import { msOfInstant } from '@countersign/core';
import type { Command as Parser } from 'commander';
import { usage } from '../process/errors.ts';
import { instantOption } from './parse-options.ts';

/** `[from, to)`, normal forms. */
export type PeriodFlags = { readonly from?: string; readonly to?: string };

export function declarePeriod(parser: Parser): Parser {
  return parser
    .option(
      '--from <time>',
      'from this time on (UTC unless the time states another zone)',
      instantOption,
    )
    .option('--to <time>', 'before this time', instantOption);
}

export function periodOf(flags: PeriodFlags): {
  readonly fromMs: number | undefined;
  readonly toMs: number | undefined;
} {
  const fromMs = flags.from === undefined ? undefined : msOfInstant(flags.from);
  const toMs = flags.to === undefined ? undefined : msOfInstant(flags.to);
  if (fromMs !== undefined && toMs !== undefined && fromMs >= toMs) {
    throw usage(`the period is empty: --from ${flags.from} must be before --to ${flags.to}`);
  }
  return { fromMs, toMs };
}

import type { TenantId } from '@countersign/core';
import type { Command as Parser } from 'commander';
import type { EntryScope } from '../../operations/entry-scope.ts';
import { indexArgument, repeated } from './parse-options.ts';
import { declarePeriod, type PeriodFlags, periodOf } from './period-options.ts';

/** Which entries an erasure or a hold is about. */
export type ScopeFlags = PeriodFlags & {
  readonly user?: readonly string[];
  readonly import?: number;
  readonly source?: string;
};

export function declareScope(parser: Parser): Parser {
  parser
    .option('--user <who>', 'whatever names this person, by any of their names', repeated)
    .option('--import <n>', 'what came by this import: the index of its first entry', indexArgument)
    .option('--source <source>', 'what came from this source');
  return declarePeriod(parser);
}

export function scopeOf(flags: ScopeFlags, tenant: TenantId | undefined): EntryScope {
  const { user, source } = flags;
  return { users: user ?? [], import: flags.import, source, tenant, ...periodOf(flags) };
}

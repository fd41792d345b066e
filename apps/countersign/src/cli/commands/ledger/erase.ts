import { plural, type TenantId } from '@countersign/core';
import type { Command as Parser } from 'commander';
import type { ErasureReport } from '../../../ingest/erasure/erase-bodies.ts';
import type { EntryScope } from '../../../operations/entry-scope.ts';
import { indicesArgument, instantOption } from '../../options/parse-options.ts';
import { declareScope, type ScopeFlags, scopeOf } from '../../options/scope-options.ts';
import {
  DRY_RUN,
  declareWriter,
  noProgress,
  type WriterFlags,
  whoActs,
  write,
} from '../../options/write-options.ts';
import type { BindCommand, CommandHandler } from '../../process/command-context.ts';
import { usage } from '../../process/errors.ts';
import { EXIT } from '../../process/exit-code.ts';

type EraseFlags = ScopeFlags &
  WriterFlags & { readonly case: string; readonly reason: string; readonly before?: string };

export function declareErase(ledger: Parser, bind: BindCommand): void {
  const parser = ledger
    .command('erase')
    .summary('erase bodies for good; every proof stays whole')
    .description(
      'Erases bodies of entries, and whatever was derived from them. Proofs still verify, and ' +
        'the erasure is an entry. All that is given must fit. With --before it is retention: all ' +
        'records of events before that time go, and what was quarantined until then. It refuses ' +
        'whole where a hold covers any of it. This cannot be undone.',
    )
    .argument('[index...]', 'indices of entries', indicesArgument);
  declareScope(parser)
    .option('--before <time>', 'retention: all that happened before this time', instantOption)
    .requiredOption('--case <case>', 'the case for which it is done')
    .requiredOption('--reason <reason>', 'why');
  declareWriter(parser.option(...DRY_RUN)).action(bind(erase));
}

const erase: CommandHandler<[indices: readonly number[] | undefined, flags: EraseFlags]> = async (
  context,
  indices = [],
  flags,
) => {
  const { eraseWork } = await import('../../../operations/erase.ts');
  const { tenant, terminal } = context;
  const scope = eraseScopeOf(flags, tenant);
  const { users, source, fromMs, toMs } = scope;
  const isAnything = [source, fromMs, toMs, scope.import].some((member) => member !== undefined);
  if (!isAnything && users.length === 0 && indices.length === 0) {
    throw usage(
      'say what is to be erased: --before, --user, --import, --source, --from and --to, or indices',
    );
  }
  const whenNothing = flags.before === undefined ? 'refuse' : 'done';
  const why = { case: flags.case, reason: flags.reason, whenNothing } as const;
  const report = (await write(context, {
    work: eraseWork(whoActs(), { ...scope, indices, ...why }),
    flags,
    ledger: 'needs',
    repeatable: false,
    progressOf: noProgress,
  })) as ErasureReport;
  if (context.json) {
    const { erased, quarantined, entry, ranges } = report;
    terminal.document({ erased, quarantined, entry, ranges });
  } else {
    terminal.line(textOf(report));
  }
  return EXIT.done;
};

function eraseScopeOf(flags: EraseFlags, tenant: TenantId | undefined): EntryScope {
  const { before, from, to } = flags;
  if (before === undefined) return scopeOf(flags, tenant);
  if (from !== undefined || to !== undefined) {
    throw usage('give --before for retention, or --from and --to for a period, and not both');
  }
  return scopeOf({ ...flags, to: before }, tenant);
}

function textOf({ erased, quarantined, entry }: ErasureReport): string {
  if (entry === null) return 'nothing is left to erase';
  const besides = quarantined === 0 ? '' : `, and ${plural(quarantined, 'quarantined piece')}`;
  return `${plural(erased, 'body')} erased${besides}; entry ${entry} says so`;
}

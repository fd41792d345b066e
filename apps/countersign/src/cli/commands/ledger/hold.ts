import type { Command as Parser } from 'commander';
import type { ActiveHold } from '../../../ingest/erasure/legal-holds.ts';
import type { HoldEntry } from '../../../operations/hold.ts';
import { askStore, notYetIndexed } from '../../answers/open-readers.ts';
import { declareScope, type ScopeFlags, scopeOf } from '../../options/scope-options.ts';
import {
  DRY_RUN,
  declareWriter,
  noProgress,
  type WriterFlags,
  whoActs,
  write,
} from '../../options/write-options.ts';
import type { BindCommand, CommandHandler, Context } from '../../process/command-context.ts';
import { usage } from '../../process/errors.ts';
import { EXIT, type ExitCode } from '../../process/exit-code.ts';
import { timeText } from '../../render/time-text.ts';
import type { Column } from '../../terminal/table.ts';

type HoldFlags = ScopeFlags &
  WriterFlags & { readonly case?: string; readonly release?: string; readonly list?: true };

export function declareHold(ledger: Parser, bind: BindCommand): void {
  const parser = ledger
    .command('hold')
    .summary('keep entries from being erased')
    .description(
      'Places a hold for a case: erasure and retention refuse what it fits until the case is ' +
        'released. Without any scope it holds everything.',
    )
    .option('--case <case>', 'place a hold for this case');
  declareScope(parser)
    .option('--release <case>', 'release all holds of this case')
    .option('--list', 'list the holds that stand');
  declareWriter(parser.option(...DRY_RUN)).action(bind(hold));
}

const COLUMNS: readonly Column<ActiveHold>[] = [
  { title: 'case', kind: 'text', cell: (hold) => hold.case },
  { title: 'entry', kind: 'number', cell: ({ index }) => String(index) },
  { title: 'by', kind: 'text', cell: ({ by }) => by },
  { title: 'holds', kind: 'text', comfortable: 30, cell: scopeText },
];

const hold: CommandHandler<[flags: HoldFlags]> = async (context, flags) => {
  const asked = [flags.case, flags.release, flags.list].filter((flag) => flag !== undefined);
  if (asked.length !== 1) throw usage('give one of --case, --release and --list');
  if (flags.list === true) return list(context);
  const { holdWork, releaseWork } = await import('../../../operations/hold.ts');
  const { terminal, tenant } = context;
  const work =
    flags.case === undefined
      ? releaseWork(whoActs(), String(flags.release))
      : holdWork(whoActs(), { ...scopeOf(flags, tenant), case: flags.case });
  const { entry } = (await write(context, {
    work,
    flags,
    ledger: 'needs',
    repeatable: false,
    progressOf: noProgress,
  })) as HoldEntry;
  const done = flags.case === undefined ? 'released' : 'placed';
  if (context.json) terminal.document({ entry });
  else
    terminal.line(
      `hold ${done} for the case ${flags.case ?? flags.release}; entry ${entry} says so`,
    );
  return EXIT.done;
};

async function list(context: Context): Promise<ExitCode> {
  return askStore(context, async ({ ledger, store, head }) => {
    const { activeHolds } = await import('../../../ingest/erasure/legal-holds.ts');
    const holds = await activeHolds({ store, reader: ledger });
    if (context.json) await context.terminal.items(holds);
    else if (holds.length > 0) await context.terminal.table(COLUMNS, holds);
    notYetIndexed(head);
    if (holds.length === 0 && !context.json) context.terminal.line('no hold stands');
    // Every hold is an entry of this very ledger: that none stands is known.
    return EXIT.done;
  });
}

function scopeText({ scope }: ActiveHold): string {
  const { names, source, tenant, fromMs, toMs } = scope;
  const parts = [
    ...(names.length === 0 ? [] : [`what names ${names.join(', ')}`]),
    ...(source === null ? [] : [`from ${source}`]),
    ...(tenant === null ? [] : [`of tenant ${tenant}`]),
    ...(scope.import === null ? [] : [`by import ${scope.import}`]),
    ...(fromMs === null && toMs === null ? [] : [`${timeText(fromMs)} to ${timeText(toMs)}`]),
  ];
  return parts.length === 0 ? 'everything' : parts.join('; ');
}

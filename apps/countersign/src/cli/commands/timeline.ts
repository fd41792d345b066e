import type { LedgerReader } from '@countersign/ledger';
import type { OcsfEvent } from '@countersign/ocsf';
import type { Command as Parser } from 'commander';
import type { ErasureIndex } from '../../projection/entries/erasure-index.ts';
import type { ErasureSubjectTest } from '../../store/rows/entry-rows.ts';
import type { EventRow } from '../../store/rows/event-row.ts';
import { idOr } from '../answers/ids.ts';
import { askStore, listExitCode, untilAborted } from '../answers/open-readers.ts';
import { declarePeriod, type PeriodFlags, periodOf } from '../options/period-options.ts';
import type { BindCommand, CommandHandler } from '../process/command-context.ts';
import { eventColumns } from '../render/event-columns.ts';
import { lineColumns, withHoles } from '../render/timeline-gaps.ts';

type TimelineFlags = PeriodFlags & {
  readonly user?: string;
  readonly ip?: string;
  readonly session?: string;
  readonly app?: string;
};

export function declareTimeline(program: Parser, bind: BindCommand): void {
  const parser = program
    .command('timeline')
    .summary('events in order')
    .description('Lists events in order of their time, each action once. --json: OCSF 1.8.0.')
    .option('--user <who>', 'who acted: UPN in any case, object id, PUID or SID')
    .option('--ip <ip>', 'from this address')
    .option('--session <id>', 'in this session')
    .option('--app <app>', 'with this application: id or name');
  declarePeriod(parser).action(bind(timeline));
}

const timeline: CommandHandler<[flags: TimelineFlags]> = async (context, flags) =>
  askStore(context, async ({ ledger, store, head }) => {
    const { ip } = flags;
    const user = await idOr(flags.user, { store, column: 'actor_uid', what: 'person' });
    const session = await idOr(flags.session, { store, column: 'session_uid', what: 'session' });
    const app = await idOr(flags.app, { store, column: 'app_uid', what: 'application' });
    const { tenant, terminal } = context;
    const { ErasureIndex } = await import('../../projection/entries/erasure-index.ts');
    const erasures = await ErasureIndex.read({ store, reader: ledger, dir: context.dataDir });
    const isSubject: ErasureSubjectTest = (erasure, names) => erasures.isSubject(erasure, names);
    const filter = { user, ip, session, app, tenant, isSubject, ...periodOf(flags) };
    const { rows, coverage } = await store.timeline(filter, head);
    const asked = untilAborted(rows, context.signal);
    const columns = eventColumns(({ entries }) => erasures.of(entries)?.index);
    if (context.json) await terminal.items(await events(asked, ledger, erasures));
    else await terminal.table(lineColumns(columns), withHoles(asked, coverage.holes));
    return listExitCode(coverage.answer);
  });

async function events(
  rows: AsyncIterable<EventRow>,
  ledger: LedgerReader,
  erasures: ErasureIndex,
): Promise<AsyncIterable<OcsfEvent>> {
  const { EventBuilder } = await import('../../projection/event-builder.ts');
  return new EventBuilder(ledger).ofRows(rows, erasures);
}

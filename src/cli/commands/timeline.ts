import type { Command as Parser } from 'commander';
import type { EventRow, Sought } from '../../books/index.ts';
import type { LedgerReader } from '../../ledger/index.ts';
import type { OcsfEvent } from '../../ocsf/index.ts';
import type { Erasures } from '../../pipeline/index.ts';
import type { Bind, Command } from '../context.ts';
import { idOr } from '../ids.ts';
import { declarePeriod, type PeriodFlags, periodOf } from '../period.ts';
import { eventColumns } from '../present/event-table.ts';
import { lineColumns, withHoles } from '../present/holes.ts';
import { askBooks, untilAborted, worth } from '../question.ts';

type TimelineFlags = PeriodFlags & {
  readonly user?: string;
  readonly ip?: string;
  readonly session?: string;
  readonly app?: string;
};

export function declareTimeline(program: Parser, bind: Bind): void {
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

const timeline: Command<[flags: TimelineFlags]> = async (context, flags) =>
  askBooks(context, async ({ ledger, books, head }) => {
    const { ip } = flags;
    const user = await idOr(flags.user, { books, column: 'actor_uid', what: 'person' });
    const session = await idOr(flags.session, { books, column: 'session_uid', what: 'session' });
    const app = await idOr(flags.app, { books, column: 'app_uid', what: 'application' });
    const { tenant, terminal } = context;
    const { Erasures } = await import('../../pipeline/index.ts');
    const erasures = await Erasures.read({ books, reader: ledger, dir: context.dataDir });
    const sought: Sought = (erasure, names) => erasures.sought(erasure, names);
    const filter = { user, ip, session, app, tenant, sought, ...periodOf(flags) };
    const { rows, coverage } = await books.timeline(filter, head);
    const asked = untilAborted(rows, context.signal);
    const columns = eventColumns(({ entries }) => erasures.of(entries)?.index);
    if (context.json) await terminal.items(await events(asked, ledger, erasures));
    else await terminal.table(lineColumns(columns), withHoles(asked, coverage.holes));
    return worth(coverage.answer);
  });

async function events(
  rows: AsyncIterable<EventRow>,
  ledger: LedgerReader,
  erasures: Erasures,
): Promise<AsyncIterable<OcsfEvent>> {
  const { EventBuilder } = await import('../../api/index.ts');
  return new EventBuilder(ledger).ofRows(rows, erasures);
}

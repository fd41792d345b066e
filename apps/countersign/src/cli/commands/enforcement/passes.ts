import { idsNamed } from '@countersign/core';
import type { Command as Parser } from 'commander';
import type { Pass } from '../../../enforcement/passes/pass.ts';
import type { EndedPass } from '../../../enforcement/passes/pass-ledger.ts';
import { idCalled } from '../../answers/ids.ts';
import { askStore, notWhollyIndexed, notYetIndexed } from '../../answers/open-readers.ts';
import {
  DRY_RUN,
  declareWriter,
  noProgress,
  type WriterFlags,
  whoActs,
  write,
} from '../../options/write-options.ts';
import type { BindCommand, CommandHandler, Context } from '../../process/command-context.ts';
import { EXIT } from '../../process/exit-code.ts';
import { timeText } from '../../render/time-text.ts';
import type { Column } from '../../terminal/table.ts';

export function declarePasses(program: Parser, bind: BindCommand): void {
  const passes = program
    .command('passes')
    .summary('list and end passes')
    .description('A pass is what a permit opened: for whom, where, and until when.');
  passes
    .command('list')
    .summary('the passes that are open')
    .description('Lists the passes that are open; with --all also those that ended or lapsed.')
    .option('--all', 'those that are over as well')
    .action(bind(list));
  const end = passes
    .command('end')
    .summary('end a pass before its time')
    .description(
      'Ends a pass now, and says who did it and why in an entry; receivers of events are told. ' +
        'What the suite issued on it is not ended by this: until when, the answer says.',
    )
    .argument('<pass>', 'the id of the pass')
    .requiredOption('--reason <reason>', 'why it ends');
  declareWriter(end.option(...DRY_RUN)).action(bind(endPass));
}

const list: CommandHandler<[flags: { readonly all?: true }]> = async (context, { all }) =>
  askStore(context, async ({ store, head }) => {
    const { knownPasses } = await import('../../../enforcement/passes/pass-ledger.ts');
    const { tenant, clock, terminal } = context;
    const nowMs = clock.now();
    const asked = all === true ? {} : { liveFromMs: nowMs };
    const passes = knownPasses(store.access, nowMs, asked).filter((pass) => {
      const isMeant = tenant === undefined || pass.tenant === tenant;
      return isMeant && (all === true || pass.state === 'open');
    });
    if (context.json) await terminal.items(passes);
    else if (passes.length > 0) await terminal.table(COLUMNS, passes);
    notYetIndexed(head);
    if (passes.length === 0 && !context.json) {
      terminal.line(all === true ? 'there is no pass' : 'no pass is open');
    }
    // Every pass is an entry of this very ledger: that none is open is known.
    return EXIT.done;
  });

const endPass: CommandHandler<
  [pass: string, flags: WriterFlags & { readonly reason: string }]
> = async (context, given, flags) => {
  const pass = await passCalled(context, given);
  const { endPassWork } = await import('../../../operations/end-pass.ts');
  const work = endPassWork(whoActs(), { pass, reason: flags.reason });
  const { entry, suite } = (await write(context, {
    work,
    flags,
    ledger: 'needs',
    repeatable: false,
    progressOf: noProgress,
  })) as EndedPass;
  const { terminal } = context;
  if (context.json) terminal.document({ pass, entry, suite });
  else terminal.line(`the pass ${pass}: ${stateText({ state: 'ended', suite })}; entry ${entry}`);
  return EXIT.done;
};

async function passCalled(context: Context, text: string): Promise<string> {
  const ids: string[] = [];
  await askStore(context, async ({ store, head }) => {
    const { knownPasses } = await import('../../../enforcement/passes/pass-ledger.ts');
    ids.push(...knownPasses(store.access, context.clock.now(), {}).map(({ id }) => id));
    if (idsNamed(text, ids).length === 0) notWhollyIndexed(head);
    return EXIT.done;
  });
  return idCalled(text, ids, { what: 'pass', list: 'passes list --all' });
}

const COLUMNS: readonly Column<Pass>[] = [
  { title: 'pass', kind: 'id', cell: ({ id }) => id },
  {
    title: 'state',
    kind: 'text',
    cell: (pass) => ({ text: stateText(pass), style: styleOf(pass) }),
  },
  { title: 'who', kind: 'text', cell: ({ principal }) => principal.id },
  { title: 'action', kind: 'whole', fold: 2, cell: ({ action }) => action },
  { title: 'on', kind: 'text', fold: 3, cell: ({ resource }) => resource.id },
  { title: 'door', kind: 'whole', fold: 4, cell: ({ door }) => door },
  { title: 'opened', kind: 'whole', fold: 1, cell: ({ openedMs }) => timeText(openedMs) },
  {
    title: 'until',
    kind: 'whole',
    cell: ({ closedMs, expiresMs }) => timeText(closedMs ?? expiresMs),
  },
  { title: 'why', kind: 'text', fold: 5, cell: ({ reason }) => reason ?? undefined },
];

/** Here a pass ends at once; what the suite issued on it lives on there. */
function stateText({ state, suite }: Pick<Pass, 'state' | 'suite'>): string {
  if (suite === null) return state;
  const [because] = suite.because;
  const until = because?.code === 'tokens-out' ? ` until ${timeText(suite.untilMs)}` : '';
  return `${state} here; in the suite cannot tell${until}`;
}

function styleOf({ state, suite }: Pass): 'yes' | 'no' | 'unknown' {
  if (suite !== null) return 'unknown';
  return state === 'open' ? 'yes' : 'no';
}

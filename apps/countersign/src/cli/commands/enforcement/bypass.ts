import type { Command as Parser } from 'commander';
import type { Bypass } from '../../../enforcement/bypass/bypass.ts';
import type { BypassStatement } from '../../../enforcement/bypass/bypass-statement.ts';
import type { BypassDone } from '../../../operations/bypass.ts';
import { idCalled } from '../../answers/ids.ts';
import { askStore, notYetIndexed } from '../../answers/open-readers.ts';
import { durationOption } from '../../options/parse-options.ts';
import { configFile, declarePerson, type PersonFlags, signedBy } from '../../options/person.ts';
import { DRY_RUN, declareWriter, noProgress, whoActs, write } from '../../options/write-options.ts';
import type { BindCommand, CommandHandler, Context } from '../../process/command-context.ts';
import { CliError, usage } from '../../process/errors.ts';
import { EXIT, type ExitCode } from '../../process/exit-code.ts';
import { timeText } from '../../render/time-text.ts';
import type { Column } from '../../terminal/table.ts';

type RequestFlags = PersonFlags & { readonly reason: string; readonly for: number };
type EndFlags = PersonFlags & { readonly reason: string };

export function declareBypass(program: Parser, bind: BindCommand): void {
  const bypass = program
    .command('bypass')
    .summary('let a group prove itself to the suite without us, for a while')
    .description(
      'Takes a group out of our external authentication method, so that its people prove ' +
        'themselves by a method of the suite. One person asks, another approves, each with a key ' +
        'of their own; it ends by itself. All of it is entries, and so is what the suite said.',
    );
  declareVerbs(bypass, bind);
  // The name until 0.1.0.
  const door = program.command('door', { hidden: true }).description('The former name of bypass.');
  declareVerbs(door.command('drain').description('The former name of bypass.'), bind);
}

function declareVerbs(bypass: Parser, bind: BindCommand): void {
  const ask = bypass
    .command('request')
    .summary('ask for it')
    .argument('<group>', 'the id of the group in the suite')
    .requiredOption('--reason <reason>', 'why')
    .option('--for <time>', 'how long it lasts at most, e.g. 30m or 4h', durationOption, HOUR_MS);
  declareWriter(declarePerson(ask.option(...DRY_RUN), 'always')).action(bind(request));
  const agree = bypass
    .command('approve')
    .summary('agree: with a second person it takes effect')
    .argument('<bypass>', 'its id, as the request told it');
  declareWriter(declarePerson(agree.option(...DRY_RUN), 'always')).action(bind(approve));
  const undo = bypass
    .command('undo')
    .summary('take the group back before its time: one person is enough')
    .argument('<bypass>', 'its id')
    .requiredOption('--reason <reason>', 'why');
  declareWriter(declarePerson(undo.option(...DRY_RUN), 'always')).action(bind(end));
  bypass.command('list').summary('all bypasses, and how far each is').action(bind(list));
}

const HOUR_MS = 3_600_000;

const request: CommandHandler<[group: string, flags: RequestFlags]> = async (
  context,
  group,
  flags,
) => {
  const { endpointsIn: doorsIn } = await import('../../../operations/doors-config.ts');
  const file = configFile(context, flags);
  const { bypass: known } = doorsIn(file, context.env);
  if (known === undefined) throw usage(`${file} names no bypass: write doors.bypass`);
  const { tenant, method } = known;
  const atMs = context.clock.now();
  const bypass = newId(context);
  const { reason, as: by } = flags;
  return say(context, flags, {
    ...{ v: 1, what: 'bypass-request', bypass, tenant, method, group, reason, by, atMs },
    untilMs: atMs + flags.for,
  });
};

const approve: CommandHandler<[bypass: string, flags: PersonFlags]> = async (
  context,
  given,
  flags,
) => {
  const { statementDigest } = await import('../../../enforcement/approvals/signed-statement.ts');
  const bypasses = await bypassesIn(context);
  const bypass = idCalled(given, bypasses.keys(), BYPASS);
  const known = bypasses.get(bypass) as Bypass;
  const { group, reason, by, untilMs } = known.request.statement;
  // Whoever agrees sees to what.
  context.terminal.note(`${by} asks to take the group ${group} past us until ${timeText(untilMs)}`);
  context.terminal.note(`because: ${reason}`);
  const digest = statementDigest(known.request);
  const atMs = context.clock.now();
  return say(context, flags, {
    ...{ v: 1, what: 'bypass-approval', bypass, request: digest, by: flags.as, atMs },
  });
};

const BYPASS = { what: 'bypass', list: 'bypass list' } as const;

const end: CommandHandler<[bypass: string, flags: EndFlags]> = async (context, given, flags) => {
  const bypass = idCalled(given, (await bypassesIn(context)).keys(), BYPASS);
  const { as: by, reason } = flags;
  const atMs = context.clock.now();
  return say(context, flags, { v: 1, what: 'bypass-end', bypass, reason, by, atMs });
};

const list: CommandHandler<[]> = async (context) =>
  askStore(context, async ({ ledger, store, head }) => {
    const { bypassesOf } = await import('../../../enforcement/bypass/bypass.ts');
    const { readBypasses } = await import('../../../enforcement/bypass/read-bypasses.ts');
    const bypasses = [...bypassesOf(await readBypasses({ store, reader: ledger })).values()];
    if (context.json) await context.terminal.items(bypasses.map(itemOf));
    else if (bypasses.length > 0) await context.terminal.table(COLUMNS, bypasses);
    notYetIndexed(head);
    if (bypasses.length === 0 && !context.json) context.terminal.line('there is no bypass');
    return EXIT.done;
  });

async function bypassesIn(context: Context): Promise<ReadonlyMap<string, Bypass>> {
  const { bypassesOf } = await import('../../../enforcement/bypass/bypass.ts');
  const { readBypasses } = await import('../../../enforcement/bypass/read-bypasses.ts');
  let bypasses: ReadonlyMap<string, Bypass> = new Map();
  await askStore(context, async ({ ledger, store, head }) => {
    bypasses = bypassesOf(await readBypasses({ store, reader: ledger }));
    notYetIndexed(head);
    return EXIT.done;
  });
  return bypasses;
}

async function say(
  context: Context,
  flags: PersonFlags,
  statement: BypassStatement,
): Promise<ExitCode> {
  const { bypassWork } = await import('../../../operations/bypass.ts');
  const said = await signedBy(context, flags, statement);
  const work = bypassWork(whoActs(), { config: configFile(context, flags), said });
  const { entry, bypass } = (await write(context, {
    work,
    flags,
    ledger: 'needs',
    repeatable: false,
    progressOf: noProgress,
  })) as BypassDone;
  const { terminal } = context;
  if (context.json) terminal.document({ entry, ...itemOf(bypass) });
  else terminal.line(`bypass ${statement.bypass}: ${stateText(bypass)}; entry ${entry}`);
  if (bypass.effect?.state !== 'cannot tell') return EXIT.done;
  throw new CliError('CANNOT_TELL', `where the group is now: ${bypass.effect.because}`);
}

/** 128 random bits: nobody has asked for it before. */
function newId({ random }: Context): string {
  return Buffer.from(random.fill(new Uint8Array(16))).toString('hex');
}

function itemOf({ request: asked, approval, end: ended, effect, entries }: Bypass): object {
  const { bypass, group, reason, by, untilMs } = asked.statement;
  return {
    ...{ bypass, group, reason, requestedBy: by, untilMs },
    approvedBy: approval?.statement.by ?? null,
    endedBy: ended?.statement.by ?? null,
    effect: effect ?? null,
    entries,
  };
}

function stateText({ approval, end: ended, effect }: Bypass): string {
  if (effect === undefined) {
    if (ended !== undefined) return 'taken back before anybody agreed';
    return approval === undefined ? 'waits for a second person' : 'agreed, and not yet begun';
  }
  switch (effect.state) {
    case 'begun':
      return `being put ${effect.wanted}`;
    case 'done':
      return effect.wanted === 'past us' ? 'the group goes past us' : 'the group comes by us again';
    case 'cannot tell':
      return `cannot tell: ${effect.because}`;
  }
}

const COLUMNS: readonly Column<Bypass>[] = [
  { title: 'bypass', kind: 'id', cell: ({ request: { statement } }) => statement.bypass },
  { title: 'group', kind: 'text', cell: ({ request: { statement } }) => statement.group },
  { title: 'state', kind: 'text', cell: stateText },
  { title: 'asked by', kind: 'whole', cell: ({ request: { statement } }) => statement.by },
  { title: 'agreed by', kind: 'whole', cell: ({ approval }) => approval?.statement.by },
  { title: 'until', kind: 'whole', cell: ({ request }) => timeText(request.statement.untilMs) },
  {
    title: 'why',
    kind: 'text',
    fold: 1,
    cell: ({ request: { statement } }) => statement.reason,
  },
];

import { instantOfMs, numberText, plural } from '@countersign/core';
import type { Command as Parser } from 'commander';
import type { Replay, ReplayChange } from '../../../reconcile/checks/replay-tally.ts';
import { askStore, listExitCode, notYetIndexed } from '../../answers/open-readers.ts';
import { declarePeriod, type PeriodFlags, periodOf } from '../../options/period-options.ts';
import { policyFolder } from '../../options/policy-folder.ts';
import type { BindCommand, CommandHandler, Context } from '../../process/command-context.ts';
import { CliError } from '../../process/errors.ts';
import type { Column } from '../../terminal/table.ts';

type ReplayFlags = PeriodFlags & { readonly policies?: string };

export function declareReplay(policy: Parser, bind: BindCommand): void {
  const parser = policy
    .command('replay')
    .summary('replay history under changed policies: who would lose, who would gain')
    .description(
      'Holds everything that doors decided in a period, and every sign-in that passed none, ' +
        'against other policies: who would lose, who would gain, and which attacks that rules ' +
        'found would have been stopped. Each is judged by what is known of its time; where that ' +
        'is not enough it is counted as "cannot tell", with the cause, and the command exits 3.',
    )
    .option('--policies <dir>', 'a folder of policies (default: our own)');
  declarePeriod(parser).action(bind(replayPolicies));
}

const replayPolicies: CommandHandler<[flags: ReplayFlags]> = async (context, flags) =>
  askStore(context, async ({ ledger, store, head }) => {
    const { PolicySet, readPolicyFolder } = await import('@countersign/policy');
    const { replay } = await import('../../../reconcile/checks/replay-policies.ts');
    const { tenant, terminal } = context;
    const policies = PolicySet.parse(
      readPolicyFolder(policyFolder(context, flags.policies)).source,
    );
    const period = { ...periodOf(flags), tenant };
    const found = await replay({ store, ledger }, { policies, ...period });
    const { version } = policies;
    if (context.json) terminal.document(documentOf(found, flags, version));
    else await print(context, found, version);
    notYetIndexed(head);
    const { coverage } = await store.access.verified(period, head);
    requireVerdicts(found);
    return listExitCode(coverage);
  });

function documentOf(found: Replay, { from, to }: PeriodFlags, version: string): object {
  const turned = (list: readonly ReplayChange[]): object[] =>
    list.map(({ firstMs, lastMs, ...rest }) => ({
      ...{ ...rest, first: instantOfMs(firstMs), last: instantOfMs(lastMs) },
    }));
  const { losing, gaining, ...counts } = found;
  const period = { from: from ?? null, to: to ?? null };
  return { period, policies: version, ...counts, losing: turned(losing), gaining: turned(gaining) };
}

async function print({ terminal }: Context, found: Replay, version: string): Promise<void> {
  const { replayed, same, lose, gain, losing, gaining, attacks, cannotTell } = found;
  terminal.line(
    `${plural(replayed, 'decision or sign-in', 'decisions and sign-ins')} under the policies ` +
      `${version.slice(0, 16)}: ${numberText(same)} as before, ${numberText(lose)} would lose, ` +
      `${numberText(gain)} would gain`,
  );
  if (losing.length > 0) {
    terminal.line('\nWho would lose:');
    await terminal.table(TURNED, losing);
  }
  if (gaining.length > 0) {
    terminal.line('\nWho would gain:');
    await terminal.table(TURNED, gaining);
  }
  if (attacks.length > 0) {
    terminal.line('\nWhat rules found in sign-ins that were let in:');
    await terminal.table(ATTACKS, attacks);
  }
  for (const [cause, count] of Object.entries(cannotTell)) {
    terminal.line({ text: `cannot tell: ${numberText(count)}, ${cause}`, style: 'unknown' });
  }
}

function requireVerdicts({ cannotTell, replayed }: Replay): void {
  const causes = Object.entries(cannotTell);
  if (causes.length === 0) return;
  const count = causes.reduce((sum, [, each]) => sum + each, 0);
  const why = causes.map(([cause, each]) => `${cause} (${numberText(each)})`).join('; ');
  throw new CliError('CANNOT_TELL', `${count} of ${replayed} cannot be replayed: ${why}`);
}

const TURNED: readonly Column<ReplayChange>[] = [
  { title: 'who', kind: 'text', comfortable: 24, cell: ({ principal }) => principal },
  { title: 'at', kind: 'whole', cell: ({ door, flow }) => flow ?? door },
  { title: 'times', kind: 'number', cell: ({ count }) => numberText(count) },
  { title: 'first', kind: 'whole', fold: 1, cell: ({ firstMs }) => instantOfMs(firstMs) },
  {
    title: 'by',
    kind: 'text',
    comfortable: 30,
    cell: ({ policies }) => policies.join(', ') || 'no policy permits it',
  },
];

type Attack = Replay['attacks'][number];

const ANSWERS = {
  yes: { text: 'stopped', style: 'yes' },
  no: { text: 'not stopped', style: 'no' },
  unknown: { text: 'cannot tell', style: 'unknown' },
} as const;

const ATTACKS: readonly Column<Attack>[] = [
  { title: 'finding', kind: 'text', comfortable: 40, cell: ({ title }) => title },
  { title: 'it would be', kind: 'whole', cell: ({ answer }) => ANSWERS[answer] },
  { title: 'sign-ins', kind: 'number', cell: ({ signIns }) => numberText(signIns) },
  { title: 'stopped', kind: 'number', cell: ({ stopped }) => numberText(stopped) },
  { title: 'cannot tell', kind: 'number', cell: (attack) => numberText(attack.cannotTell) },
];

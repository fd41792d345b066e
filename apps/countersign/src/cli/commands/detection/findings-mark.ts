import { msOfInstant, plural } from '@countersign/core';
import type { Command as Parser } from 'commander';
import type { FindingStatus } from '../../../store/rows/entry-rows.ts';
import { findingsCalled } from '../../answers/find-incident.ts';
import { askStore } from '../../answers/open-readers.ts';
import { instantOption, oneOf } from '../../options/parse-options.ts';
import {
  declareWriter,
  noProgress,
  type WriterFlags,
  whoActs,
  write,
} from '../../options/write-options.ts';
import type { BindCommand, CommandHandler } from '../../process/command-context.ts';
import { usage } from '../../process/errors.ts';
import { EXIT } from '../../process/exit-code.ts';

const STATUSES = ['new', 'in-progress', 'suppressed', 'resolved'] as const;

type MarkFlags = WriterFlags & {
  readonly status: (typeof STATUSES)[number];
  readonly reason: string;
  readonly until?: string;
};

export function declareFindingsMark(findings: Parser, bind: BindCommand): void {
  const parser = findings
    .command('mark')
    .summary('say how far you are with a finding')
    .description(
      'Says of a finding, or of all findings of an incident, that somebody looks into it, that ' +
        'it is known and explained, or that it is resolved. It is an entry of the ledger. What ' +
        'happens after a resolution, and what outlives a suppression, is new again.',
    )
    .argument('<id>', 'of a finding or of an incident')
    .requiredOption('--status <status>', STATUSES.join(', '), oneOf(STATUSES))
    .requiredOption('--reason <reason>', 'why')
    .option('--until <time>', 'when a suppression ends', instantOption);
  declareWriter(parser).action(bind(mark));
}

const mark: CommandHandler<[id: string, flags: MarkFlags]> = async (context, id, flags) => {
  const { status: asked, reason, until } = flags;
  if (until !== undefined && asked !== 'suppressed') {
    throw usage('--until says when a suppression ends: give it with --status suppressed');
  }
  const uids: string[] = [];
  await askStore(context, async (sources) => {
    uids.push(...(await findingsCalled(sources, id)).map(({ uid }) => uid));
    return EXIT.done;
  });
  const { markFindingsWork } = await import('../../../operations/mark-findings.ts');
  const status = (STATUSES.indexOf(asked) + 1) as FindingStatus;
  const untilMs = until === undefined ? null : msOfInstant(until);
  const work = markFindingsWork(whoActs(), { uids, status, reason, untilMs });
  const { entries } = (await write(context, {
    ...{ work, flags, ledger: 'needs', repeatable: false, progressOf: noProgress },
  })) as { entries: readonly number[] };
  const { terminal, json } = context;
  if (json) terminal.document({ findings: uids, status: asked, entries });
  else terminal.line(`${plural(uids.length, 'finding')} ${asked}; entries ${entries.join(', ')}`);
  return EXIT.done;
};

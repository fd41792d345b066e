import { instantOfMs, isCutId } from '@countersign/core';
import type { Command as Parser } from 'commander';
import type { ItemsOf, Statement } from '../../reports/statement/statement.ts';
import type { ErasureRow, ErasureSubjectTest } from '../../store/rows/entry-rows.ts';
import type { StoreReader } from '../../store/store-reader.ts';
import { idOr } from '../answers/ids.ts';
import { askStore, listExitCode } from '../answers/open-readers.ts';
import { oneOf } from '../options/parse-options.ts';
import { declarePeriod, type PeriodFlags, periodOf } from '../options/period-options.ts';
import {
  declareWriter,
  noProgress,
  type WriterFlags,
  whoActs,
  write,
} from '../options/write-options.ts';
import type { BindCommand, CommandHandler, Context } from '../process/command-context.ts';
import { CliError, usage } from '../process/errors.ts';
import { EXIT } from '../process/exit-code.ts';
import { checkOutput, type OutputFlags, OVERWRITE, writeOutput } from '../process/output-file.ts';
import { sanitiseJson } from '../terminal/sanitize.ts';

const FORMATS = ['table', 'json', 'csv', 'html'] as const;
type Format = (typeof FORMATS)[number];
type StatementFlags = PeriodFlags &
  WriterFlags &
  OutputFlags & {
    readonly purpose?: string;
    readonly case?: string;
    readonly format?: Format;
  };

export function declareStatement(program: Parser, bind: BindCommand): void {
  const parser = program
    .command('statement')
    .summary('the books of one person: sessions, actions, balance')
    .description(
      'Prints what one principal did in a period: each session with its authorisation, each ' +
        'action once, and the balance. With --purpose and --case the look itself is an entry.',
    )
    .argument('<who>', 'UPN in any case, object id, PUID or SID');
  declarePeriod(parser)
    .option('--purpose <purpose>', 'why you look at the books of this person')
    .option('--case <case>', 'for which case')
    .option('--format <format>', 'table, json, csv or html', oneOf(FORMATS))
    .option('-o, --output <file>', 'write the statement to this file')
    .option(...OVERWRITE);
  declareWriter(parser).action(bind(statement));
}

const statement: CommandHandler<[who: string, flags: StatementFlags]> = async (
  context,
  given,
  flags,
) => {
  const period = periodOf(flags);
  checkOutput(context, flags);
  const who = await whoCalled(context, given);
  await sayWhy(context, who, flags);
  return askStore(context, async ({ ledger, store, head }) => {
    const { tenant, dataDir } = context;
    const { purpose, case: caseName } = flags;
    const { ErasureIndex } = await import('../../projection/entries/erasure-index.ts');
    const { reconciliationSources } = await import(
      '../../reconcile/actions/authorization-source.ts'
    );
    const erasures = await ErasureIndex.read({ store, reader: ledger, dir: dataDir });
    const isSubject: ErasureSubjectTest = (erasure, names) => erasures.isSubject(erasure, names);
    const reconcile = reconciliationSources({ store, head, ledger });
    const { EventBuilder } = await import('../../projection/event-builder.ts');
    const builder = new EventBuilder(ledger);
    const itemsOf: ItemsOf = (rows) => builder.mailItems(rows);
    const options = { ...period, tenant, purpose, case: caseName, isSubject, reconcile, itemsOf };
    const result = await store.statement(who, options, head);
    if (result.kind === 'unknown') {
      const isHers = ({ index }: ErasureRow): boolean => isSubject(index, [who]);
      throw new CliError('CANNOT_TELL', await nobodyText(result.because.text, store, isHers));
    }
    const format = flags.format ?? (context.json ? 'json' : 'table');
    await print(context, result.statement, format, flags);
    return listExitCode(result.statement.coverage.answer);
  });
};

async function whoCalled(context: Context, text: string): Promise<string> {
  if (!isCutId(text)) return text;
  let who = text;
  await askStore(context, async ({ store }) => {
    who = await idOr(text, { store, column: 'actor_uid', what: 'person' });
    return EXIT.done;
  });
  return who;
}

/** Who was erased is found under no name any more: then it must not look as if nothing ever was. */
async function nobodyText(
  because: string,
  store: StoreReader,
  isHers: (erasure: ErasureRow) => boolean,
): Promise<string> {
  const { erasureText } = await import('../../store/coverage/erasure-reasons.ts');
  const { hers = [], others = [] } = Object.groupBy(store.erasures(), (erasure) =>
    isHers(erasure) ? 'hers' : 'others',
  );
  return [
    ...hers.map((erasure) => `of this person, ${erasureText(erasure)}`),
    because,
    ...others.slice(-ERASURES_SHOWN).map((erasure) => `besides, ${erasureText(erasure)}`),
  ].join('; ');
}

/** The latest that sought others; the rest are in the table `entries`, of kind `erasure`. */
const ERASURES_SHOWN = 3;

/** Before anything is shown: nobody looks without having said why, if they say why at all. */
async function sayWhy(context: Context, who: string, flags: StatementFlags): Promise<void> {
  const { purpose, from, to } = flags;
  if (purpose === undefined && flags.case === undefined) return;
  if (!purpose || !flags.case) throw usage('give --purpose and --case together, or neither');
  const { accessWork } = await import('../../operations/record-statement-access.ts');
  const { tenant } = context;
  const work = accessWork(whoActs(), { subject: who, tenant, purpose, case: flags.case, from, to });
  await write(context, { work, flags, ledger: 'needs', repeatable: false, progressOf: noProgress });
}

async function print(
  context: Context,
  made: Statement,
  format: Format,
  flags: OutputFlags,
): Promise<void> {
  const { statementCsv } = await import('../../reports/statement/statement-csv.ts');
  const { statementHtml } = await import('../../reports/statement/statement-html.ts');
  const { statementLines } = await import('../../reports/statement/statement-lines.ts');
  const { terminal, clock } = context;
  switch (format) {
    case 'json':
      return writeOutput(context, flags, [`${sanitiseJson(JSON.stringify(made))}\n`]);
    case 'csv':
      return writeOutput(context, flags, statementCsv(made));
    case 'html': {
      const generatedAt = instantOfMs(clock.now()) ?? '';
      return writeOutput(context, flags, statementHtml(made, { generatedAt }));
    }
    case 'table': {
      const lines = statementLines(made, terminal.columns);
      if (flags.output !== undefined) return writeOutput(context, flags, withNewlines(lines));
      for (const line of lines) terminal.line(line);
    }
  }
}

function* withNewlines(lines: Iterable<string>): Generator<string> {
  for (const line of lines) yield `${line}\n`;
}

import type { Command as Parser } from 'commander';
import type { ErasureFact, Statement } from '../../books/index.ts';
import { instantOfMs, plural } from '../../core/index.ts';
import type { Bind, Command, Context } from '../context.ts';
import { CliError, usage } from '../errors.ts';
import { oneOf } from '../options.ts';
import { writeOutput } from '../output-file.ts';
import { declarePeriod, type PeriodFlags, periodOf } from '../period.ts';
import { timeText } from '../present/words.ts';
import { askBooks, worth } from '../question.ts';
import { sanitiseJson } from '../sanitise.ts';
import { declareWriter, noProgress, type WriterFlags, whoActs, write } from '../writing.ts';

const FORMATS = ['table', 'json', 'csv', 'html'] as const;
type Format = (typeof FORMATS)[number];
type StatementFlags = PeriodFlags &
  WriterFlags & {
    readonly purpose?: string;
    readonly case?: string;
    readonly format?: Format;
    readonly output?: string;
  };

export function declareStatement(program: Parser, bind: Bind): void {
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
    .option('-o, --output <file>', 'write the statement to this file');
  declareWriter(parser).action(bind(statement));
}

const statement: Command<[who: string, flags: StatementFlags]> = async (context, who, flags) => {
  const period = periodOf(flags);
  await sayWhy(context, who, flags);
  return askBooks(context, async ({ books, head }) => {
    const { tenant } = context;
    const { purpose, case: caseName } = flags;
    const result = await books.statement(who, { ...period, tenant, purpose, case: caseName }, head);
    if (result.kind === 'unknown') {
      throw new CliError('CANNOT_TELL', nobodyText(result.because.text, books.erasures()));
    }
    const format = flags.format ?? (context.json ? 'json' : 'table');
    await print(context, result.statement, format, flags.output);
    return worth(result.statement.coverage.answer);
  });
};

/** Who was erased is found under no name any more: then it must not look as if nothing ever was. */
function nobodyText(because: string, erasures: readonly ErasureFact[]): string {
  const told = erasures.slice(-ERASURES_TOLD).map(({ entries, atMs, by, reason, index }) => {
    const bodies = plural(entries, 'body was', 'bodies were');
    return `${bodies} erased on ${timeText(atMs)} by ${by}: ${reason} (entry ${index})`;
  });
  return [because, ...told].join('; ');
}

/** The latest ones; the rest are in the table `entries`, of kind `erasure`. */
const ERASURES_TOLD = 3;

/** Before anything is shown: nobody looks without having said why, if they say why at all. */
async function sayWhy(context: Context, who: string, flags: StatementFlags): Promise<void> {
  const { purpose, from, to } = flags;
  if (purpose === undefined && flags.case === undefined) return;
  if (!purpose || !flags.case) throw usage('give --purpose and --case together, or neither');
  const { accessWork } = await import('../../api/index.ts');
  const { tenant } = context;
  const work = accessWork(whoActs(), { subject: who, tenant, purpose, case: flags.case, from, to });
  await write(context, { work, flags, ledger: 'needs', repeatable: false, progressOf: noProgress });
}

async function print(
  context: Context,
  made: Statement,
  format: Format,
  file: string | undefined,
): Promise<void> {
  const { statementCsv, statementHtml, statementLines } = await import('../../books/index.ts');
  const { terminal, clock } = context;
  switch (format) {
    case 'json':
      return writeOutput(context, file, [`${sanitiseJson(JSON.stringify(made))}\n`]);
    case 'csv':
      return writeOutput(context, file, statementCsv(made));
    case 'html': {
      const generatedAt = instantOfMs(clock.now()) ?? '';
      return writeOutput(context, file, statementHtml(made, { generatedAt }));
    }
    case 'table': {
      const lines = statementLines(made, terminal.columns);
      if (file !== undefined) return writeOutput(context, file, withNewlines(lines));
      for (const line of lines) terminal.line(line);
    }
  }
}

function* withNewlines(lines: Iterable<string>): Generator<string> {
  for (const line of lines) yield `${line}\n`;
}

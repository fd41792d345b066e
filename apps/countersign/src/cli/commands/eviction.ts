import { join, resolve } from 'node:path';
import { msOfInstant } from '@countersign/core';
import type { Command as Parser } from 'commander';
import { contentFolder } from '../../config/installed-package.ts';
import type { EvictionReport, FootholdAnswer } from '../../eviction/eviction-report.ts';
import type { QuestionResult } from '../../eviction/vendor-questionnaire.ts';
import { knownIncidents } from '../../operations/readers/find-incident.ts';
import type { ShortIds } from '../../reports/findings/short-ids.ts';
import { askEviction, type EvictionResult } from '../answers/eviction-source.ts';
import { shortIdsOf } from '../answers/finding-source.ts';
import { askStore, notYetIndexed, reasonsText } from '../answers/open-readers.ts';
import { instantOption, repeated } from '../options/parse-options.ts';
import type { BindCommand, CommandHandler, Context } from '../process/command-context.ts';
import { CliError } from '../process/errors.ts';
import { EXIT, type ExitCode } from '../process/exit-code.ts';
import { checkOutput, OVERWRITE, writeOutput } from '../process/output-file.ts';
import { footholdItem, lineageItem } from '../render/eviction-items.ts';
import { printEviction } from '../render/render-eviction.ts';

type EvictionFlags = {
  readonly since?: string;
  readonly incident?: string;
  readonly tainted?: readonly string[];
  readonly questionnaire?: string;
  readonly overwrite?: boolean;
  readonly answers?: string;
};

export function declareEviction(program: Parser, bind: BindCommand): void {
  program
    .command('eviction')
    .alias('out')
    .summary('are they out? one answer for each of 44 footholds')
    .description(
      'Follows what findings name, and all that it created, granted or changed since, and says ' +
        'of each way to stay in whether it is open or whether that cannot be told, and what ' +
        'would decide it. It never says that they are out: live state is not read back yet.',
    )
    .option(
      '--since <time>',
      'the earliest time at which they may have come in (default: that of the first finding)',
      instantOption,
    )
    .option(
      '--incident <id>',
      'only from what the findings of this incident name; its id, or that of one of them',
    )
    .option(
      '--tainted <what>',
      'counts as theirs: user:NAME, app:ID, session:ID, ip:ADDRESS',
      repeated,
    )
    .option('--questionnaire <file>', 'write down what only the vendor can answer, as JSON')
    .option('--answers <file>', "the vendor's answers, as YAML or JSON")
    .option(...OVERWRITE)
    .action(bind(eviction));
}

const eviction: CommandHandler<[flags: EvictionFlags]> = async (context, flags) =>
  askStore(context, async (sources) => {
    const output = { output: flags.questionnaire, overwrite: flags.overwrite === true };
    checkOutput(context, output);
    const asked = await askEviction(context, sources, {
      ...{ incident: flags.incident, tainted: flags.tainted ?? [] },
      sinceMs: flags.since === undefined ? undefined : msOfInstant(flags.since),
    });
    const { report } = asked;
    const questions = await questionsOf(context, flags);
    if (flags.questionnaire !== undefined) {
      const text = `${JSON.stringify({ questions }, undefined, 2)}\n`;
      await writeOutput(context, output, [text]);
    }
    await print(context, asked, questions, await shortIdsOf(await knownIncidents(sources)));
    notYetIndexed(sources.head);
    return worthOf(report);
  });

async function questionsOf(context: Context, flags: EvictionFlags): Promise<QuestionResult[]> {
  const { parseAnswers, parseQuestions, questioned } = await import(
    '../../eviction/vendor-questionnaire.ts'
  );
  const { readConfigFile } = await import('@countersign/yaml-document');
  const path = join(contentFolder(), 'incident', 'vendor-questions.yaml');
  const given = flags.answers;
  const answers =
    given === undefined ? {} : parseAnswers(readConfigFile(resolve(context.cwd, given)));
  return questioned(parseQuestions(readConfigFile(path)), answers);
}

async function print(
  context: Context,
  { report, sinceMs, limits }: EvictionResult,
  questions: readonly QuestionResult[],
  shortIds: ShortIds,
): Promise<void> {
  const { terminal, json } = context;
  if (json) {
    const items = report.footholds.map((each) => footholdItem(each, report, questions));
    const [first, ...others] = items;
    await terminal.items([{ ...first, ...lineageItem(report) }, ...others]);
    return;
  }
  const unanswered = questions.filter(({ answer }) => answer === 'unknown').length;
  const vendor = { asked: questions.length, unanswered };
  await printEviction(terminal, { report, sinceMs, shortIds, limits, vendor });
}

/** 1: not out. 3: cannot tell. It is never 0, as long as live state is not read back. */
function worthOf({ footholds }: EvictionReport): ExitCode {
  if (footholds.some(({ answer }: FootholdAnswer) => answer.kind === 'no')) return EXIT.no;
  const because = footholds.flatMap(({ answer }) =>
    answer.kind === 'unknown' ? answer.because : [],
  );
  throw new CliError('CANNOT_TELL', reasonsText(because));
}

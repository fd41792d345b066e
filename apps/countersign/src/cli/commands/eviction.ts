import { join, resolve } from 'node:path';
import { msOfInstant, plural, type Reason } from '@countersign/core';
import type { Command as Parser } from 'commander';
import { contentFolder } from '../../config/installed-package.ts';
import type { EvictionReport, FootholdAnswer } from '../../eviction/eviction-report.ts';
import type { Seed } from '../../eviction/lineage/lineage.ts';
import type { QuestionResult } from '../../eviction/vendor-questionnaire.ts';
import { incidentCalled, knownIncidents } from '../../operations/readers/find-incident.ts';
import { blindReason, healthsOfAnswer } from '../../operations/readers/health-note.ts';
import type { StoredFinding } from '../../store/sqlite/finding-table.ts';
import { askStore, notYetIndexed, reasonsText, type Sources } from '../answers/open-readers.ts';
import { instantOption, repeated } from '../options/parse-options.ts';
import type { BindCommand, CommandHandler, Context } from '../process/command-context.ts';
import { CliError, usage } from '../process/errors.ts';
import { EXIT, type ExitCode } from '../process/exit-code.ts';
import { checkOutput, OVERWRITE, writeOutput } from '../process/output-file.ts';
import {
  conclusionLine,
  footholdColumns,
  footholdItem,
  inOrder,
  lineageItem,
  lineageLines,
} from '../render/render-eviction.ts';

type OutFlags = {
  readonly since: string;
  readonly incident?: string;
  readonly tainted?: readonly string[];
  readonly questionnaire?: string;
  readonly overwrite?: boolean;
  readonly answers?: string;
};

/** OCSF severity_id from which a finding says that somebody is in. */
const HIGH = 4;

export function declareOut(program: Parser, bind: BindCommand): void {
  program
    .command('out')
    .summary('are they out? one answer for each of 44 footholds')
    .description(
      'Follows what findings name, and all that it created, granted or changed since, and says ' +
        'of each way to stay in whether it is open or whether that cannot be told, and what ' +
        'would decide it. It never says that they are out: live state is not read back yet.',
    )
    .requiredOption(
      '--since <time>',
      'the earliest moment at which they may have come in',
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
    .action(bind(out));
}

const out: CommandHandler<[flags: OutFlags]> = async (context, flags) =>
  askStore(context, async (sources) => {
    const output = { output: flags.questionnaire, overwrite: flags.overwrite === true };
    checkOutput(context, output);
    const seen = await seenSince(context, sources, msOfInstant(flags.since));
    const report = await ask(context, flags, sources, seen);
    const questions = await questionsOf(context, flags);
    if (flags.questionnaire !== undefined) {
      const text = `${JSON.stringify({ questions }, undefined, 2)}\n`;
      await writeOutput(context, output, [text]);
    }
    await print(context, report, questions, seen.limits);
    notYetIndexed(sources.head);
    return worthOf(report);
  });

async function ask(
  context: Context,
  flags: OutFlags,
  sources: Sources,
  { blind, limits }: DetectionLimits,
): Promise<EvictionReport> {
  const { assessEviction } = await import('../../eviction/eviction-report.ts');
  const { incidentSource } = await import('../../eviction/analysis/eviction-source.ts');
  const { namedSeed } = await import('../../eviction/lineage/parse-seed.ts');
  const { store, ledger, head } = sources;
  const sinceMs = msOfInstant(flags.since);
  const period = { fromMs: sinceMs };
  const seeds = (flags.tainted ?? []).map((text): Seed => namedSeed(text, sinceMs));
  const inventory = store.inventory()?.tenants ?? [];
  return assessEviction({
    source: incidentSource(store, ledger),
    asOf: head.asOf,
    period,
    findings: await findingsOf(context, sources, flags, { sinceMs, tenant: context.tenant }),
    seeds,
    coverage: store.coverageOf({ ...period, tenant: context.tenant }, head).facts,
    connected: new Set(
      inventory.filter(({ state }) => state === 'connected').map(({ tenant }) => tenant),
    ),
    unconnected: inventory.filter(({ state }) => state !== 'connected').map(({ name }) => name),
    // It cannot say "out" of anything, so that naming both as reasons keeps no answer back.
    blind: [...blind, ...limits],
    nowMs: context.clock.now(),
  });
}

type DetectionLimits = { readonly blind: readonly Reason[]; readonly limits: readonly Reason[] };

/** Rules that did not see all of the time, but for its end, of which nothing has settled yet. */
async function seenSince(
  { clock, tenant }: Context,
  sources: Sources,
  sinceMs: number,
): Promise<DetectionLimits> {
  const endMs = sources.store.answerablePeriod(tenant)?.toMs ?? clock.now();
  const toMs = endMs > sinceMs ? Math.min(endMs, clock.now()) : clock.now();
  const asked = { kind: 'period', fromMs: sinceMs, toMs } as const;
  const tenants = tenant === undefined ? undefined : [tenant];
  const { found, limits } = await healthsOfAnswer(sources, {
    asked,
    tenants,
    nowMs: clock.now(),
  });
  const reason = blindReason(found);
  return { blind: reason === undefined ? [] : [reason], limits };
}

/** Findings that name whose access is in question. Suppressed ones were explained by a person. */
async function findingsOf(
  { clock }: Context,
  sources: Sources,
  { incident }: OutFlags,
  asked: { readonly sinceMs: number; readonly tenant: string | undefined },
): Promise<readonly StoredFinding[]> {
  const { statusOf, SUPPRESSED } = await import('../../detection/findings/finding-status.ts');
  const { sinceMs, tenant } = asked;
  const nowMs = clock.now();
  const isOpen = (finding: StoredFinding): boolean =>
    finding.draft.lastMs >= sinceMs && statusOf(finding, nowMs) < SUPPRESSED;
  if (incident === undefined) {
    return sources.store.findings({ severityMin: HIGH, tenant }).filter(isOpen);
  }
  const { findings } = await incidentCalled(await knownIncidents(sources), incident);
  const own = findings.filter(isOpen);
  if (own.length > 0) return own;
  throw usage(`no finding of the incident "${incident}" is open since then`);
}

async function questionsOf(context: Context, flags: OutFlags): Promise<QuestionResult[]> {
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
  report: EvictionReport,
  questions: readonly QuestionResult[],
  limits: readonly Reason[],
): Promise<void> {
  const { terminal, json } = context;
  const vendor = questions.filter(({ answer }) => answer === 'unknown');
  if (json) {
    const items = report.footholds.map((each) => footholdItem(each, report, questions));
    const [first, ...others] = items;
    await terminal.items([{ ...first, ...lineageItem(report) }, ...others]);
    return;
  }
  terminal.line(conclusionLine(report));
  terminal.line('');
  await terminal.table(footholdColumns(), inOrder(report));
  for (const line of lineageLines(report)) terminal.line(line);
  for (const { text } of limits) {
    terminal.line('');
    terminal.line(`The lineage does not rest on all: ${text}.`);
  }
  terminal.line('');
  terminal.line(
    `Access that is held inside the vendor cannot be decided from our logs: of ` +
      `${plural(questions.length, 'question')} to the vendor ${vendor.length} are unanswered ` +
      '(--questionnaire FILE writes them down).',
  );
}

/** 1: not out. 3: cannot tell. It is never 0, as long as live state is not read back. */
function worthOf({ footholds }: EvictionReport): ExitCode {
  if (footholds.some(({ answer }: FootholdAnswer) => answer.kind === 'no')) return EXIT.no;
  const because = footholds.flatMap(({ answer }) =>
    answer.kind === 'unknown' ? answer.because : [],
  );
  throw new CliError('CANNOT_TELL', reasonsText(because));
}

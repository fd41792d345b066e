import type { Command as Parser } from 'commander';
import { incidentCalled } from '../../operations/readers/find-incident.ts';
import type { BriefInput } from '../../reports/brief/brief-input.ts';
import { evictionOf } from '../answers/eviction-source.ts';
import { groupOptions } from '../answers/finding-source.ts';
import { askStore, notYetIndexed, reasonsText, type Sources } from '../answers/open-readers.ts';
import { oneOf } from '../options/parse-options.ts';
import { declarePeriod, type PeriodFlags, periodOf } from '../options/period-options.ts';
import type { BindCommand, CommandHandler, Context } from '../process/command-context.ts';
import { CliError, usage } from '../process/errors.ts';
import { EXIT } from '../process/exit-code.ts';
import { checkOutput, type OutputFlags, OVERWRITE, writeOutput } from '../process/output-file.ts';
import { printBrief } from '../render/render-brief.ts';

const FORMATS = ['text', 'html', 'json'] as const;

type BriefFlags = PeriodFlags &
  OutputFlags & { readonly incident?: string; readonly format?: (typeof FORMATS)[number] };

export function declareBrief(program: Parser, bind: BindCommand): void {
  const parser = program
    .command('brief')
    .summary('one page: who got in, what they did, what is open, what to do first')
    .description(
      'Prints one page about an incident, or about all findings of a period: who got in and how, ' +
        'what they did and read, what is still open, what cannot be told, and what to do first. ' +
        'Each sentence cites entries of the ledger.',
    )
    .argument('[incident]', 'id of an incident, or of one of its findings')
    .option('--incident <id>', 'the same, as an option');
  declarePeriod(parser)
    .option('--format <format>', 'text, html or json', oneOf(FORMATS))
    .option('-o, --output <file>', 'write the page to this file')
    .option(...OVERWRITE)
    .action(bind(brief));
}

const brief: CommandHandler<[incident: string | undefined, flags: BriefFlags]> = async (
  context,
  incident,
  flags,
) => {
  checkOutput(context, flags);
  const id = incident ?? flags.incident;
  if (id !== undefined && (flags.from ?? flags.to) !== undefined) {
    throw usage('a brief is about an incident or about a period: give one of them');
  }
  return askStore(context, async (sources) => {
    const { buildBrief } = await import('../../reports/brief/build-brief.ts');
    const { briefHtml } = await import('../../reports/brief/brief-html.ts');
    const made = buildBrief(await briefInput(context, sources, id, periodOf(flags)));
    const format = flags.format ?? (context.json ? 'json' : 'text');
    const isPage = format === 'html';
    if (isPage) await writeOutput(context, flags, briefHtml(made));
    else await printBrief(context, made, format, flags);
    return EXIT.done;
  });
};

async function briefInput(
  context: Context,
  sources: Sources,
  id: string | undefined,
  period: ReturnType<typeof periodOf>,
): Promise<BriefInput> {
  const head = await sources.examined();
  notYetIndexed(head);
  const { tenant, clock } = context;
  const options = await groupOptions(sources, clock.now());
  const incident = id === undefined ? undefined : await incidentCalled(options.incidents, id);
  const { fromMs = -Infinity, toMs = Infinity } = period;
  const { statusOf, SUPPRESSED } = await import('../../detection/findings/finding-status.ts');
  const nowMs = clock.now();
  const known =
    incident?.findings ??
    sources.store
      .findings({ tenant })
      .filter(({ draft }) => draft.lastMs >= fromMs && draft.firstMs < toMs);
  // A person explained the others.
  const findings = known.filter((finding) => statusOf(finding, nowMs) < SUPPRESSED);
  const scope = {
    fromMs: Math.min(...findings.map(({ draft }) => draft.firstMs)),
    toMs: Math.max(...findings.map(({ draft }) => draft.lastMs)),
  };
  if (findings.length === 0) throw await noFinding(context, sources, period);
  const high = findings.filter(({ draft }) => draft.severity >= HIGH);
  const { report, blind } = await evictionOf(context, sources, {
    ...{ findings: high, sinceMs: scope.fromMs, tainted: [] },
  });
  const { incidentTitle } = await import('../../detection/incidents/incident-title.ts');
  return {
    incident:
      incident === undefined
        ? undefined
        : {
            ...{ id: incident.id, shortId: options.shortIds.of(incident.id) },
            title: incidentTitle(incident, options.steps),
          },
    ...{ ...scope, findings, eviction: report, blind, asOf: head.asOf },
    ...{ readable: options.readable },
    coverage: sources.store.coverageOf({ ...scope, toMs: scope.toMs + 1, tenant }, head),
  };
}

/** From here on a finding says that an intruder is in: OCSF severity_id. */
const HIGH = 4;

/** Silence is no answer: it says what could not be seen. */
async function noFinding(
  { tenant, clock }: Context,
  sources: Sources,
  period: ReturnType<typeof periodOf>,
): Promise<CliError> {
  const { blindReason, healthsOfAnswer, askedByDefault } = await import(
    '../../operations/readers/health-note.ts'
  );
  const { answer } = sources.store.coverageOf({ ...period, tenant }, sources.head);
  const nowMs = clock.now();
  const asked = askedByDefault(sources, tenant, nowMs);
  const { found } = await healthsOfAnswer(sources, { asked, nowMs });
  const blind = blindReason(found);
  const because = [
    ...(answer.kind === 'yes' ? [] : answer.because),
    ...(blind === undefined ? [] : [blind]),
  ];
  const why = because.length === 0 ? 'no rule found anything' : reasonsText(because);
  return new CliError('CANNOT_TELL', `there is no finding to report, and ${why}`);
}

import type { Reason } from '@countersign/core';
import type { Command as Parser } from 'commander';
import { ownPackage } from '../../../config/installed-package.ts';
import type { HealthScope } from '../../../detection/health/health-status.ts';
import type { Incident } from '../../../detection/incidents/incident.ts';
import { incidentCalled } from '../../../operations/readers/find-incident.ts';
import {
  blindReason,
  failureReason,
  healthsOfAnswer,
  isOfRule,
} from '../../../operations/readers/health-note.ts';
import type { StoredFinding } from '../../../store/sqlite/finding-table.ts';
import { declareAll } from '../../adapter/declare-command.ts';
import { groupOptions, incidentIds, ruleTitles } from '../../answers/finding-source.ts';
import { askStore, notYetIndexed, reasonsText, type Sources } from '../../answers/open-readers.ts';
import { oneOf } from '../../options/parse-options.ts';
import { declarePeriod, type PeriodFlags, periodOf } from '../../options/period-options.ts';
import type { BindCommand, CommandHandler, Context } from '../../process/command-context.ts';
import { CliError } from '../../process/errors.ts';
import { EXIT, type ExitCode } from '../../process/exit-code.ts';
import { printFindings } from '../../render/render-findings.ts';
import { declareFindingsIncidents } from './findings-incidents.ts';
import { declareFindingsShow } from './findings-show.ts';
import { commands as marking } from './mark.ts';

type FindingsFlags = PeriodFlags & {
  readonly rule?: string;
  readonly minSeverity?: Severity;
  readonly incident?: string;
  readonly all?: true;
};

const SEVERITIES = ['informational', 'low', 'medium', 'high', 'critical'] as const;
type Severity = (typeof SEVERITIES)[number];

export function declareFindings(program: Parser, bind: BindCommand): void {
  const parser = program
    .command('findings')
    .summary('what rules, detectors and reconciliation found')
    .description(
      'Lists findings by severity, then time, grouped by incident. --json: OCSF 1.8.0 Detection ' +
        'Finding. No ' +
        'finding is worth what the coverage of its time is worth, and what the rules could see: ' +
        'over holes, and where none is found while some are blind, the command exits 3.',
    )
    .option('--rule <rule>', 'of this rule: its id, or its id up to a slash')
    .option('--min-severity <severity>', SEVERITIES.join(', '), oneOf(SEVERITIES))
    .option('--incident <id>', 'of this incident, or of the one that this finding belongs to')
    .option('--all', 'every finding; a terminal shows the most severe of each incident else');
  declarePeriod(parser).action(bind(findings));
  declareFindingsShow(parser, bind);
  declareFindingsIncidents(parser, bind);
  declareAll(parser, bind, marking);
}

const findings: CommandHandler<[flags: FindingsFlags]> = async (context, flags) =>
  askStore(context, async (sources) => {
    const { store } = sources;
    const head = await sources.examined();
    const { terminal, tenant } = context;

    const period = periodOf(flags);
    const nowMs = context.clock.now();
    const options = await groupOptions(sources, nowMs);
    const { incidents } = options;
    const within = await withinIncident(incidents, flags.incident);
    const found = store
      .findings({ severityMin: severityOf(flags.minSeverity), tenant })
      .filter((finding) => isAsked(finding, flags.rule) && isWithin(finding, period))
      .filter(({ uid }) => within === undefined || within.has(uid));
    if (context.json) {
      const { findingEvent } = await import('../../../detection/findings/finding-event.ts');
      const event = {
        ...{ origin: head.origin, nowMs, version: ownPackage().version },
        titleOf: await ruleTitles(),
        incidents: incidentIds(incidents),
      };
      await terminal.items(found.map((finding) => findingEvent(finding, event)));
    } else if (found.length > 0) {
      const { countFindings, groupFindings } = await import(
        '../../../reports/findings/finding-groups.ts'
      );
      const isNarrowed = within !== undefined || flags.rule !== undefined || flags.minSeverity;
      const isWhole = flags.all === true || isNarrowed || terminal.columns === Infinity;
      printFindings(terminal, {
        counts: countFindings(found, incidents),
        groups: groupFindings(found, options),
        lines: isWhole ? 'all' : 'most grave',
      });
    }
    notYetIndexed(head);
    const failed = await failureReason(sources);
    if (failed !== undefined) throw new CliError('CANNOT_TELL', failed.text);
    return worthOf(
      context,
      { ...sources, head },
      {
        ...{ period, rule: flags.rule, count: found.length },
        severityMin: severityOf(flags.minSeverity),
      },
    );
  });

async function withinIncident(
  incidents: readonly Incident[],
  id: string | undefined,
): Promise<ReadonlySet<string> | undefined> {
  if (id === undefined) return undefined;
  const found = await incidentCalled(incidents, id);
  return new Set(found.findings.map(({ uid }) => uid));
}

/** OCSF severity_id: 1 informational to 5 critical. */
function severityOf(asked: Severity | undefined): number {
  return asked === undefined ? 0 : SEVERITIES.indexOf(asked) + 1;
}

type Period = ReturnType<typeof periodOf>;

function isAsked({ draft }: StoredFinding, rule: string | undefined): boolean {
  return rule === undefined || isOfRule(draft.rule, rule);
}

function isWithin({ draft }: StoredFinding, { fromMs, toMs }: Period): boolean {
  return (fromMs ?? -Infinity) <= draft.lastMs && draft.firstMs < (toMs ?? Infinity);
}

/**
 * Of a period that was not asked for, it is the one of which every source was collected: what
 * lies outside is not known, and no part of the answer. That there is no finding is worth what the
 * rules could see as well.
 */
async function worthOf(
  { clock, tenant, terminal }: Context,
  sources: Sources,
  of: {
    readonly period: Period;
    readonly rule: string | undefined;
    readonly count: number;
    readonly severityMin: number;
  },
): Promise<ExitCode> {
  const { store, head } = sources;
  const isPeriodAsked = of.period.fromMs !== undefined || of.period.toMs !== undefined;
  const period: Partial<Period> = isPeriodAsked
    ? of.period
    : (store.answerablePeriod(tenant) ?? {});
  const { answer } = store.coverageOf({ ...period, tenant }, head);
  const { fromMs, toMs = clock.now() } = period;
  const asked: HealthScope =
    fromMs === undefined ? { kind: 'now', nowMs: toMs } : { kind: 'period', fromMs, toMs };
  const tenants = tenant === undefined ? undefined : [tenant];
  const { maySay } = await import('../../../detection/runner/detector-profile.ts');
  const nowMs = clock.now();
  const seen = await healthsOfAnswer(sources, { asked, tenants, nowMs, rule: of.rule });
  const { limits } = seen;
  // For a rule that the caller names, the command states its health, whatever its severity.
  const found = seen.found.filter(
    ({ watcher }) => of.rule !== undefined || maySay(watcher, of.severityMin),
  );
  const blind = found.length + of.count === 0 ? noSuchRule(of.rule) : blindReason(found);
  const because = [
    ...(answer.kind === 'yes' ? [] : answer.because),
    ...(blind === undefined ? [] : [blind]),
  ];
  if (of.count === 0 && because.length > 0) {
    throw new CliError('CANNOT_TELL', reasonsText(because));
  }
  if (because.length > 0) terminal.note(`Not everything could be seen: ${reasonsText(because)}.`);
  if (of.count === 0) for (const { text } of limits) terminal.note(text);
  return EXIT.done;
}

function noSuchRule(rule: string | undefined): Reason {
  return { code: 'no-such-rule', text: `nothing looks for what "${rule}" names: see rules status` };
}

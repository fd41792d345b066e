import type { Command as Parser } from 'commander';
import type { BooksReader, KeptFinding } from '../../books/index.ts';
import type { Bind, Command } from '../context.ts';
import { CliError } from '../errors.ts';
import type { ExitCode } from '../exit-code.ts';
import { oneOf } from '../options.ts';
import { ownPackage } from '../own-package.ts';
import { declarePeriod, type PeriodFlags, periodOf } from '../period.ts';
import { findingColumns } from '../present/finding-table.ts';
import { askBooks, notYetIndexed, type Sources, worth } from '../question.ts';

type FindingsFlags = PeriodFlags & {
  readonly rule?: string;
  readonly minSeverity?: Severity;
};

const SEVERITIES = ['informational', 'low', 'medium', 'high', 'critical'] as const;
type Severity = (typeof SEVERITIES)[number];

export function declareFindings(program: Parser, bind: Bind): void {
  const parser = program
    .command('findings')
    .summary('what rules, detectors and reconciliation found')
    .description(
      'Lists findings in order of their last event. --json: OCSF 1.8.0 Detection Finding. No ' +
        'finding is worth what the coverage of its time is worth: over holes the command exits 3.',
    )
    .option('--rule <rule>', 'of this rule: its id, or its id up to a slash')
    .option('--min-severity <severity>', SEVERITIES.join(', '), oneOf(SEVERITIES));
  declarePeriod(parser).action(bind(findings));
}

const findings: Command<[flags: FindingsFlags]> = async (context, flags) =>
  askBooks(context, async (sources) => {
    const { books, head } = sources;
    const { terminal, tenant } = context;

    const period = periodOf(flags);
    const found = books
      .findings({ severityMin: severityOf(flags.minSeverity), tenant })
      .filter((finding) => isOfRule(finding, flags.rule) && isWithin(finding, period));
    const nowMs = context.clock.now();
    if (context.json) {
      const { findingEvent } = await import('../../detect/index.ts');
      const options = { origin: head.origin, nowMs, version: ownPackage().version };
      await terminal.items(found.map((finding) => findingEvent(finding, options)));
    } else {
      await terminal.table(findingColumns(nowMs), found);
    }
    notYetIndexed(books, head);
    notYetJudged(books);
    return worthOf(sources, period, tenant);
  });

/** OCSF severity_id: 1 informational to 5 critical. */
function severityOf(asked: Severity | undefined): number {
  return asked === undefined ? 0 : SEVERITIES.indexOf(asked) + 1;
}

type Period = ReturnType<typeof periodOf>;

function isOfRule({ draft }: KeptFinding, rule: string | undefined): boolean {
  if (rule === undefined) return true;
  const asked = rule.toLowerCase();
  const found = draft.rule.toLowerCase();
  return found === asked || found.startsWith(`${asked}/`);
}

function isWithin({ draft }: KeptFinding, { fromMs, toMs }: Period): boolean {
  return (fromMs ?? -Infinity) <= draft.lastMs && draft.firstMs < (toMs ?? Infinity);
}

/** @throws CliError CANNOT_TELL */
function notYetJudged(books: BooksReader): void {
  const behind = books.notLookedAt('watch/');
  if (behind === undefined) return;
  const text =
    `no rule has looked at the records from entry ${behind.index} on yet: the next import, or ` +
    '"countersign serve", does it';
  throw new CliError('CANNOT_TELL', text);
}

/**
 * Of a period that was not asked for, it is the one of which every source was collected: what
 * lies outside is not known, and no part of the answer.
 */
function worthOf({ books, head }: Sources, asked: Period, tenant: string | undefined): ExitCode {
  const isAsked = asked.fromMs !== undefined || asked.toMs !== undefined;
  const period = isAsked ? asked : (books.collectedPeriod(tenant) ?? {});
  return worth(books.coverageOf({ ...period, tenant }, head).answer);
}

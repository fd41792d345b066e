import { plural } from '@countersign/core';
import { statusText } from '../../../detection/findings/finding-status.ts';
import type { FindingsView } from '../../../operations/detection/list-findings.ts';
import {
  COUNTED_SEVERITY_MIN,
  countsText,
  type FindingGroup,
  type FindingLine,
} from '../../../reports/findings/finding-groups.ts';
import { periodText, shortTimeText } from '../../../reports/time-text.ts';
import { sanitize } from '../../terminal/sanitize.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { cutAtWord, cutEnd, displayWidth } from '../../terminal/text-width.ts';
import { severityStyle, severityText, shortSeverityText } from '../severity.ts';

/** `most serious`: omits what does not fit a screen, and says how to list it. */
type ListedLines = 'all' | 'most serious';

/** Lines per incident, and for incidents with one finding each. */
const LINES_SHOWN = 8;
const WHO_COLUMNS_MAX = 16;
const INDENT = 2;
const GAP = 2;

/** The conclusion, then each incident with its findings, one per line. */
export function printFindings(
  terminal: Terminal,
  { groups, counts }: FindingsView,
  listed: ListedLines,
): void {
  terminal.paragraph(`${countsText(counts)}.`, 0, 'heading');
  const serious = listed === 'all' ? groups : seriousFindings(groups);
  const layout = layoutOf(serious);
  for (const group of serious) {
    terminal.line();
    printHeading(terminal, group);
    const shown = listed === 'all' ? group.lines : group.lines.slice(0, LINES_SHOWN);
    for (const line of shown) printLine(terminal, line, layout);
    const left = group.lines.length - shown.length;
    if (left > 0) terminal.line(`  … ${left} more: countersign findings ${optionFor(group)}`);
  }
  const lesser = countOf(groups) - countOf(serious);
  if (lesser === 0) return;
  terminal.line();
  const text = plural(lesser, 'finding');
  terminal.line({ text: `${text} of lower severity: countersign findings --all`, style: 'faint' });
}

/** On a terminal, the serious findings; all of them if none is serious. */
function seriousFindings(groups: readonly FindingGroup[]): readonly FindingGroup[] {
  const serious = groups.filter(({ severity }) => severity >= COUNTED_SEVERITY_MIN);
  return serious.length === 0 ? groups : serious;
}

function countOf(groups: readonly FindingGroup[]): number {
  return groups.reduce((sum, { lines }) => sum + lines.length, 0);
}

function optionFor({ incident }: FindingGroup): string {
  return incident === undefined ? '--all' : `--incident ${incident.shortId}`;
}

function printHeading(terminal: Terminal, { incident, severity, lines }: FindingGroup): void {
  if (incident === undefined) {
    const count = plural(lines.length, 'incident');
    const text = `${count} with one finding: ${severityText(severity)}`;
    terminal.line({ text, style: 'strong' });
    return;
  }
  const { shortId, firstMs, lastMs, count, status, title } = incident;
  const parts = [
    ...[severityText(severity), periodText(firstMs, lastMs), plural(count, 'finding')],
    statusText(status),
  ];
  terminal.paragraph(`INCIDENT ${shortId}  ${parts.join('  ')}`, 0, 'strong');
  terminal.paragraph(title);
}

type LineLayout = {
  readonly severity: number;
  readonly time: number;
  readonly who: number;
  readonly year: 'with year' | 'without year';
};

/** One layout for all groups, so that columns are aligned. */
function layoutOf(groups: readonly FindingGroup[]): LineLayout {
  const lines = groups.flatMap((group) => group.lines);
  const years = new Set(lines.map(({ firstMs }) => new Date(firstMs).getUTCFullYear()));
  // Headings of incidents give the year.
  const year = years.size > 1 ? 'with year' : 'without year';
  const widest = (texts: readonly string[]): number => Math.max(0, ...texts.map(displayWidth));
  return {
    severity: widest(lines.map(({ severity }) => shortSeverityText(severity))),
    time: widest(lines.map(({ firstMs }) => shortTimeText(firstMs, year))),
    who: Math.min(WHO_COLUMNS_MAX, widest(lines.map(({ who }) => sanitize(who)))),
    year,
  };
}

function printLine(terminal: Terminal, line: FindingLine, layout: LineLayout): void {
  const { severity, firstMs, shortId, status } = line;
  const before = [
    shortSeverityText(severity).padEnd(layout.severity),
    shortTimeText(firstMs, layout.year).padStart(layout.time),
  ];
  const taken = INDENT + layout.severity + layout.time + layout.who + shortId.length + GAP * 4;
  const room = terminal.columns - taken;
  const who = sanitize(line.who);
  const state = status === 1 ? '' : ` (${statusText(status)})`;
  const what = `${sanitize(line.what)}${state}`;
  const isCut = room !== Infinity;
  const shownWho = isCut ? cutEnd(who, layout.who) : who;
  const shownWhat = isCut ? cutAtWord(what, room) : what;
  terminal.line(
    ' '.repeat(INDENT),
    { text: before[0] as string, style: severityStyle(severity) },
    `  ${before[1]}  ${padded(shownWho, layout.who)}  `,
    `${isCut ? padded(shownWhat, room) : shownWhat}  `,
    { text: shortId, style: 'faint' },
  );
}

function padded(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - displayWidth(text)));
}

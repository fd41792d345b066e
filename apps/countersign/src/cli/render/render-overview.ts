import { numberText, plural } from '@countersign/core';
import type {
  Overview,
  OverviewAnswer,
  OverviewNumber,
  OverviewWaiting,
} from '../../operations/overview/overview-item.ts';
import { periodText, shortTimeText } from '../../reports/time-text.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { severityText } from './severity.ts';

const LABEL = 16;
const REASONS_SHOWN = 4;
const MINUTE_MS = 60_000;

/** Both answers first, then the numbers, what waits for a person, and the coverage. */
export function printOverview(terminal: Terminal, overview: Overview): void {
  const { accounted, clear, numbers, waiting, coverage, period, incidents } = overview;
  printAnswer(terminal, ACCOUNTED[accounted.answer], accounted);
  terminal.line();
  printAnswer(terminal, CLEAR[clear.answer], clear);
  for (const { incident, severity, open, assignee } of incidents) {
    const who = assignee === null ? 'unassigned' : `assigned to ${assignee}`;
    const what = `${severityText(severity)}, ${plural(open, 'open finding')}, ${who}`;
    const text = `${what}: countersign findings story ${incident}`;
    terminal.labeled('Incident', text, LABEL);
  }
  terminal.line();
  const [fromMs, toMs] = [Date.parse(period.from), Date.parse(period.to)];
  terminal.labeled('Period', `${periodText(fromMs, toMs)} UTC`, LABEL);
  if (numbers !== null) {
    terminal.labeled('Verified', shareText(numbers.verified, 'sign-ins'), LABEL);
    terminal.labeled('Accounted', shareText(numbers.accounted, 'actions'), LABEL);
    terminal.labeled('Residual', countText(numbers.residual), LABEL);
    terminal.labeled('Feed delay', delayText(numbers.feedDelay), LABEL);
  }
  for (const [at, one] of waiting.entries()) {
    terminal.labeled(at === 0 ? 'Waiting' : '', waitingText(one), LABEL);
  }
  for (const [at, { source, state, since }] of coverage.sources.entries()) {
    const from = since === null ? '' : ` since ${shortTimeText(Date.parse(since), 'without year')}`;
    terminal.labeled(at === 0 ? 'Coverage' : '', `${source}: ${state ?? 'unknown'}${from}`, LABEL);
  }
}

const ACCOUNTED: Readonly<Record<OverviewAnswer['answer'], string>> = {
  yes: 'Every access is accounted for.',
  no: 'Not every access is accounted for.',
  unknown: 'Cannot tell whether every access is accounted for.',
};

const CLEAR: Readonly<Record<OverviewAnswer['answer'], string>> = {
  yes: 'Nothing is wrong.',
  no: 'Something is wrong.',
  unknown: 'Cannot tell whether something is wrong.',
};

function printAnswer(terminal: Terminal, text: string, { because }: OverviewAnswer): void {
  terminal.line({ text, style: 'heading' });
  for (const reason of because.slice(0, REASONS_SHOWN)) terminal.paragraph(`- ${reason.text}`, 2);
  const left = because.length - REASONS_SHOWN;
  if (left > 0) terminal.paragraph(`- ${plural(left, 'more reason')}: --json lists them`, 2);
}

function shareText({ value, part, whole, because }: OverviewNumber, what: string): string {
  if (value === null || part === null || whole === null) return unknownText(because);
  // Rounding MUST NOT turn a part into the whole.
  const percent = Math.floor(value * 1000) / 10;
  return `${percent.toFixed(1)} % of ${numberText(whole)} ${what} (${numberText(part)})`;
}

function countText({ value, because }: OverviewNumber): string {
  return value === null ? unknownText(because) : plural(value, 'unexplained action');
}

function delayText({ value, because }: OverviewNumber): string {
  if (value === null) return unknownText(because);
  return `${numberText(Math.round(value / MINUTE_MS))} min (99th percentile)`;
}

function unknownText(because: OverviewNumber['because']): string {
  return `cannot tell: ${because.map(({ text }) => text).join('; ')}`;
}

const WAITING_TEXTS: Readonly<Record<OverviewWaiting['what'], (count: number) => string>> = {
  'first records': () => 'an import, or a tenant to connect: no record has arrived yet',
  'incidents unassigned': (count) => `${plural(count, 'incident')} without an assignee`,
  approvals: (count) => plural(count, 'approval'),
  'suppressions ending': (count) => `${plural(count, 'suppression')} that end within 7 days`,
  'feeds stopped': (count) => `${plural(count, 'feed')} stopped or failing`,
  quarantine: (count) => `${plural(count, 'quarantined item')}`,
};

function waitingText({ what, count, since }: OverviewWaiting): string {
  const time = since === null ? '' : `, ${shortTimeText(Date.parse(since), 'without year')}`;
  return `${WAITING_TEXTS[what](count)}${time}`;
}

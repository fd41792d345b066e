import { plural } from '@countersign/core';
import { statusText } from '../../../detection/findings/finding-status.ts';
import { entriesText } from '../../../reports/entries-text.ts';
import type { FindingDetail } from '../../../reports/findings/finding-detail.ts';
import { periodText, shortTimeText } from '../../../reports/time-text.ts';
import type { Terminal } from '../../terminal/terminal.ts';
import { eventColumns } from '../event-columns.ts';
import { severityStyle, severityText } from '../severity.ts';

const LABEL = 11;
const EVENTS_SHOWN = 8;
const HIGH = 4;

/** One finding: conclusion, reason, harmless explanations, next steps, and evidence. */
export async function printFinding(terminal: Terminal, finding: FindingDetail): Promise<void> {
  const { severity, title } = finding;
  const say = (label: string, text: string): void => terminal.labeled(label, text, LABEL);
  const word = severityText(severity).toUpperCase();
  terminal.line({ text: word, style: severityStyle(severity) });
  terminal.paragraph(title);
  terminal.line();
  say('When', `${periodText(finding.firstMs, finding.lastMs)} UTC`);
  say('Why', finding.why);
  printIncidentOf(terminal, finding);
  say('Harmless', finding.harmless === null ? NO_EXPLANATION : `when ${finding.harmless}`);
  printSteps(terminal, finding);
  terminal.line();
  printSubjects(terminal, finding);
  await printEvents(terminal, finding);
}

const NO_EXPLANATION = 'Its rule states no harmless explanation.';

function printIncidentOf(terminal: Terminal, { incident }: FindingDetail): void {
  if (incident === null) return;
  const { shortId, title, count, followedBy } = incident;
  for (const [at, { ms, title: what, shortId: id }] of followedBy.entries()) {
    const text = `${shortTimeText(ms, 'without year')}  ${what} (${id})`;
    terminal.labeled(at === 0 ? 'Then' : '', text, LABEL);
  }
  terminal.labeled('Incident', `${shortId}, ${plural(count, 'finding')}: ${title}`, LABEL);
}

function printSteps(
  terminal: Terminal,
  { next, incident, severity, shortId }: FindingDetail,
): void {
  const of = incident?.shortId ?? shortId;
  const steps = [
    ...next,
    ...(severity >= HIGH ? [`See what is still open: countersign eviction --incident ${of}`] : []),
  ];
  for (const [at, step] of steps.entries()) {
    terminal.labeled(at === 0 ? 'Do' : '', `${at + 1}. ${step}`, LABEL);
  }
}

function printSubjects(terminal: Terminal, finding: FindingDetail): void {
  const { people, addresses, apps, sessions, techniques, rule, confidence } = finding;
  const say = (label: string, texts: readonly string[]): void => {
    for (const [at, text] of texts.entries()) terminal.labeled(at === 0 ? label : '', text, LABEL);
  };
  const withId = (name: string | null, id: string): string =>
    name === null || id.endsWith(`:${name.toLowerCase()}`) ? (name ?? id) : `${name}  ${id}`;
  say(
    'People',
    people.map(({ name, key }) => withId(name, key)),
  );
  say('Addresses', addresses.length === 0 ? [] : [addresses.join(', ')]);
  say(
    'Apps',
    apps.map(({ id, name }) => withId(name, id)),
  );
  say('Sessions', sessions);
  say(
    'Technique',
    techniques.map(({ uid, name }) => (name === null ? uid : `${uid} ${name}`)),
  );
  say('Rule', [rule.title === null ? rule.id : `${rule.title}  ${rule.id}`]);
  if (confidence !== null) say('Confidence', [confidence.toFixed(2)]);
  const { status, statusReason } = finding;
  say('State', [
    statusReason === null ? statusText(status) : `${statusText(status)}: ${statusReason}`,
  ]);
  if (finding.assignee !== null) say('Assigned', [finding.assignee]);
  const comments = finding.work.filter(({ kind }) => kind === 'comment');
  say(
    'Comments',
    comments.map(({ value, by }) => `${value} (${by})`),
  );
  say('Id', [finding.uid]);
}

async function printEvents(terminal: Terminal, { events, entries }: FindingDetail): Promise<void> {
  const [first] = entries;
  if (first !== undefined) {
    const text = `${entriesText(entries)}; countersign show ${first} prints one`;
    terminal.labeled('Evidence', text, LABEL);
  }
  if (events.length === 0) return;
  terminal.line();
  const shown = terminal.columns === Infinity ? events : events.slice(0, EVENTS_SHOWN);
  const lines = shown.map((row) => ({ kind: 'event', row, erasedBy: undefined }) as const);
  await terminal.table(eventColumns(), lines);
  const left = events.length - shown.length;
  if (left > 0)
    terminal.line({ text: `… ${plural(left, 'more event')}; --json lists them`, style: 'faint' });
}

import { joinWithAnd, plural, type Reason } from '@countersign/core';
import type { EvictionReport, FootholdAnswer } from '../../eviction/eviction-report.ts';
import type { Taint } from '../../eviction/lineage/lineage.ts';
import {
  partyCount,
  partyKind,
  partyName,
  plainName,
  sinceMsOf,
} from '../../eviction/lineage/suspect-names.ts';
import type { EvictionView } from '../../operations/eviction/evaluate-eviction.ts';
import { isOpen } from '../../operations/eviction/foothold-items.ts';
import { entriesText } from '../../reports/entries-text.ts';
import { shortTimeText, withReadableTimes } from '../../reports/time-text.ts';
import type { Column } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';

const NUMBER_COLUMNS = 6;
const OPENINGS_SHOWN = 3;
const PARTIES_SHOWN = 10;
const DOUBTS_SHOWN = 5;

/** The conclusion, open footholds with their evidence, unknown ones, and the suspects. */
export async function printEviction(terminal: Terminal, view: EvictionView): Promise<void> {
  const { report, sinceMs } = view;
  const open = openOf(report);
  terminal.paragraph(conclusionText(report), 0, open.length > 0 ? 'no' : 'unknown');
  terminal.paragraph(`Since ${shortTimeText(sinceMs, 'with year')} UTC.`);
  if (open.length > 0) {
    terminal.line();
    terminal.line({ text: 'OPEN', style: 'heading' });
    for (const each of open) printOpen(terminal, each);
  }
  await printUnknown(terminal, report);
  await printLineage(terminal, report);
  printDoubts(terminal, view);
  printLimits(terminal, view);
}

function openOf({ footholds }: EvictionReport): readonly FootholdAnswer[] {
  return footholds.filter(({ answer }) => answer.kind === 'no');
}

function unknownOf({ footholds }: EvictionReport): readonly FootholdAnswer[] {
  return footholds.filter(({ answer }) => answer.kind !== 'no');
}

/** The conclusion, before everything else. */
function conclusionText(report: EvictionReport): string {
  const [open, unknown] = [openOf(report), unknownOf(report)];
  const back = unknown.filter(({ openings }) =>
    openings.some(({ reversal }) => reversal.kind === 'closed'),
  );
  const rest =
    `${plural(unknown.length, 'is', 'are')} unknown` +
    (back.length === 0 ? '' : `; in ${back.length} of them, every known opening was reversed`);
  return open.length === 0
    ? `CANNOT TELL whether they are out: no foothold is known to be open, and ${rest}.`
    : `NOT OUT: ${plural(open.length, 'foothold is', 'footholds are')} open. ${rest}.`;
}

function printOpen(terminal: Terminal, { foothold, openings }: FootholdAnswer): void {
  const own = openings.filter(isOpen);
  const number = `${String(foothold.number).padStart(NUMBER_COLUMNS - 2)}  `;
  terminal.labeled(number, foothold.name, NUMBER_COLUMNS);
  for (const { text, entries } of own.slice(0, OPENINGS_SHOWN)) {
    const shown = withReadableTimes(text);
    terminal.paragraph(`${shown} (${entriesText(entries, OPENINGS_SHOWN)})`, NUMBER_COLUMNS);
  }
  const left = own.length - OPENINGS_SHOWN;
  if (left > 0) terminal.paragraph(`and ${left} more; --json lists them`, NUMBER_COLUMNS);
  terminal.paragraph(`Check: ${foothold.readBack}`, NUMBER_COLUMNS, 'faint');
}

type UnknownRow = {
  readonly number: number;
  readonly name: string;
  readonly because: string;
  readonly decides: string;
};

const UNKNOWN_COLUMNS: readonly Column<UnknownRow>[] = [
  { title: '#', kind: 'number', cell: ({ number }) => String(number) },
  { title: 'foothold', kind: 'text', comfortable: 24, cell: ({ name }) => name },
  { title: 'because', kind: 'text', comfortable: 30, cell: ({ because }) => because },
  { title: 'would decide', kind: 'text', comfortable: 36, fold: 1, cell: ({ decides }) => decides },
];

/** A reason that several footholds share is printed once, below the table, with its number. */
async function printUnknown(terminal: Terminal, report: EvictionReport): Promise<void> {
  const unknown = unknownOf(report);
  if (unknown.length === 0) return;
  const shared = sharedReasons(unknown);
  const rows = unknown.map(({ foothold, answer, openings }): UnknownRow => {
    const reasons = answer.kind === 'unknown' ? answer.because : [];
    const isShared = ({ text }: Reason): boolean => shared.includes(text);
    const own = reasons.filter((reason) => !isShared(reason)).map(({ text }) => text);
    const marks = reasons.filter(isShared).map(({ text }) => shared.indexOf(text) + 1);
    const numbers = marks.sort((a, b) => a - b).map((mark) => `[${mark}]`);
    const taken = openings.length > 0 ? [`${openings.length} known`] : [];
    return {
      ...{ number: foothold.number, name: foothold.name, decides: foothold.readBack },
      because: [withReadableTimes((own.length === 0 ? taken : own).join('; ')), ...numbers].join(
        ' ',
      ),
    };
  });
  terminal.line();
  terminal.line({ text: 'CANNOT TELL', style: 'heading' });
  await terminal.table(UNKNOWN_COLUMNS, rows);
  terminal.line();
  for (const [at, text] of shared.entries()) {
    terminal.labeled(`[${at + 1}]`, text, NUMBER_COLUMNS);
  }
}

/** The most frequent reason comes first. */
function sharedReasons(unknown: readonly FootholdAnswer[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const { answer } of unknown) {
    for (const { text } of answer.kind === 'unknown' ? answer.because : []) {
      counts.set(text, (counts.get(text) ?? 0) + 1);
    }
  }
  return [...counts]
    .filter(([, count]) => count > 1)
    .sort(([, a], [, b]) => b - a)
    .map(([text]) => text);
}

type PartyRow = { readonly sinceMs: number; readonly name: string; readonly why: string };

const PARTY_COLUMNS: readonly Column<PartyRow>[] = [
  {
    title: 'since (UTC)',
    kind: 'whole',
    cell: ({ sinceMs }) => shortTimeText(sinceMs, 'with year'),
  },
  { title: 'who', kind: 'text', comfortable: 26, cell: ({ name }) => name },
  { title: 'because', kind: 'text', comfortable: 30, cell: ({ why }) => why },
];

async function printLineage(terminal: Terminal, report: EvictionReport): Promise<void> {
  const { lineage, addresses } = report;
  terminal.line();
  if (lineage.length === 0) {
    terminal.paragraph(
      'No party is treated as compromised: no finding of high severity names an account or app.',
    );
    return;
  }
  const kinds = [...Map.groupBy(lineage, partyKind)].map(([kind, all]) =>
    partyCount(kind, all.length),
  );
  const parties = plural(lineage.length, 'party', 'parties');
  terminal.paragraph(`Counts as the intruders’ (${parties}: ${kinds.join(', ')}):`, 0, 'heading');
  const called = new Map(lineage.map((suspect) => [suspect.party, partyName(suspect)]));
  const rows = lineage.slice(0, PARTIES_SHOWN).map((suspect): PartyRow => {
    const [first] = suspect.taints;
    const why = first === undefined ? '' : edgeText(first, called);
    return { sinceMs: sinceMsOf(suspect), name: partyName(suspect), why };
  });
  await terminal.table(PARTY_COLUMNS, rows);
  const left = lineage.length - PARTIES_SHOWN;
  if (left > 0) terminal.line({ text: `and ${left} more; --json lists them`, style: 'faint' });
  for (const { ip, isFollowed, because } of addresses.slice(0, PARTIES_SHOWN)) {
    if (!isFollowed) terminal.paragraph(`Not followed: address ${ip}, since ${because}.`);
  }
}

/** Why a party is suspect, by which entries, and from whom. */
function edgeText(
  { because, entries, origin }: Taint,
  called: ReadonlyMap<string, string>,
): string {
  const at = entries.length === 0 ? '' : ` (${entriesText(entries.slice(0, 1))})`;
  if (origin.kind !== 'change') return `${because}${at}`;
  return `${origin.operation} by ${called.get(origin.from) ?? plainName(origin.from)}${at}`;
}

/** What remains if a finding is a false alarm. */
function printDoubts(terminal: Terminal, { report, shortIds }: EvictionView): void {
  const { doubts, undoubted } = report;
  const open = openOf(report);
  const weighty = doubts.flatMap(({ finding, openCounts, cleared }) => {
    const closed = open.filter(({ foothold }) => (openCounts.get(foothold.number) ?? 0) === 0);
    if (closed.length + cleared.length === 0) return [];
    const numbers = joinWithAnd(closed.map(({ foothold }) => String(foothold.number)));
    const effects = [
      ...(closed.length === 0
        ? []
        : [closed.length === 1 ? `foothold ${numbers} closes` : `footholds ${numbers} close`]),
      ...(cleared.length === 0
        ? []
        : [`${plural(cleared.length, 'party is', 'parties are')} cleared`]),
    ];
    const { uid, draft } = finding;
    const weight = closed.length * 1000 + cleared.length;
    return [{ weight, uid, title: draft.title, effect: effects.join(' and ') }];
  });
  if (weighty.length > 0) terminal.line();
  const shown = weighty.toSorted((a, b) => b.weight - a.weight).slice(0, DOUBTS_SHOWN);
  for (const { uid, title, effect } of shown) {
    const id = shortIds.of(uid);
    terminal.paragraph(`If finding ${id} is a false alarm, ${effect}. ("${title}")`);
  }
  const left = weighty.length - DOUBTS_SHOWN;
  if (left > 0) terminal.paragraph(`--json lists ${plural(left, 'more finding')} of this kind.`);
  if (undoubted > 0) {
    const findings = plural(undoubted, 'finding was', 'findings were');
    terminal.paragraph(`${findings} not examined this way, because there are so many.`);
  }
}

function printLimits(terminal: Terminal, { limits, questions }: EvictionView): void {
  for (const { text } of limits) {
    terminal.line();
    terminal.paragraph(`This answer does not cover everything: ${text}.`);
  }
  const unanswered = questions.filter(({ answer }) => answer === 'unknown').length;
  terminal.line();
  terminal.paragraph(
    'Cannot tell from our logs: access that is held inside the vendor. ' +
      `${unanswered} of ${plural(questions.length, 'question')} to the vendor are unanswered ` +
      '(--questionnaire FILE writes them to a file).',
  );
}

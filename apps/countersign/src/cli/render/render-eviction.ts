import { type Answer, joinWithAnd, plural, type Reason } from '@countersign/core';
import type { Opening } from '../../eviction/analysis/open-footholds.ts';
import type {
  EvictionReport,
  FootholdAnswer,
  SuspectParty,
} from '../../eviction/eviction-report.ts';
import type { Taint } from '../../eviction/lineage/lineage.ts';
import type { QuestionResult } from '../../eviction/vendor-questionnaire.ts';
import type { Cell, Column } from '../terminal/table.ts';
import { timeText } from './time-text.ts';

/** Reasons that a table shows of one foothold; `--json` has all. */
const REASONS_IN_TABLE = 2;
const OPENINGS_SHOWN_MAX = 50;
const EVIDENCE_SHOWN_MAX = 20;
const PARTIES_IN_TEXT = 10;
const DOUBTS_IN_TEXT = 10;

/** The conclusion, before everything else. */
export function conclusionLine({ footholds }: EvictionReport): string {
  const open = footholds.filter(({ answer }) => answer.kind === 'no');
  const unknown = footholds.filter(({ answer }) => answer.kind !== 'no');
  const back = unknown.filter(({ openings }) =>
    openings.some(({ reversal }) => reversal.kind === 'closed'),
  );
  const rest =
    `${unknown.length} cannot be told` +
    (back.length === 0 ? '' : `, and in ${back.length} of them what was opened was taken back`);
  return open.length === 0
    ? `CANNOT TELL whether they are out: no foothold is known to be open, ${rest}.`
    : `NOT OUT: ${plural(open.length, 'foothold is', 'footholds are')} open, ${rest}.`;
}

export function footholdColumns(): readonly Column<FootholdAnswer>[] {
  return [
    { title: '#', kind: 'number', cell: ({ foothold }) => String(foothold.number) },
    { title: 'answer', kind: 'whole', cell: answerOf },
    { title: 'foothold', kind: 'text', comfortable: 24, cell: ({ foothold }) => foothold.name },
    { title: 'because', kind: 'text', comfortable: 40, cell: becauseText },
    {
      title: 'would decide',
      kind: 'text',
      fold: 1,
      comfortable: 30,
      cell: ({ answer, foothold }) =>
        answer.kind === 'unknown' ? answer.wouldDecide[0]?.what : foothold.readBack,
    },
  ];
}

/** What is open comes first. */
export function inOrder({ footholds }: EvictionReport): readonly FootholdAnswer[] {
  const isNo = ({ answer }: FootholdAnswer): boolean => answer.kind === 'no';
  return [...footholds.filter(isNo), ...footholds.filter((each) => !isNo(each))];
}

function reasonsOf(answer: Answer): readonly Reason[] {
  switch (answer.kind) {
    case 'yes':
      return [];
    case 'no':
      return answer.because.slice(0, OPENINGS_SHOWN_MAX);
    case 'unknown':
      return answer.because;
  }
}

function answerOf({ answer }: FootholdAnswer): Cell {
  return answer.kind === 'no'
    ? { text: 'open', style: 'no' }
    : { text: 'cannot tell', style: 'unknown' };
}

function becauseText({ answer, openings }: FootholdAnswer): string {
  if (answer.kind === 'unknown') {
    const [first, ...more] = answer.because.map(({ text }) => text);
    const shown = [first, ...more].slice(0, REASONS_IN_TABLE).join('; ');
    const left = answer.because.length - REASONS_IN_TABLE;
    return left > 0 ? `${shown} (and ${left} more)` : shown;
  }
  const [first, ...others] = openings.filter(isOpen);
  const [reason] = reasonsOf(answer);
  const more = others.length > 0 ? ` (and ${others.length} more)` : '';
  return first === undefined ? '' : `entry ${first.entry}: ${reason?.text ?? ''}${more}`;
}

function isOpen({ reversal }: Opening): boolean {
  return reversal.kind === 'none';
}

/** `answer` is `open` or `unknown`; with the state read back it will be `closed` as well. */
export function footholdItem(
  { foothold, answer, openings }: FootholdAnswer,
  { doubts }: EvictionReport,
  questions: readonly QuestionResult[],
): object {
  const open = openings.filter(isOpen);
  const kept = answer.kind === 'no' ? 'open' : 'unknown';
  return {
    foothold: foothold.id,
    number: foothold.number,
    name: foothold.name,
    answer: kept,
    asOf: answer.asOf,
    because: reasonsOf(answer),
    wouldDecide: answer.kind === 'unknown' ? answer.wouldDecide : [{ what: foothold.readBack }],
    openings: openings.slice(0, OPENINGS_SHOWN_MAX).map(openingItem),
    openingCount: open.length,
    // What the answer is if one of the findings that it rests on is a false alarm.
    without: doubts.flatMap(({ finding, openCounts }) => {
      const openingCount = openCounts.get(foothold.number) ?? 0;
      if (openingCount === open.length) return [];
      const { uid, draft } = finding;
      const without = openingCount > 0 ? 'open' : 'unknown';
      return [{ finding: uid, title: draft.title, answer: without, openingCount }];
    }),
    // What is held inside the vendor is in no log of ours.
    ...(foothold.id === 'exposed-secrets' && { vendor: { answer: 'unknown', questions } }),
  };
}

function openingItem(opening: Opening): object {
  const { reversal } = opening;
  const at = (ms: number): string => new Date(ms).toISOString();
  return {
    entries: opening.entries,
    at: at(opening.atMs),
    tenant: opening.tenant,
    what: opening.text,
    why: opening.by.because,
    party: opening.party,
    state: reversal.kind === 'none' ? 'open' : reversal.kind,
    closed:
      reversal.kind === 'closed'
        ? {
            entry: reversal.entry,
            at: at(reversal.atMs),
            by: reversal.by,
            leaves: reversal.leaves.map(({ code, text }) => ({ code, text })),
          }
        : null,
    ...(reversal.kind === 'unsure' && {
      unsure: { entry: reversal.entry, at: at(reversal.atMs), because: reversal.why },
    }),
  };
}

/** What is about all footholds; it stands in the first of them, since each item is a foothold. */
export function lineageItem({ lineage, addresses, doubts, undoubted }: EvictionReport): object {
  return {
    parties: lineage.map((suspect) => ({
      party: suspect.party,
      kind: kindOf(suspect),
      names: suspect.names,
      since: new Date(sinceOf(suspect)).toISOString(),
      evidence: suspect.taints.slice(0, EVIDENCE_SHOWN_MAX).map(taintItem),
      evidenceCount: suspect.taints.length,
    })),
    addresses: addresses.map(({ ip, isFollowed, because, earlier }) => ({
      address: ip,
      followed: isFollowed,
      because,
      // Null: not known, and `because` says why.
      accountsBefore: earlier.people,
    })),
    doubts: doubts
      .filter(({ cleared }) => cleared.length > 0)
      .map(({ finding, cleared }) => ({
        finding: finding.uid,
        title: finding.draft.title,
        clears: cleared,
      })),
    doubtsNotTried: undoubted,
  };
}

function taintItem({ sinceMs, because, entries, techniques, origin }: Taint): object {
  const at = new Date(sinceMs).toISOString();
  const edge =
    origin.kind === 'finding'
      ? { finding: origin.uid, confidence: origin.confidence }
      : origin.kind === 'change'
        ? { from: origin.from, operation: origin.operation }
        : {};
  return { edge: origin.kind, ...edge, at, text: because, entries, techniques };
}

export function* lineageLines(report: EvictionReport): Generator<string> {
  const { lineage } = report;
  yield '';
  if (lineage.length === 0) {
    yield 'Nothing counts as the intruders\u2019: no finding of high severity names a person.';
    return;
  }
  const kinds = [...Map.groupBy(lineage, kindOf)].map(([kind, all]) => countOf(kind, all.length));
  const parties = plural(lineage.length, 'party', 'parties');
  yield `Counts as the intruders\u2019 (${parties}: ${kinds.join(', ')}):`;
  const called = new Map(lineage.map((suspect) => [suspect.party, nameOf(suspect)]));
  for (const suspect of lineage.slice(0, PARTIES_IN_TEXT)) {
    const [first] = suspect.taints;
    const why = first === undefined ? '' : edgeText(first, called);
    yield `  since ${timeText(sinceOf(suspect))}  ${nameOf(suspect)}: ${why}`;
  }
  const left = lineage.length - PARTIES_IN_TEXT;
  if (left > 0) yield `  and ${left} more, which --json lists`;
  yield* addressLines(report);
  yield* doubtLines(report);
}

/** What makes it suspect, by which entries, and from whom. */
function edgeText(
  { because, entries, origin }: Taint,
  called: ReadonlyMap<string, string>,
): string {
  const [first, ...more] = entries;
  const at = first === undefined ? '' : ` (entry ${first}${more.length > 0 ? ', …' : ''})`;
  if (origin.kind !== 'change') return `${because}${at}`;
  return `${origin.operation} by ${called.get(origin.from) ?? plain(origin.from)}${at}`;
}

function* addressLines({ addresses }: EvictionReport): Generator<string> {
  for (const { ip, isFollowed, because } of addresses.slice(0, PARTIES_IN_TEXT)) {
    if (!isFollowed) yield `Not followed: address ${ip}, since ${because}.`;
  }
}

/** What would be left if a finding were a false alarm. */
function* doubtLines({ doubts, footholds, undoubted }: EvictionReport): Generator<string> {
  const open = footholds.filter(({ answer }) => answer.kind === 'no');
  const weighty = doubts.flatMap(({ finding, openCounts, cleared }) => {
    const closed = open.filter(({ foothold }) => (openCounts.get(foothold.number) ?? 0) === 0);
    if (closed.length + cleared.length === 0) return [];
    const { uid, draft } = finding;
    const effects = [
      ...(closed.length === 0
        ? []
        : [
            `${closed.length === 1 ? 'foothold' : 'footholds'} ` +
              `${joinWithAnd(closed.map(({ foothold }) => String(foothold.number)))} ` +
              `${closed.length === 1 ? 'closes' : 'close'}`,
          ]),
      ...(cleared.length === 0
        ? []
        : [`${plural(cleared.length, 'party is', 'parties are')} cleared`]),
    ];
    const weight = closed.length * 1000 + cleared.length;
    return [{ weight, uid, title: draft.title, effect: effects.join(' and ') }];
  });
  if (weighty.length > 0) yield '';
  for (const { uid, title, effect } of weighty
    .toSorted((a, b) => b.weight - a.weight)
    .slice(0, DOUBTS_IN_TEXT)) {
    yield `If finding ${uid} is a false alarm, ${effect}. ("${title}")`;
  }
  const left = weighty.length - DOUBTS_IN_TEXT;
  if (left > 0) yield `So it is with ${plural(left, 'more finding')}, which --json lists.`;
  if (undoubted > 0) yield `Of ${plural(undoubted, 'finding')} that was not asked.`;
}

type Kind = 'account' | 'application' | 'session' | 'address' | 'other';

function kindOf({ names }: SuspectParty): Kind {
  const has = (start: string): boolean => names.some((name) => name.startsWith(start));
  if (has('session:')) return 'session';
  if (has('address:')) return 'address';
  if (has('app:')) return 'application';
  return has('name:') || !has('label:') ? 'account' : 'other';
}

function countOf(kind: Kind, count: number): string {
  switch (kind) {
    case 'account':
      return plural(count, 'account');
    case 'application':
      return plural(count, 'application');
    case 'session':
      return plural(count, 'session');
    case 'address':
      return plural(count, 'address', 'addresses');
    case 'other':
      return plural(count, 'other object');
  }
}

/** The name that people know it by. */
function nameOf({ names }: SuspectParty): string {
  const [name = ''] = ['name:', 'label:', 'app:', 'uid:'].flatMap(
    (start) => names.find((each) => each.startsWith(start)) ?? [],
  );
  return plain(name === '' ? (names[0] ?? '') : name);
}

function plain(name: string): string {
  const [kind, ...rest] = name.split(':');
  const value = kind === 'label' ? rest.slice(1).join(':') : rest.join(':');
  return kind === 'label' || kind === 'name' ? value : `${kind} ${value}`;
}

function sinceOf({ taints }: SuspectParty): number {
  return taints[0]?.sinceMs ?? 0;
}

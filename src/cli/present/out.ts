import { type Answer, plural, type Reason } from '../../core/index.ts';
import type { FootholdAnswer, OutReport, Questioned } from '../../incident/index.ts';
import type { Cell, Column } from '../table.ts';
import { timeText } from './words.ts';

/** Reasons that a table shows of one foothold; `--json` has all. */
const REASONS_IN_TABLE = 2;
const OPENINGS_TOLD_MAX = 50;
const PARTIES_TOLD_MAX = 20;

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

function reasonsOf(answer: Answer): readonly Reason[] {
  switch (answer.kind) {
    case 'yes':
      return [];
    case 'no':
      return answer.because.slice(0, OPENINGS_TOLD_MAX);
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
  const open = openings.filter(({ closed }) => closed === undefined);
  const [first] = open;
  const more = open.length > 1 ? ` (and ${open.length - 1} more)` : '';
  return first === undefined ? '' : `entry ${first.entry}: ${first.text}${more}`;
}

/** `answer` is `open` or `unknown`; with the state read back it will be `closed` as well. */
export function footholdItem(
  { foothold, answer, openings }: FootholdAnswer,
  questions: readonly Questioned[],
): object {
  const open = openings.filter(({ closed }) => closed === undefined);
  const isOpen = answer.kind === 'no';
  return {
    foothold: foothold.id,
    number: foothold.number,
    name: foothold.name,
    answer: isOpen ? 'open' : 'unknown',
    asOf: answer.asOf,
    because: reasonsOf(answer),
    wouldDecide: answer.kind === 'unknown' ? answer.wouldDecide : [{ what: foothold.readBack }],
    openings: openings.slice(0, OPENINGS_TOLD_MAX).map((opening) => ({
      entries: opening.entries,
      at: new Date(opening.atMs).toISOString(),
      tenant: opening.tenant,
      what: opening.text,
      why: opening.by.because,
      closed:
        opening.closed === undefined
          ? null
          : { entry: opening.closed.entry, at: new Date(opening.closed.atMs).toISOString() },
    })),
    openingCount: open.length,
    // What is held inside the vendor is in no log of ours.
    ...(foothold.id === 'exposed-secrets' && { vendor: { answer: 'unknown', questions } }),
  };
}

export function* lineageLines({ lineage }: OutReport): Generator<string> {
  yield '';
  if (lineage.length === 0) {
    yield 'Nothing counts as the intruders\u2019: no finding of high severity names anybody.';
    return;
  }
  yield `Counts as the intruders\u2019 (${plural(lineage.length, 'party', 'parties')}):`;
  for (const { names, taint } of lineage.slice(0, PARTIES_TOLD_MAX)) {
    yield `  since ${timeText(taint.sinceMs)}  ${names.map(plain).join(', ')}: ${taint.because}`;
  }
  const left = lineage.length - PARTIES_TOLD_MAX;
  if (left > 0) yield `  and ${left} more`;
}

function plain(name: string): string {
  const [kind, ...rest] = name.split(':');
  const value = kind === 'label' ? rest.slice(1).join(':') : rest.join(':');
  return kind === 'label' || kind === 'name' ? value : `${kind} ${value}`;
}

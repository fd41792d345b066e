import { plural } from '@countersign/core';
import { visible } from '../visible-text.ts';
import type { Statement, StatementEvent, StatementSession } from './statement.ts';
import {
  answerText,
  happenedText,
  holeText,
  howText,
  instantText,
  nameOf,
  outcomeText,
  periodText,
  sessionTitle,
  signInsText,
  subjectsOf,
  unaccountedText,
  volumeText,
  whereOf,
} from './statement-text.ts';

const INDENT = '  ';
const LABEL_CHARACTERS = 13;
/** Narrower lines are unreadable, so on a narrower terminal lines overflow. */
const WIDTH_MIN = 40;

/** Renders plain lines of at most `width` characters, free of terminal control sequences. */
export function* statementLines(statement: Statement, width: number): Generator<string> {
  const fold = (text: string, indent: string): string[] => folded(visible(text), indent, width);
  const fact = (label: string, text: string): string[] =>
    fold(text, ' '.repeat(LABEL_CHARACTERS)).map((line, i) =>
      i === 0 ? label.padEnd(LABEL_CHARACTERS) + line.slice(LABEL_CHARACTERS) : line,
    );
  const { principal, balance, coverage, ledger } = statement;
  yield* fact('Principal', [nameOf(principal), principal.uid].filter(Boolean).join(', '));
  yield* fact('Tenant', principal.tenant);
  yield* fact('Period', periodText(statement.period));
  if (statement.purpose !== null) yield* fact('Purpose', statement.purpose);
  if (statement.case !== null) yield* fact('Case', statement.case);
  yield* fact('Actions', balanceText(balance));
  yield* fact('Sign-ins', signInsText(statement));
  const happened = happenedText(statement);
  if (happened !== undefined) yield* fact('Events', happened);
  for (const [i, volume] of statement.volumes.entries())
    yield* fact(i === 0 ? 'Volumes' : '', volume);
  yield* fact('Complete', answerText(coverage.answer));
  for (const [i, hole] of coverage.holes.entries())
    yield* fact(i === 0 ? 'Holes' : '', holeText(hole));
  yield* fact('Ledger', `${ledger.origin}, ${plural(ledger.size, 'entry')}, root ${ledger.root}`);
  for (const erasure of statement.erasures) {
    const { entries, at, by, reason, index, ofThisPerson } = erasure;
    const what = `${plural(entries, 'entry')}${ofThisPerson ? ' of this person' : ''}`;
    const how = `on ${instantText(at)} UTC by ${by}: ${reason} (entry ${index})`;
    yield* fact('Erased', `${what} ${how}`);
  }
  for (const session of statement.sessions) {
    yield '';
    yield* sessionLines(session, fold);
  }
  yield '';
  yield* fact('Unaccounted', unaccountedText(statement));
  for (const action of statement.unaccounted) {
    const what = [action.operation, ...subjectsOf(action), originOf(action)];
    yield* fold(lineOf(action.time, what, action.index), INDENT);
  }
}

type Fold = (text: string, indent: string) => string[];

/** Address and app are printed once if they are the same for the whole session. */
function* sessionLines(session: StatementSession, fold: Fold): Generator<string> {
  const events = [...session.signIns, ...session.actions];
  const same =
    new Set(events.map(originOf)).size === 1 ? originOf(events[0] as StatementEvent) : '';
  const origin = (event: StatementEvent): string => (same === '' ? originOf(event) : '');
  yield* fold(sessionTitle(session.session), '');
  if (same !== '') yield* fold(same, INDENT);
  yield* fold(answerText(session.authorization), INDENT);
  for (const signIn of session.signIns) {
    const what = ['sign-in', signIn.resource, howText(signIn), outcomeText(signIn)];
    yield* fold(lineOf(signIn.time, [...what, origin(signIn)], signIn.index), INDENT);
  }
  for (const action of session.actions) {
    const outcome = action.outcome === 'success' ? null : outcomeText(action);
    const what = [action.operation, ...subjectsOf(action), volumeText(action), outcome];
    yield* fold(lineOf(action.time, [...what, origin(action)], action.index), INDENT);
  }
}

function originOf(event: StatementEvent): string {
  return [whereOf(event), event.app].filter((part) => part !== null && part !== '').join(', ');
}

function lineOf(time: string, parts: readonly (string | null)[], index: number): string {
  const said = parts.filter((part) => part !== null && part !== '');
  return `${instantText(time)}  ${said.join(' · ')}  #${index}`;
}

function balanceText({ actions, accounted, unaccounted, unknown }: Statement['balance']): string {
  return `${actions}: ${accounted} accounted, ${unaccounted} unaccounted, ${unknown} cannot tell`;
}

/** Breaks at spaces, and inside a word that is longer than a line. */
function folded(text: string, indent: string, width: number): string[] {
  const room = Math.max(width, WIDTH_MIN) - indent.length;
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    let rest = line === '' ? word : `${line} ${word}`;
    if (line !== '' && rest.length > room) {
      lines.push(line);
      rest = `${lines.length > 0 ? INDENT : ''}${word}`;
    }
    while (rest.length > room) {
      lines.push(rest.slice(0, room));
      rest = INDENT + rest.slice(room);
    }
    line = rest;
  }
  lines.push(line);
  return lines.map((each) => indent + each);
}

import { createHash } from 'node:crypto';
import { plural } from '@countersign/core';
import type { CoverageGap } from '../../store/rows/completeness.ts';
import { type Html, type HtmlPart, html } from '../html.ts';
import type {
  Statement,
  StatementAction,
  StatementEvent,
  StatementSession,
  StatementSignIn,
} from './statement.ts';
import { STATEMENT_CSS } from './statement-css.ts';
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

export type StatementHtmlOptions = {
  /** RFC 3339, UTC. */
  readonly generatedAt: string;
};

/**
 * Renders one self-contained page to print and file: no script, no external resource, every text
 * escaped.
 *
 * It yields parts, so that a long statement never becomes one string.
 */
export function* statementHtml(
  statement: Statement,
  options: StatementHtmlOptions,
): Generator<string> {
  const title = `Statement of access: ${nameOf(statement.principal)}`;
  yield '<!DOCTYPE html>\n<html lang="en">\n';
  yield html`<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '${STYLE_HASH}'">
<meta name="robots" content="noindex">
<title>${title}</title>
`.markup;
  yield `<style>${STATEMENT_CSS}</style>\n</head>\n<body>\n`;
  yield headOf(statement, options).markup;
  yield '<main>\n';
  yield coverageOf(statement).markup;
  yield balanceOf(statement).markup;
  yield volumesOf(statement).markup;
  yield '<section aria-labelledby="sessions">\n<h2 id="sessions">Sessions and actions</h2>\n';
  if (statement.sessions.length === 0) yield html`<p>No event is known.</p>\n`.markup;
  for (const session of statement.sessions) yield* sessionOf(session);
  yield '</section>\n';
  yield html`<section aria-labelledby="unaccounted">
<h2 id="unaccounted">Unaccounted actions</h2>
<p>${unaccountedText(statement)}</p>
${unaccountedList(statement)}
</section>\n`.markup;
  yield erasuresOf(statement).markup;
  yield '</main>\n';
  yield footOf(statement).markup;
  yield '</body>\n</html>\n';
}

/**
 * The CSP allows this style and nothing else, so that injected markup cannot load or run anything.
 */
const STYLE_HASH = `sha256-${createHash('sha256').update(STATEMENT_CSS).digest('base64')}`;

function headOf(statement: Statement, { generatedAt }: StatementHtmlOptions): Html {
  const { principal, ledger } = statement;
  const otherNames = principal.aliases
    .filter(({ kind, value }) => kind !== 'uid' && value !== principal.name)
    .map(({ value }) => value);
  return html`<header>
<p class="kind">Statement of access</p>
<h1><bdi>${nameOf(principal)}</bdi></h1>
</header>
<div class="pair">
<dl>
${fact('Object id', id(principal.uid ?? 'none stated'))}
${otherNames.length === 0 ? null : fact('Other names', id(otherNames.join(', ')))}
${fact('Tenant', id(principal.tenant))}
${fact('Period', periodText(statement.period))}
${fact('Purpose', statement.purpose ?? 'not stated')}
${fact('Case', statement.case ?? 'not stated')}
</dl>
<dl>
${fact('Generated', `${instantText(generatedAt)} UTC`)}
${fact('Ledger', id(ledger.origin))}
${fact('Checkpoint size', plural(ledger.size, 'entry'))}
${fact('Checkpoint root', id(ledger.root))}
${fact('Indexed', plural(ledger.asOf.size, 'entry'))}
</dl>
</div>\n`;
}

function fact(name: string, value: HtmlPart): Html {
  return html`<dt>${name}</dt><dd>${value}</dd>`;
}

function id(text: string): Html {
  return html`<bdi class="id">${text}</bdi>`;
}

function coverageOf({ coverage }: Statement): Html {
  const { answer } = coverage;
  const body =
    answer.kind === 'unknown'
      ? html`<div class="tell">
<strong>Cannot tell whether this is complete, because</strong>
<ul>${answer.because.map(({ text }) => html`<li>${text}</li>`)}</ul></div>`
      : html`<p>${answerText(answer)}.</p>`;
  return html`<section aria-labelledby="coverage">
<h2 id="coverage">Is this complete?</h2>
${body}
${holesOf(coverage.holes)}
<p>The vendor reported everything below, and the ledger holds its records. Other activity may have
happened, unless this section says that the period is covered.</p>
</section>\n`;
}

function holesOf(holes: readonly CoverageGap[]): HtmlPart {
  if (holes.length === 0) return null;
  return html`<p>Intervals with missing or possibly missing records:</p>
<ul class="holes">${holes.map((hole) => html`<li>${holeText(hole)}</li>`)}</ul>`;
}

function unaccountedList({ unaccounted }: Statement): Html {
  if (unaccounted.length === 0) return html``;
  const items = unaccounted.map((action) => {
    const what = [action.operation, ...subjectsOf(action)].filter(Boolean).join(', ');
    const when = instantText(action.time);
    const why = answerText(action.authorization);
    return html`<li>${when} ${what} (${why}), entry ${action.index}</li>
`;
  });
  return html`<ul>${items}</ul>`;
}

function balanceOf(statement: Statement): Html {
  const { actions, accounted, unaccounted, unknown } = statement.balance;
  return html`<section aria-labelledby="balance">
<h2 id="balance">Balance</h2>
<table class="balance">
<caption>Actions with and without an authorization</caption>
<thead><tr><th scope="col">Actions</th><th scope="col">Accounted</th>
<th scope="col">Unaccounted</th><th scope="col">Cannot tell</th></tr></thead>
<tbody><tr><td>${whole(actions)}</td><td>${whole(accounted)}</td>
<td>${whole(unaccounted)}</td><td>${whole(unknown)}</td></tr></tbody>
</table>
<p>Sign-ins are not actions: ${signInsText(statement)}.</p>
${happenedOf(statement)}</section>\n`;
}

function happenedOf(statement: Statement): Html | null {
  const text = happenedText(statement);
  return text === undefined ? null : html`<p>Events are not actions: ${text}.</p>\n`;
}

function volumesOf({ volumes }: Statement): Html {
  const list =
    volumes.length === 0
      ? html`<p>No record states an amount.</p>`
      : html`<ul>${volumes.map((sentence) => html`<li>${sentence}</li>`)}</ul>
<p>Every number is a lower bound: the vendor aggregates, suppresses and throttles records.</p>`;
  return html`<section aria-labelledby="volumes">
<h2 id="volumes">How much</h2>
${list}
</section>\n`;
}

function* sessionOf(session: StatementSession): Generator<string> {
  const { from, to } = session;
  const span = from === to ? instantText(from) : `${instantText(from)} to ${instantText(to)}`;
  yield html`<section>
<h3><bdi>${sessionTitle(session.session)}</bdi></h3>
<p>${span} UTC. Authorized? ${answerText(session.authorization)}.</p>\n`.markup;
  yield* tableOf('Sign-ins of this session', session.signIns, SIGN_IN_CELLS);
  yield* tableOf('Actions', session.actions, ACTION_CELLS);
  yield '</section>\n';
}

type Cell<Event> = {
  readonly title: string;
  readonly style: string;
  readonly value: (event: Event) => HtmlPart;
};

const COMMON: Readonly<Record<'from' | 'with' | 'end' | 'entry', Cell<StatementEvent>>> = {
  from: { title: 'From where', style: 'from', value: (e) => html`<bdi>${whereOf(e)}</bdi>` },
  with: {
    title: 'With what',
    style: 'with',
    value: (e) => [lines(e.app, e.device === null ? null : `device ${e.device}`)],
  },
  end: {
    title: 'Outcome',
    style: 'end',
    value: (e) =>
      e.outcome === 'failure'
        ? html`<span class="failed">${outcomeText(e)}</span>`
        : outcomeText(e),
  },
  entry: {
    title: 'Entry',
    style: 'entry',
    value: ({ index, entries }) =>
      lines(`#${index}`, entries.length > 1 ? `of ${entries.length}` : null),
  },
};

const SIGN_IN_CELLS: readonly Cell<StatementSignIn>[] = [
  { title: 'Sign-in', style: 'what', value: (e) => e.operation ?? 'sign-in' },
  { title: 'To what', style: 'on', value: (e) => e.resource },
  COMMON.from,
  COMMON.with,
  { title: 'How', style: 'much', value: (e) => howText(e) },
  COMMON.end,
  COMMON.entry,
];

const ACTION_CELLS: readonly Cell<StatementAction>[] = [
  {
    title: 'Action',
    style: 'what',
    value: (e) => lines(e.operation ?? `class ${e.classUid}`, e.workload),
  },
  {
    title: 'On what',
    style: 'on',
    value: (e) => {
      const [first = null, ...rest] = subjectsOf(e);
      return lines(first, ...rest);
    },
  },
  COMMON.from,
  COMMON.with,
  { title: 'How much', style: 'much', value: (e) => volumeText(e) },
  COMMON.end,
  COMMON.entry,
];

function* tableOf<Event extends StatementEvent>(
  caption: string,
  events: readonly Event[],
  cells: readonly Cell<Event>[],
): Generator<string> {
  if (events.length === 0) return;
  yield html`<table class="events">
<caption>${caption}: ${whole(events.length)}</caption>
<thead><tr><th scope="col" class="time">Time (UTC)</th>${cells.map(
    ({ title, style }) => html`<th scope="col" class="${style}">${title}</th>`,
  )}</tr></thead>
<tbody>\n`.markup;
  for (const event of events) {
    const values = cells.map(({ style, value }) => html`<td class="${style}">${value(event)}</td>`);
    yield html`<tr><th scope="row">${instantText(event.time)}</th>${values}</tr>\n`.markup;
  }
  yield '</tbody>\n</table>\n';
}

/** The first line, with the rest below it in a lighter style. */
function lines(first: string | null, ...rest: readonly (string | null)[]): HtmlPart {
  const below = rest.filter((line) => line !== null);
  const quiet = below.map((line) => html`<br><bdi class="sub">${line}</bdi>`);
  return [first === null ? null : html`<bdi>${first}</bdi>`, ...quiet];
}

function erasuresOf({ erasures }: Statement): Html {
  const rows = erasures.map(
    ({
      at,
      entries,
      by,
      reason,
      index,
      ofThisPerson,
    }) => html`<tr><th scope="row">${instantText(at)}</th>
<td>${whole(entries)}${ofThisPerson ? ' of this person' : null}</td><td><bdi>${by}</bdi></td>
<td><bdi>${reason}</bdi></td>
<td class="entry">#${index}</td></tr>\n`,
  );
  const body =
    erasures.length === 0
      ? html`<p>The ledger has no erasure in this period.</p>`
      : html`<p>The content of these entries is erased, with every name in it. The entries are
still in the ledger, and some may have been about this person.</p>
<table><caption>Erasures in this period</caption>
<thead><tr><th scope="col">When (UTC)</th><th scope="col">Entries</th><th scope="col">By whom</th>
<th scope="col">Why</th><th scope="col" class="entry">Entry</th></tr></thead>
<tbody>${rows}</tbody></table>`;
  return html`<section aria-labelledby="erasures">
<h2 id="erasures">Erased</h2>
${body}
</section>\n`;
}

function footOf({ ledger }: Statement): Html {
  return html`<footer>
<p><strong>How to check this.</strong> A number after # is an entry of the ledger
${id(ledger.origin)}. <code>countersign show N</code> prints the record as the vendor delivered it,
its meaning, and the proof that it is in the checkpoint named above;
<code>countersign evidence export N -o FILE</code> writes all of that to a file that any person can
verify without access to this system. &ldquo;of 2&rdquo; under a number means that the vendor
delivered the action twice. The number names the newer delivery.</p>
</footer>\n`;
}

function whole(n: number): string {
  return n.toLocaleString('en');
}

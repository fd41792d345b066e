import type { Answer, Operations } from '@countersign/client';
import { statementTexts as t } from '../../texts/statement.ts';

export type Statement = NonNullable<Operations['statement']['output']>;
export type Session = Statement['sessions'][number];
export type Action = Session['actions'][number];
type SignIn = Session['signIns'][number];

/** The tracks of the chart: position tells them apart, not color alone. */
export const ACTION_KINDS = ['mail', 'files', 'directory', 'other'] as const;
export type ActionKind = (typeof ACTION_KINDS)[number];

export function kindOf({ workload }: Action): ActionKind {
  const name = workload?.toLowerCase() ?? '';
  if (name.includes('exchange')) return 'mail';
  if (name.includes('sharepoint') || name.includes('onedrive')) return 'files';
  if (name.includes('azureactivedirectory') || name.includes('directory')) return 'directory';
  return 'other';
}

/** Whether every action of the person has an authorization behind it. */
export function statementAnswer({ balance, coverage }: Statement): {
  readonly answer: Answer;
  readonly text: string;
} {
  const { actions, unaccounted, unknown } = balance;
  const { answer } = coverage;
  const because = answer.kind === 'yes' ? [] : answer.because;
  if (unaccounted > 0) {
    const reason = { code: 'unaccounted', text: t.no(unaccounted, actions) };
    return { answer: { kind: 'no', because: [reason] }, text: t.no(unaccounted, actions) };
  }
  if (unknown > 0 || answer.kind !== 'yes') {
    const text = actions === 0 ? t.nothing : t.unknown(unknown, actions);
    return { answer: { kind: 'unknown', because }, text };
  }
  const text = actions === 0 ? t.none : t.yes(actions);
  return { answer: { kind: 'yes', because: [] }, text };
}

/** `[from, to)` of everything that the chart shows, in milliseconds. */
export type TimeRange = { readonly fromMs: number; readonly toMs: number };

const HOUR_MS = 3_600_000;

export function rangeOf({ sessions, unaccounted, period }: Statement): TimeRange {
  const times = [
    ...sessions.flatMap(({ from, to }) => [Date.parse(from), Date.parse(to)]),
    ...unaccounted.map(({ time }) => Date.parse(time)),
  ];
  const ends = times.reduce(
    ({ fromMs, toMs }, ms) => ({ fromMs: Math.min(fromMs, ms), toMs: Math.max(toMs, ms) }),
    { fromMs: Number.POSITIVE_INFINITY, toMs: Number.NEGATIVE_INFINITY },
  );
  const fromMs = period.from === null ? ends.fromMs : Date.parse(period.from);
  const toMs = period.to === null ? ends.toMs : Date.parse(period.to);
  if (!Number.isFinite(fromMs) || !Number.isFinite(toMs)) return { fromMs: 0, toMs: HOUR_MS };
  return { fromMs, toMs: Math.max(toMs, fromMs + HOUR_MS) };
}

/** A time when records may be missing, and why. */
export type Gap = TimeRange & { readonly source: string; readonly because: string };

/** Hours with all their sources are one gap each. */
const GAPS_SHOWN_MAX = 200;

export function gapsOf({ coverage }: Statement, range: TimeRange): readonly Gap[] {
  return coverage.holes
    .map((hole) => ({
      fromMs: Math.max(hole.fromMs ?? range.fromMs, range.fromMs),
      toMs: Math.min(hole.toMs ?? range.toMs, range.toMs),
      source: t.gap([hole.source, hole.workload].filter((of) => of !== null).join(' '), hole.state),
      because: hole.because,
    }))
    .filter(({ fromMs, toMs }) => fromMs < toMs)
    .slice(0, GAPS_SHOWN_MAX);
}

/** A line below the chart: the head of a session, a sign-in or an action. */
export type StatementLine =
  | { readonly kind: 'head'; readonly title: string; readonly answer: Session['authorization'] }
  | { readonly kind: 'unaccounted'; readonly count: number }
  | { readonly kind: 'sign-in'; readonly signIn: SignIn }
  | { readonly kind: 'action'; readonly action: Action };

/**
 * Actions without an authorization first, then each session with its sign-ins and actions.
 *
 * @param only the session that the reader chose
 */
export function linesOf(statement: Statement, only: number | undefined): readonly StatementLine[] {
  const { sessions, unaccounted } = statement;
  const lines: StatementLine[] = [];
  if (only === undefined && unaccounted.length > 0) {
    lines.push({ kind: 'unaccounted', count: unaccounted.length });
    for (const action of unaccounted) lines.push({ kind: 'action', action });
  }
  sessions.forEach((session, at) => {
    if (only !== undefined && only !== at) return;
    lines.push({ kind: 'head', title: titleOf(session), answer: session.authorization });
    for (const signIn of session.signIns) lines.push({ kind: 'sign-in', signIn });
    for (const action of session.actions) lines.push({ kind: 'action', action });
  });
  return lines;
}

export function titleOf({ session }: Session): string {
  return session === null ? t.noSession : t.session(shortId(session));
}

/** The digits that tell the sessions of one person apart. */
const ID_DIGITS = 8;

function shortId(id: string): string {
  return id.length <= ID_DIGITS ? id : `${id.slice(0, ID_DIGITS)}…`;
}

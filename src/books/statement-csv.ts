import type { Statement, StatementEvent, StatementSession } from './statement-types.ts';

/** One row for each action and each sign-in that opened a session (RFC 4180). */
const COLUMNS = [
  'record',
  'session',
  'time',
  'operation',
  'workload',
  'outcome',
  'status_code',
  'object',
  'target',
  'mailbox',
  'folder',
  'site',
  'items',
  'bytes',
  'contents',
  'throttled',
  'resource',
  'sign_in_type',
  'multi_factor',
  'ip',
  'country',
  'app',
  'device',
  'user_agent',
  'authorisation',
  'index',
  'entries',
] as const;

type Cells = Partial<Record<(typeof COLUMNS)[number], string | number | boolean | null>>;

/** Lines end in CRLF; the header is always there. */
export function* statementCsv(statement: Statement): Generator<string> {
  yield lineOf(COLUMNS);
  for (const session of statement.sessions) {
    for (const cells of rowsOf(session)) yield lineOf(COLUMNS.map((name) => cells[name] ?? ''));
  }
}

function* rowsOf({ session, signIns, actions }: StatementSession): Generator<Cells> {
  for (const signIn of signIns) {
    const { resource, type, multiFactor } = signIn;
    const cells = { resource, sign_in_type: type, multi_factor: multiFactor };
    yield { record: 'sign-in', session, ...eventCells(signIn), ...cells };
  }
  for (const action of actions) {
    const { object, target, mailbox, folder, site, volume, authorisation } = action;
    yield {
      record: 'action',
      session,
      ...eventCells(action),
      object,
      target,
      mailbox,
      folder,
      site,
      ...volume,
      authorisation: authorisation.kind,
    };
  }
}

function eventCells(event: StatementEvent): Cells {
  const { statusCode, userAgent, entries, ...cells } = event;
  return { ...cells, status_code: statusCode, user_agent: userAgent, entries: entries.join(' ') };
}

function lineOf(cells: readonly (string | number | boolean | null)[]): string {
  return `${cells.map((cell) => cellOf(cell)).join(',')}\r\n`;
}

/**
 * A text that starts like a formula gets a quote in front: whoever could put `=HYPERLINK(…)` into
 * a file name would otherwise have it run in the reader's spreadsheet.
 */
function cellOf(value: string | number | boolean | null): string {
  if (typeof value !== 'string') return value === null ? '' : String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

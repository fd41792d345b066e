import { instantOfMs } from '@countersign/core';
import type { CoverageGap } from '../../store/rows/completeness.ts';
import { csvLine } from '../csv.ts';
import type { Statement, StatementEvent, StatementSession } from './statement.ts';

/** One row per action and per sign-in that opened a session (RFC 4180). */
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
  'authorization',
  'index',
  'entries',
] as const;

type Cells = Partial<Record<(typeof COLUMNS)[number], string | number | boolean | null>>;

/**
 * Writes coverage holes first, because they limit the rows below. CRLF line ends; always a header.
 */
export function* statementCsv(statement: Statement): Generator<string> {
  yield csvLine(COLUMNS);
  for (const hole of statement.coverage.holes) {
    const cells = holeCells(hole);
    yield csvLine(COLUMNS.map((name) => cells[name] ?? ''));
  }
  for (const session of statement.sessions) {
    for (const cells of rowsOf(session)) yield csvLine(COLUMNS.map((name) => cells[name] ?? ''));
  }
}

function* rowsOf({ session, signIns, actions }: StatementSession): Generator<Cells> {
  for (const signIn of signIns) {
    const { resource, type, multiFactor } = signIn;
    const cells = { resource, sign_in_type: type, multi_factor: multiFactor };
    yield { record: 'sign-in', session, ...eventCells(signIn), ...cells };
  }
  for (const action of actions) {
    const { object, target, mailbox, folder, site, volume, authorization } = action;
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
      authorization: authorization.kind,
    };
  }
}

function holeCells(hole: CoverageGap): Cells {
  const { fromMs, toMs, workload, state, source, subject, because, index } = hole;
  const { entries = [index] } = hole;
  const [time, until] = [fromMs, toMs].map((ms) =>
    Number.isFinite(ms) ? (instantOfMs(ms) ?? '') : '',
  );
  const what = { record: 'hole', outcome: state, operation: because, object: source };
  const where = { workload, mailbox: subject, target: `until ${until}` };
  return { ...what, ...where, time: time ?? '', index, entries: entries.join(' ') };
}

function eventCells(event: StatementEvent): Cells {
  const { statusCode, userAgent, entries, ...cells } = event;
  return { ...cells, status_code: statusCode, user_agent: userAgent, entries: entries.join(' ') };
}

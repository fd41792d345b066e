import type { Feed } from '../../core/feed-record.ts';
import type { JsonObject } from '../../core/json-object.ts';
import type { FeedStore, StoredRecord } from '../../feeds/feed-store.ts';
import type { Reply } from '../../http/http-message.ts';
import { type Call, nextLink, ok, readToken, text, writeToken } from '../calls/graph-call.ts';
import { badRequest } from '../calls/graph-error.ts';
import { pageSize, SCAN_MAX, selected } from '../calls/pages.ts';
import { MAY } from '../calls/permissions.ts';
import { type Place, walk } from '../calls/record-walk.ts';
import { type Route, route } from '../calls/route-table.ts';
import { isMatch, needFilterable, requiredTimes } from '../odata/evaluate-filter.ts';
import { isGiven, SIGN_IN_FILTERS, shownSignIn } from './sign-in-rows.ts';

/** Default and maximum page size of signIns and directoryAudits. */
const REPORT_PAGE_MAX = 1_000;
/** Sign-ins and audits are kept 30 days with a premium license, 7 without. */
const REPORT_DAYS: { readonly premium: number; readonly free: number } = {
  premium: 30,
  free: 7,
};

/** Existing records that a report omits: a fault of the service. */
export type Withheld = (stored: StoredRecord, tenantId: string) => boolean;

type Report = {
  readonly feed: Feed;
  readonly set: string;
  /** The property by which rows are sorted. */
  readonly time: string;
  readonly isFilterable: (path: string, version: string) => boolean;
  /** Undefined for a row that this call omits. */
  readonly show: (call: Call, row: JsonObject) => JsonObject | undefined;
};

const AUDIT_FILTERS: readonly string[] = [
  'id',
  'activityDateTime',
  'activityDisplayName',
  'category',
  'correlationId',
  'loggedByService',
  'result',
  'operationType',
  'initiatedBy/user/id',
  'initiatedBy/user/displayName',
  'initiatedBy/user/userPrincipalName',
  'initiatedBy/app/appId',
  'initiatedBy/app/displayName',
  'targetResources',
];

const SIGN_INS: Report = {
  feed: 'graph/signIns',
  set: 'auditLogs/signIns',
  time: 'createdDateTime',
  isFilterable: (path, version) =>
    SIGN_IN_FILTERS.v1.includes(path) ||
    (version === 'beta' && SIGN_IN_FILTERS.beta.includes(path)),
  show: shownSignIn,
};

const AUDITS: Report = {
  feed: 'graph/directoryAudits',
  set: 'auditLogs/directoryAudits',
  time: 'activityDateTime',
  isFilterable: (path) => AUDIT_FILTERS.includes(path),
  show: (_call, row) => row,
};

const REPORTING = { family: 'reporting' } as const;

/** `auditLogs/signIns` and `auditLogs/directoryAudits` (contracts 5 and 6). */
export function reportRoutes(withheld: Withheld | undefined): readonly Route[] {
  return [SIGN_INS, AUDITS].map((report) =>
    route(`GET /${report.set}`, MAY.readReports, (call) => list(call, report, withheld), REPORTING),
  );
}

function list(call: Call, report: Report, withheld: Withheld | undefined): Reply {
  const { options, version, nowMs } = call;
  const { filter } = options;
  if (filter !== undefined) needFilterable(filter, (path) => report.isFilterable(path, version));
  const size = pageSize(options.top, REPORT_PAGE_MAX, REPORT_PAGE_MAX);
  const bounds = requiredTimes(filter, report.time);
  const place = placeOf(call);
  const rows: JsonObject[] = [];
  let last: Place | undefined;
  let looked = 0;
  for (const stored of rowsOf(call, report, withheld, { ...bounds, behind: place, nowMs })) {
    if (rows.length === size || looked === SCAN_MAX) return answer(call, report, rows, last);
    looked++;
    last = { atMs: stored.record.atMs, id: stored.record.id };
    const row = stored.record.body;
    if (!isGiven(call, report.feed, row)) continue;
    if (filter !== undefined && !isMatch(filter, row)) continue;
    const shown = report.show(call, row);
    if (shown !== undefined) rows.push(selected(shown, options.select));
  }
  return answer(call, report, rows, undefined);
}

function answer(
  call: Call,
  { set }: Report,
  value: readonly JsonObject[],
  last: Place | undefined,
): Reply {
  return ok({
    '@odata.context': `${call.base}/$metadata#${set}`,
    ...(last !== undefined && {
      '@odata.nextLink': nextLink(call, '$skiptoken', writeToken('report', last)),
    }),
    value,
  });
}

const DAY_MS = 86_400_000;

function rowsOf(
  { store, directory, options }: Call & { readonly store: FeedStore },
  { feed, time }: Report,
  withheld: Withheld | undefined,
  bounds: {
    readonly fromMs: number;
    readonly toMs: number;
    readonly nowMs: number;
    readonly behind: Place | undefined;
  },
): Iterable<StoredRecord> {
  const { nowMs } = bounds;
  const { tenantId } = directory;
  const { free, premium } = REPORT_DAYS;
  const days = directory.state.seed.license === 'free' ? free : premium;
  return walk({
    store,
    feeds: [feed],
    tenantId,
    fromMs: Math.max(bounds.fromMs, nowMs - days * DAY_MS),
    toMs: Math.min(bounds.toMs, nowMs + 1),
    nowMs,
    order: orderOf(options.orderBy, time),
    behind: bounds.behind,
    isWithheld: withheld && ((stored) => withheld(stored, tenantId)),
  });
}

function orderOf(orderBy: string | undefined, time: string): 'newest first' | 'oldest first' {
  if (orderBy === undefined || orderBy === `${time} desc`) return 'newest first';
  if (orderBy === time || orderBy === `${time} asc`) return 'oldest first';
  throw badRequest(`The rows cannot be ordered by '${orderBy}'.`, 'BadRequest');
}

function placeOf({ options }: Call): Place | undefined {
  if (options.skipToken === undefined) return undefined;
  const { atMs, id } = readToken('report', options.skipToken);
  if (typeof atMs !== 'number') throw badRequest('The page token is not valid.', 'BadRequest');
  return { atMs, id: text(id) };
}

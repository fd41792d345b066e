import { ACTIVITY_FEEDS } from '../../core/feed-record.ts';
import type { JsonObject } from '../../core/json-object.ts';
import { SeededRandom } from '../../core/seeded-random.ts';
import type { StoredRecord } from '../../feeds/feed-store.ts';
import type { Reply } from '../../http/http-message.ts';
import {
  bodyOf,
  type Call,
  nextLink,
  ok,
  readToken,
  text,
  writeToken,
} from '../calls/graph-call.ts';
import { badRequest, GraphError, notFound } from '../calls/graph-error.ts';
import { listAll, PAGE_MAX, pageSize } from '../calls/pages.ts';
import { MAY } from '../calls/permissions.ts';
import { type Place, walk } from '../calls/record-walk.ts';
import { type Route, route } from '../calls/route-table.ts';
import { recordTypeName } from './record-types.ts';
import type { Withheld } from './reports.ts';

/** The service's page size of audit search records. */
const SEARCH_PAGE_USUAL = 150;
/** Look-back of audit search (Audit Standard). */
const SEARCH_DAYS = 180;
/** The documented maximum per query. */
const SEARCH_RECORDS_MAX = 1_000_000;
/** Queries per tenant in 24 hours that the service guarantees; it refuses more. */
const SEARCHES_PER_DAY = 200;
/** Queries per tenant that may wait or run at once. */
const SEARCHES_AT_ONCE = 50;
/** How long a finished query can be read. */
const SEARCH_KEPT_DAYS = 30;
/** A query takes minutes, depending on load: drawn between these. */
const SEARCH_TAKES_MS: { readonly least: number; readonly most: number } = {
  least: 60_000,
  most: 900_000,
};

const DAY_MS = 86_400_000;

/** A submitted search of the unified audit log. */
type Search = {
  readonly id: string;
  readonly tenantId: string;
  readonly asked: JsonObject;
  readonly fromMs: number;
  readonly toMs: number;
  readonly createdMs: number;
  readonly startsMs: number;
  /** The search finds what is available by then. */
  readonly endsMs: number;
  /** Counted at the first read, up to one above the limit. */
  count?: number;
};

/** `security/auditLog/queries` (contracts 4): submitted now, answered minutes later. */
export function searchRoutes(options: {
  readonly seed: string | number;
  readonly withheld?: Withheld | undefined;
}): readonly Route[] {
  const searches = new SearchRegistry(options.seed, options.withheld);
  const base = '/security/auditLog/queries';
  const family = { family: 'search' } as const;
  return [
    route(`POST ${base}`, MAY.search, (call) => searches.ask(call), family),
    route(`GET ${base}`, MAY.search, (call) => searches.list(call), family),
    route(`GET ${base}/{id}`, MAY.search, (call) => searches.get(call), family),
    route(`GET ${base}/{id}/records`, MAY.search, (call) => searches.records(call), family),
  ];
}

class SearchRegistry {
  readonly #random: SeededRandom;
  readonly #withheld: Withheld | undefined;
  readonly #searches = new Map<string, Search>();

  constructor(seed: string | number, withheld: Withheld | undefined) {
    this.#random = new SeededRandom(seed, 'audit search');
    this.#withheld = withheld;
  }

  ask(call: Call): Reply {
    const { nowMs, directory } = call;
    const { tenantId } = directory;
    const asked = bodyOf(call);
    this.#needRoom(tenantId, nowMs);
    const toMs = momentOf(asked, 'filterEndDateTime', nowMs);
    const fromMs = momentOf(asked, 'filterStartDateTime', nowMs - SEARCH_DAYS * DAY_MS);
    if (fromMs >= toMs) throw badRequest('filterEndDateTime must be after filterStartDateTime.');
    const startsMs = nowMs + this.#random.int(1_000, 30_000);
    const search: Search = {
      id: call.guid(),
      tenantId,
      asked,
      fromMs: Math.max(fromMs, nowMs - SEARCH_DAYS * DAY_MS),
      toMs,
      createdMs: nowMs,
      startsMs,
      endsMs: startsMs + this.#random.int(SEARCH_TAKES_MS.least, SEARCH_TAKES_MS.most),
    };
    this.#searches.set(search.id, search);
    const context = `${call.base}/$metadata#security/auditLog/queries/$entity`;
    return ok({ '@odata.context': context, ...this.#shown(search, call) }, 201);
  }

  list(call: Call): Reply {
    const values = this.#of(call.directory.tenantId, call.nowMs).map((one) =>
      this.#shown(one, call),
    );
    return listAll(call, 'security/auditLog/queries', values);
  }

  get(call: Call): Reply {
    const context = `${call.base}/$metadata#security/auditLog/queries/$entity`;
    return ok({ '@odata.context': context, ...this.#shown(this.#need(call), call) });
  }

  records(call: Call): Reply {
    const search = this.#need(call);
    if (call.nowMs < search.endsMs)
      throw badRequest('The records can be read once the query has succeeded.', 'BadRequest');
    const size = pageSize(call.options.top, SEARCH_PAGE_USUAL, PAGE_MAX);
    const { place, given } = pageOf(call);
    const room = Math.min(size, SEARCH_RECORDS_MAX - given);
    const value: JsonObject[] = [];
    let last: Place | undefined;
    let hasMore = false;
    for (const { record } of this.#found(search, call, place)) {
      hasMore = value.length === room;
      if (hasMore) break;
      value.push(recordShown(record.body, search.tenantId));
      last = { atMs: record.atMs, id: record.id };
    }
    const isCut = given + value.length >= SEARCH_RECORDS_MAX;
    const token = writeToken('search', { ...last, given: given + value.length });
    return ok({
      '@odata.context': `${call.base}/$metadata#security/auditLog/queries('${search.id}')/records`,
      ...(hasMore && !isCut && { '@odata.nextLink': nextLink(call, '$skiptoken', token) }),
      value,
    });
  }

  #found(search: Search, call: Call, behind: Place | undefined): Iterable<StoredRecord> {
    const withheld = this.#withheld;
    const { tenantId, fromMs, toMs, endsMs, asked } = search;
    const isWanted = wanted(asked);
    return walk({
      store: call.store,
      feeds: ACTIVITY_FEEDS,
      ...{ tenantId, fromMs, toMs, behind },
      nowMs: endsMs,
      order: 'oldest first',
      isWithheld: (stored) => withheld?.(stored, tenantId) === true || !isWanted(stored),
    });
  }

  #count(search: Search, call: Call): number {
    if (search.count !== undefined) return search.count;
    let count = 0;
    for (const _ of this.#found(search, call, undefined)) if (++count > SEARCH_RECORDS_MAX) break;
    search.count = count;
    return count;
  }

  #shown(search: Search, call: Call): JsonObject {
    const { nowMs } = call;
    const status =
      nowMs < search.startsMs ? 'notStarted' : nowMs < search.endsMs ? 'running' : 'succeeded';
    const count = status === 'succeeded' ? this.#count(search, call) : 0;
    return {
      displayName: '',
      recordTypeFilters: [],
      keywordFilter: null,
      serviceFilter: null,
      operationFilters: [],
      userPrincipalNameFilters: [],
      ipAddressFilters: [],
      objectIdFilters: [],
      administrativeUnitIdFilters: [],
      ...search.asked,
      id: search.id,
      filterStartDateTime: new Date(search.fromMs).toISOString(),
      filterEndDateTime: new Date(search.toMs).toISOString(),
      status,
      approximateReturnedRecordCount: Math.min(count, SEARCH_RECORDS_MAX),
      isRecordCountLimitExceeded: count > SEARCH_RECORDS_MAX,
      recordCountLimit: SEARCH_RECORDS_MAX,
    };
  }

  #of(tenantId: string, nowMs: number): Search[] {
    const oldestMs = nowMs - SEARCH_KEPT_DAYS * DAY_MS;
    return [...this.#searches.values()].filter(
      (one) => one.tenantId === tenantId && one.createdMs > oldestMs,
    );
  }

  #need(call: Call): Search {
    const id = call.params['id'] ?? '';
    const { tenantId } = call.directory;
    const found = this.#of(tenantId, call.nowMs).find((one) => one.id === id);
    if (found === undefined) throw notFound(id);
    return found;
  }

  #needRoom(tenantId: string, nowMs: number): void {
    const own = this.#of(tenantId, nowMs);
    const today = own.filter(({ createdMs }) => createdMs > nowMs - DAY_MS);
    const waiting = own.filter(({ endsMs }) => endsMs > nowMs);
    if (waiting.length >= SEARCHES_AT_ONCE) throw tooMany(60);
    const [first] = today;
    if (today.length < SEARCHES_PER_DAY || first === undefined) return;
    throw tooMany(Math.ceil((first.createdMs + DAY_MS - nowMs) / 1_000));
  }
}

function tooMany(seconds: number): GraphError {
  const headers = { 'retry-after': String(seconds) };
  return new GraphError(429, 'TooManyRequests', 'Too many audit log queries.', headers);
}

function momentOf(asked: JsonObject, name: string, usual: number): number {
  const value = asked[name];
  if (value === undefined || value === null) return usual;
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(ms)) throw badRequest(`Invalid value for the property '${name}'.`);
  return ms;
}

function pageOf({ options }: Call): { readonly place: Place | undefined; readonly given: number } {
  if (options.skipToken === undefined) return { place: undefined, given: 0 };
  const { atMs, id, given } = readToken('search', options.skipToken);
  if (typeof atMs !== 'number' || typeof given !== 'number')
    throw badRequest('The page token is not valid.', 'BadRequest');
  return { place: { atMs, id: text(id) }, given };
}

/** The records that a search selects by its filters. Without filters no body is parsed. */
function wanted(asked: JsonObject): (stored: StoredRecord) => boolean {
  const services = [...names(asked, 'serviceFilters'), ...single(asked['serviceFilter'])];
  const tests = [
    test(names(asked, 'recordTypeFilters'), (body) => recordTypeName(body['RecordType'])),
    test(names(asked, 'operationFilters'), (body) => text(body['Operation'])),
    test(names(asked, 'userPrincipalNameFilters'), (body) => text(body['UserId'])),
    test(names(asked, 'ipAddressFilters'), (body) => text(body['ClientIP'])),
    test(names(asked, 'objectIdFilters'), (body) => text(body['ObjectId'])),
    test(services, (body) => text(body['Workload'])),
  ].filter((one) => one !== undefined);
  const keyword = text(asked['keywordFilter']).toLowerCase();
  if (keyword === '' && tests.length === 0) return () => true;
  return ({ record, json }) => {
    if (keyword !== '' && !json.toLowerCase().includes(keyword)) return false;
    return tests.every((one) => one(record.body));
  };
}

function test(
  given: readonly string[],
  of: (body: JsonObject) => string,
): ((body: JsonObject) => boolean) | undefined {
  if (given.length === 0) return undefined;
  const lower = new Set(given.map((one) => one.toLowerCase()));
  return (body) => lower.has(of(body).toLowerCase());
}

function names(asked: JsonObject, name: string): readonly string[] {
  const value = asked[name];
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

function single(value: unknown): readonly string[] {
  return typeof value === 'string' && value !== '' ? [value] : [];
}

/** An auditLogRecord with the record of the unified audit log inside. */
function recordShown(body: JsonObject, tenantId: string): JsonObject {
  return {
    id: body['Id'],
    createdDateTime: `${text(body['CreationTime']).replace(/Z$/, '')}Z`,
    auditLogRecordType: recordTypeName(body['RecordType']),
    operation: body['Operation'],
    organizationId: tenantId,
    userType: USER_TYPES[Number(body['UserType'])] ?? 'unknownFutureValue',
    userId: body['UserKey'] ?? null,
    service: body['Workload'],
    objectId: body['ObjectId'] ?? null,
    userPrincipalName: body['UserId'] ?? null,
    clientIp: body['ClientIP'] ?? null,
    administrativeUnits: [''],
    auditData: { '@odata.type': '#microsoft.graph.security.defaultAuditData', ...body },
  };
}

/** Contracts 2.2, in Graph's spelling. */
const USER_TYPES: readonly string[] = [
  'regular',
  'reserved',
  'admin',
  'dcAdmin',
  'system',
  'application',
  'servicePrincipal',
  'customPolicy',
  'systemPolicy',
  'partnerTechnician',
  'guest',
];

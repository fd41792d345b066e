import type { Caller } from './calls/graph-call.ts';
import { GraphError } from './calls/graph-error.ts';
import type { Family, Route } from './calls/route-table.ts';
import type { QueryOptions } from './odata/query-options.ts';

type Limit = { readonly units: number; readonly perMs: number };

/** Resource units per app and tenant, by the tenant's size (contracts 8.1). */
const IDENTITY: readonly { readonly usersBelow: number; readonly limit: Limit }[] = [
  { usersBelow: 50, limit: { units: 3_500, perMs: 10_000 } },
  { usersBelow: 501, limit: { units: 5_000, perMs: 10_000 } },
  { usersBelow: Number.POSITIVE_INFINITY, limit: { units: 8_000, perMs: 10_000 } },
];
const WRITES: Limit = { units: 3_000, perMs: 150_000 };
const OTHERS: { readonly [family in Exclude<Family, 'identity'>]: Limit } = {
  reporting: { units: 5, perMs: 10_000 },
  protection: { units: 1, perMs: 1_000 },
  search: { units: 100, perMs: 10_000 },
  outlook: { units: 10_000, perMs: 600_000 },
};

/** Above this share of a limit, replies state the usage. */
const HEADERS_FROM = 0.8;

/** A token bucket that also charges for refused calls. */
class Bucket {
  readonly #limit: Limit;
  #units: number;
  #atMs: number;

  constructor(limit: Limit, nowMs: number) {
    this.#limit = limit;
    this.#units = limit.units;
    this.#atMs = nowMs;
  }

  /** The used share of the limit after the call, and the time until it would pass. */
  take(cost: number, nowMs: number): { readonly used: number; readonly waitMs: number } {
    const { units, perMs } = this.#limit;
    const filled = this.#units + ((nowMs - this.#atMs) * units) / perMs;
    this.#atMs = Math.max(this.#atMs, nowMs);
    // Refused calls count too, up to the whole limit.
    this.#units = Math.max(-units, Math.min(units, filled) - cost);
    const waitMs = this.#units >= 0 ? 0 : (-this.#units * perMs) / units;
    return { used: 1 - this.#units / units, waitMs };
  }
}

export type Meter = {
  /** Headers of every reply. */
  readonly headers: Readonly<Record<string, string>>;
};

/** Counts the calls of each app in each tenant. */
export class Throttle {
  readonly #buckets = new Map<string, Bucket>();

  /** Throws the 429 for a call above the limit. */
  count(
    route: Route,
    call: {
      readonly caller: Caller;
      readonly options: QueryOptions;
      readonly users: number;
      readonly mailbox: string | undefined;
      readonly nowMs: number;
    },
  ): Meter {
    const { caller, nowMs } = call;
    const { appId, tenantId } = caller;
    const scope = `Tenant_Application/ReadWrite/${appId}/${tenantId}`;
    if (route.family !== 'identity') {
      const key = keyOf(route.family, caller, call.mailbox);
      const { waitMs } = this.#bucket(key, OTHERS[route.family], nowMs).take(1, nowMs);
      if (waitMs === 0) return { headers: {} };
      throw tooMany(route.family === 'protection' ? undefined : waitMs, {});
    }
    const cost = costOf(route, call.options);
    const limit = IDENTITY.find(({ usersBelow }) => call.users < usersBelow)?.limit ?? WRITES;
    const { used, waitMs } = this.#bucket(`units ${scope}`, limit, nowMs).take(cost, nowMs);
    const headers = {
      'x-ms-resource-unit': String(cost),
      ...(used > HEADERS_FROM && { 'x-ms-throttle-limit-percentage': used.toFixed(1) }),
    };
    const described = { ...headers, 'x-ms-throttle-scope': scope };
    if (waitMs > 0)
      throw tooMany(waitMs, {
        ...described,
        'x-ms-throttle-information': 'ResourceUnitLimitExceeded',
      });
    if (route.method === 'GET') return { headers };
    const write = this.#bucket(`writes ${scope}`, WRITES, nowMs).take(1, nowMs);
    if (write.waitMs > 0)
      throw tooMany(write.waitMs, {
        ...described,
        'x-ms-throttle-information': 'WriteLimitExceeded',
      });
    return { headers };
  }

  #bucket(key: string, limit: Limit, nowMs: number): Bucket {
    const known = this.#buckets.get(key);
    if (known !== undefined) return known;
    const bucket = new Bucket(limit, nowMs);
    this.#buckets.set(key, bucket);
    return bucket;
  }
}

function keyOf(family: Family, { appId, tenantId }: Caller, mailbox: string | undefined): string {
  // Identity Protection and Conditional Access share one count for all apps of a tenant.
  if (family === 'protection') return `protection ${tenantId}`;
  return `${family} ${tenantId} ${appId} ${family === 'outlook' ? mailbox : ''}`;
}

function costOf(route: Route, { select, expand, top }: QueryOptions): number {
  let cost = route.cost;
  if (select !== undefined) cost--;
  if (expand.length > 0) cost++;
  if (top !== undefined && top < 20) cost--;
  return Math.max(1, cost);
}

function tooMany(
  waitMs: number | undefined,
  headers: Readonly<Record<string, string>>,
): GraphError {
  const retry = waitMs === undefined ? {} : { 'retry-after': String(Math.ceil(waitMs / 1_000)) };
  return new GraphError(429, 'TooManyRequests', 'Too many requests.', { ...headers, ...retry });
}

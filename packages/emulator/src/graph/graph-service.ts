import type { Occurrence } from '../core/feed-record.ts';
import { SeededRandom } from '../core/seeded-random.ts';
import type { Directory } from '../directory/directory.ts';
import type { FeedStore } from '../feeds/feed-store.ts';
import type { Ask, Reply } from '../http/http-message.ts';
import { Router } from '../http/router.ts';
import type { Population } from '../population/population.ts';
import { activityOf } from './activity-log.ts';
import { admit, challengeOf } from './calls/authorize-call.ts';
import { type Call, type Caller, initiatorOf, OVER_THE_WIRE } from './calls/graph-call.ts';
import {
  badRequest,
  errorReply,
  GraphError,
  refusalReply,
  type Trace,
} from './calls/graph-error.ts';
import { type Route, type RouteMatch, RouteTable } from './calls/route-table.ts';
import { queryOptions } from './odata/query-options.ts';
import { allRoutes } from './routes/all-routes.ts';
import type { Withheld } from './routes/reports.ts';
import { needKnownNames } from './schema.ts';
import { Throttle } from './throttle.ts';

export type GraphOptions = {
  readonly seed: string | number;
  /** Virtual time on the services' clocks. */
  readonly now: () => number;
  readonly store: FeedStore;
  /** By tenant id. */
  readonly directory: (tenantId: string) => Directory | undefined;
  /** The population of a tenant, with its mailboxes, sites and teams. */
  readonly population?: (tenantId: string) => Population | undefined;
  /** The claims of a token; undefined if it is foreign or not valid now. */
  readonly verify: (token: string, nowMs: number) => Promise<Caller | undefined>;
  /** Takes all records of calls. */
  readonly take: (happening: Occurrence) => void;
  /** `https` if the service listens with TLS. Links in replies begin with it. */
  readonly scheme: 'http' | 'https';
  /** Records that reports and searches omit: a fault of the service. */
  readonly withheld?: Withheld;
};

/** The part of Microsoft Graph that the product and its users need: `/v1.0/…` and `/beta/…`. */
class GraphService {
  readonly #options: GraphOptions;
  readonly #routes: RouteTable;
  readonly #throttle = new Throttle();
  readonly #random: SeededRandom;

  constructor(options: GraphOptions) {
    this.#options = options;
    this.#random = new SeededRandom(options.seed, 'graph');
    this.#routes = new RouteTable(allRoutes({ seed: options.seed, withheld: options.withheld }));
  }

  async answer(ask: Ask): Promise<Reply> {
    const trace = this.#trace(ask);
    const operationId = this.#random.guid();
    const found = /^\/+(v1\.0|beta)(\/.*|$)/i.exec(ask.path);
    const version = found?.[1]?.toLowerCase() === 'beta' ? 'beta' : 'v1.0';
    const path = found?.[2] ?? '';
    try {
      const caller = await this.#authenticate(ask, trace.nowMs);
      return await this.#one({ ask, version, path, caller, operationId });
    } catch (error) {
      if (error instanceof GraphError) return traced(errorReply(error, trace), trace);
      throw error;
    }
  }

  /** Answers one call. It throws no error that a client can cause. */
  async #one(one: {
    readonly ask: Ask;
    readonly version: 'v1.0' | 'beta';
    readonly path: string;
    readonly caller: Caller;
    readonly operationId: string;
  }): Promise<Reply> {
    const trace = this.#trace(one.ask);
    let reply: Reply;
    try {
      reply = await this.#let(one);
    } catch (error) {
      const known = refusalReply(error);
      if (known === undefined) throw error;
      reply = errorReply(known, trace);
    }
    this.#options.take(activityOf({ ...one, trace, reply }));
    return traced(reply, trace);
  }

  async #let(one: {
    readonly ask: Ask;
    readonly version: 'v1.0' | 'beta';
    readonly path: string;
    readonly caller: Caller;
  }): Promise<Reply> {
    const { ask, caller, version } = one;
    const { now, store } = this.#options;
    const nowMs = now();
    const directory = this.#options.directory(caller.tenantId);
    if (directory === undefined) throw unauthorized('The tenant of the token is not here.');
    const { route, params } = needRoute(this.#routes.find(ask.method, version, one.path));
    const challenge = challengeOf(caller, directory, ask, nowMs);
    if (challenge !== undefined) throw challenge;
    const options = queryOptions(ask.query);
    const users = directory.state.count('users');
    const counted = { caller, options, users, mailbox: params['user'], nowMs };
    const { headers } = this.#throttle.count(route, counted);
    admit({ route, params }, caller, directory);
    needKnownNames(route, options);
    const call: Call = {
      ask,
      params,
      version,
      base: `${this.#options.scheme}://${ask.headers['host'] ?? 'localhost'}/${version}`,
      options,
      caller,
      directory,
      store,
      population: this.#options.population?.(caller.tenantId),
      nowMs,
      guid: () => this.#random.guid(),
      change: (changes) => {
        const happening = directory.apply(changes, {
          atMs: nowMs,
          by: initiatorOf(directory, caller, ask),
          correlationId: this.#random.guid(),
          truth: OVER_THE_WIRE,
        });
        this.#options.take(happening);
        return happening;
      },
      leave: (records) => {
        const { tenantId } = caller;
        this.#options.take({ atMs: nowMs, tenantId, truth: OVER_THE_WIRE, records });
      },
    };
    const reply = await route.answer(call);
    return { ...reply, headers: { ...reply.headers, ...headers } };
  }

  async #authenticate(ask: Ask, nowMs: number): Promise<Caller> {
    const token = /^Bearer +(\S+) *$/i.exec(ask.headers['authorization'] ?? '')?.[1];
    if (token === undefined) throw unauthorized('Access token is empty.');
    const caller = await this.#options.verify(token, nowMs);
    if (caller === undefined)
      throw unauthorized('Lifetime validation failed, or the token is not of this authority.');
    if (!AUDIENCES.includes(caller.audience.replace(/\/$/, '')))
      throw unauthorized('Access token validation failure. Invalid audience.');
    return caller;
  }

  #trace(ask: Ask): Trace {
    const requestId = this.#random.guid();
    const sent = ask.headers['client-request-id'];
    const nowMs = this.#options.now();
    return { requestId, clientRequestId: sent ?? requestId, nowMs };
  }
}

const AUDIENCES: readonly string[] = [
  'https://graph.microsoft.com',
  '00000003-0000-0000-c000-000000000000',
];

function needRoute(found: RouteMatch): { route: Route; params: Record<string, string> } {
  if (found.kind === 'wrong-method') throw wrongMethod();
  if (found.kind === 'nowhere')
    throw badRequest(`Resource not found for the segment '${found.segment}'.`, 'BadRequest');
  return found;
}

function wrongMethod(): GraphError {
  const message = 'Specified HTTP method is not allowed for the request target.';
  return new GraphError(405, 'Request_BadRequest', message);
}

function unauthorized(message: string): GraphError {
  return new GraphError(401, 'InvalidAuthenticationToken', message, {
    'www-authenticate': 'Bearer realm="", client_id="00000003-0000-0000-c000-000000000000"',
  });
}

function traced(reply: Reply, { requestId, clientRequestId }: Trace): Reply {
  const ids = { 'request-id': requestId, 'client-request-id': clientRequestId };
  return { ...reply, headers: { ...reply.headers, ...ids } };
}

/** Graph as a service of the emulator. */
export function graphHost(options: GraphOptions): {
  readonly name: 'graph';
  readonly router: Router;
  readonly refuse: () => Reply;
} {
  const service = new GraphService(options);
  const router = new Router().otherwise((ask) => service.answer(ask));
  return { name: 'graph', router, refuse };
}

function refuse(): Reply {
  return {
    status: 429,
    headers: { 'content-type': 'application/json', 'retry-after': '10' },
    body: JSON.stringify({ error: { code: 'TooManyRequests', message: 'Too many requests.' } }),
  };
}

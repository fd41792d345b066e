import { createHash } from 'node:crypto';
import { CountersignError, messageOf } from '@countersign/core';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { bearerChallenge, protectedResource } from '../../mcp/protected-resource.ts';
import { failureKind } from '../../operations/definition/failure-kind.ts';
import { operationIdOf } from '../../operations/offers.ts';
import type { Caller } from '../../operators/caller.ts';
import { exposition } from '../runtime/prometheus-format.ts';
import type { ApiEnv, ApiParts, MainPageName } from './api-parts.ts';
import { CallLimits } from './http/call-limits.ts';
import { compressed } from './http/compress.ts';
import type { Peer } from './http/http-bridge.ts';
import { ProblemError, problemOf, problemResponse, refuse } from './http/problem.ts';
import { traceRequest } from './http/trace-request.ts';
import { NO_OPERATION } from './measures/api-measures.ts';
import { API_ROOT, type ApiRoute, apiRoutes } from './operations/api-route.ts';
import { CursorCodec } from './operations/cursor.ts';
import { OpenLists } from './operations/open-lists.ts';
import { OperationHandler } from './operations/operation-handler.ts';

/** The HTTP interface: one route for each operation, and the pages of the service. */
export class ApiApp {
  readonly #parts: ApiParts;
  readonly #lists: OpenLists;
  readonly #app: Hono<ApiEnv>;

  constructor(parts: ApiParts) {
    this.#parts = parts;
    this.#lists = new OpenLists(parts.clock);
    this.#app = this.#routes();
  }

  /** Never rejects. */
  async fetch(request: Request, peer: Peer): Promise<Response> {
    const { measures, tracer } = this.#parts;
    const startedMs = measures.nowMs;
    const notes = { operation: NO_OPERATION };
    const answer = async (): Promise<Response> =>
      compressed(request, await this.#app.fetch(request, { ...peer, notes }));
    const reply = await (tracer === undefined
      ? answer()
      : traceRequest(tracer, request, { notes, answer }));
    measures.requestEnded(notes.operation, reply.status, startedMs);
    return reply;
  }

  close(): void {
    this.#lists.close();
  }

  #routes(): Hono<ApiEnv> {
    const { operations, version, clock, keptReplies, cursorKey, signIn } = this.#parts;
    const routes = apiRoutes(operations);
    const limits = new CallLimits(clock);
    const handler = new OperationHandler({
      ...this.#parts,
      lists: this.#lists,
      limits,
      cursors: new CursorCodec(cursorKey),
      keptReplies,
      shownBy: ({ path }) => routes.find((each) => each.method === 'GET' && each.path === path),
    });
    const app = new Hono<ApiEnv>({ strict: false });
    app.use(async (context, next) => {
      this.#checkHost(context);
      await next();
    });
    app.get(`${API_ROOT}/health`, (context) => this.#mainPage(context, 'health'));
    app.get('/metrics', (context) => this.#mainPage(context, 'metrics'));
    if (signIn !== undefined) {
      app.use('/sign-in/*', named('signIn'));
      app.use('/sign-out', named('signIn'));
      app.route('/', signIn);
    }
    // Half of the start of the interface, and few callers ask for it.
    let description: Promise<ApiDescription> | undefined;
    app.get(`${API_ROOT}/openapi.json`, async ({ req }) => {
      description ??= describe(routes, version);
      const { document, etag } = await description;
      if (req.header('if-none-match') === etag) {
        return new Response(null, { status: 304, headers: { etag } });
      }
      const type = 'application/vnd.oai.openapi+json;version=3.1';
      return new Response(document, { headers: { etag, 'content-type': type } });
    });
    for (const route of routes) {
      const path = `${API_ROOT}${route.path.replaceAll(/\{(\w+)\}/g, ':$1')}`;
      const operation = operationIdOf(route.operation.name);
      app.on(route.method, path, named(operation), async (context) => {
        const caller = await this.#caller(context);
        return handler.handle(route, caller, context);
      });
    }
    app.all('/mcp', named('mcp'), (context) => this.#mcp(context, limits));
    app.get('/.well-known/oauth-protected-resource/mcp', ({ req }) => {
      const { authorizationServers } = this.#parts;
      const resource = resourceOf(req.url);
      const scopes = [...new Set(operations.map(({ scope }) => scope))].sort();
      return Response.json(protectedResource({ resource, authorizationServers, scopes }));
    });
    const { console } = this.#parts;
    if (console !== undefined) app.route('/', console);
    app.notFound((context) => this.#notFound(context, routes));
    app.onError((error) => this.#failed(error));
    return app;
  }

  /** @param challenge what to answer without a proof, if not what the authenticator says */
  async #caller({ req, env }: Context<ApiEnv>, challenge?: string): Promise<Caller> {
    if (this.#parts.reach === 'network' && !env.isSecure && !isLoopback(env.address)) {
      const text =
        'a token would travel unencrypted: configure a certificate, or put the service behind a ' +
        'proxy on its own machine';
      refuse(403, 'insecure-transport', text);
    }
    const found = await this.#parts.authenticator.authenticate(req.raw);
    if (found.kind === 'caller') return found.caller;
    return refuse(401, 'not-authenticated', found.because, {
      'www-authenticate': challenge ?? found.challenge,
    });
  }

  /** Agents are callers like others, and learn from the challenge where tokens come from. */
  async #mcp(context: Context<ApiEnv>, limits: CallLimits): Promise<Response> {
    const { req } = context;
    const caller = await this.#caller(context, bearerChallenge(resourceOf(req.url)));
    const end = limits.begin(caller.who, 'question');
    try {
      return await this.#parts.mcp.fetch(req.raw, caller);
    } finally {
      end();
    }
  }

  /** DNS rebinding: a web page can resolve its own name to this machine and send requests. */
  #checkHost({ req }: Context<ApiEnv>): void {
    if (this.#parts.reach === 'network' || isLocal(req.header('host'))) return;
    refuse(403, 'host', 'use the address of this machine: 127.0.0.1 or localhost');
  }

  /** The metrics of this thread follow those of the other one. */
  async #mainPage({ env }: Context<ApiEnv>, name: MainPageName): Promise<Response> {
    const { mainPage, measures, moreMetrics } = this.#parts;
    env.notes.operation = name;
    const { status, type, body } = await mainPage(name);
    const hasMore = name === 'metrics' && status === 200;
    const more = hasMore ? [...measures.metrics(), ...(await moreMetrics())] : [];
    return new Response(body + exposition(more), { status, headers: { 'content-type': type } });
  }

  #notFound({ req }: Context<ApiEnv>, routes: readonly ApiRoute[]): Response {
    const { pathname } = new URL(req.url);
    const found = routes.filter(({ path }) => isAt(path, pathname)).map(({ method }) => method);
    const methods = OWN_PATHS.has(pathname) ? ['GET'] : found;
    if (methods.length > 0) {
      const allow = methods.join(', ');
      return problemResponse(problemOf(405, 'method', `this path takes ${allow}`), { allow });
    }
    if (pathname === '/' && this.#parts.console === undefined) {
      const cure = 'run "npm start" in the repository, or install the published package';
      return problemResponse(problemOf(404, 'no-console', `the console was not built: ${cure}`));
    }
    const text = `there is nothing here: ${API_ROOT}/openapi.json lists the paths`;
    return problemResponse(problemOf(404, 'not-found', text));
  }

  #failed(error: unknown): Response {
    if (error instanceof ProblemError) return problemResponse(error.problem, error.headers);
    const kind = failureKind(error);
    if (error instanceof CountersignError && kind !== 'defect') {
      const code = error.code.toLowerCase().replaceAll('_', '-');
      if (kind === 'transient') {
        return problemResponse(problemOf(503, code, error.message), { 'retry-after': '2' });
      }
      const status = code.startsWith('no-such') ? 404 : code === 'invalid-input' ? 400 : 422;
      return problemResponse(problemOf(status, code, messageOf(error)));
    }
    this.#parts.onFailure(error);
    const text = 'the service could not answer: see its log';
    return problemResponse(problemOf(500, 'internal-error', text));
  }
}

const OWN_PATHS: ReadonlySet<string> = new Set([
  ...[`${API_ROOT}/health`, `${API_ROOT}/openapi.json`, '/metrics'],
]);

/** Names the operation of requests to a path, for metrics. */
function named(operation: string): MiddlewareHandler<ApiEnv> {
  return async ({ env }, next) => {
    env.notes.operation = operation;
    await next();
  };
}

/** The address of the endpoint of agents, as its client sees it. */
function resourceOf(url: string): string {
  return `${new URL(url).origin}/mcp`;
}

function isAt(path: string, pathname: string): boolean {
  const pattern = path.replaceAll(/\{\w+\}/g, '[^/]+');
  return new RegExp(`^${API_ROOT}${pattern}/?$`).test(pathname);
}

function isLoopback(address: string): boolean {
  return /^(?:::ffff:)?127\.|^::1$/.test(address);
}

function isLocal(host: string | undefined): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/.test(host ?? '');
}

type ApiDescription = { readonly document: string; readonly etag: string };

async function describe(routes: readonly ApiRoute[], version: string): Promise<ApiDescription> {
  const { openApiDocument } = await import('./operations/open-api.ts');
  const document = JSON.stringify(openApiDocument(routes, version));
  const hash = createHash('sha256').update(document).digest('base64url').slice(0, 22);
  return { document, etag: `"${hash}"` };
}

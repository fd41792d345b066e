import { type KeyAndCertificate, selfSigned } from '../../certificate.ts';
import type { FeedRecord, Occurrence } from '../../core/feed-record.ts';
import type { JsonObject } from '../../core/json-object.ts';
import { ManualClock } from '../../core/virtual-clock.ts';
import { Directory } from '../../directory/directory.ts';
import { id, smallTenant, TENANT, WIKI } from '../../directory/testing/small-tenant.ts';
import { FeedStore } from '../../feeds/feed-store.ts';
import { type Server, serve } from '../../http/http-server.ts';
import type { TokenMint } from '../../login/token-mint.ts';
import { graphHost } from '../graph-service.ts';

export const NOON: number = Date.parse('2026-03-02T12:00:00Z');
const MINUTE_MS = 60_000;

/** The reply to a call. */
export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly body: JsonObject;
};

type CallOptions = {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly token?: string;
};

/** One small tenant with Graph on loopback. Only the test advances its time. */
export class GraphTenant {
  readonly clock: ManualClock = new ManualClock(NOON);
  readonly directory: Directory;
  readonly taken: Occurrence[] = [];
  readonly defects: unknown[] = [];
  readonly #mint: TokenMint;
  readonly #store: FeedStore;
  #server: Server | undefined;
  #token = '';

  private constructor(mint: TokenMint, size: number) {
    this.#mint = mint;
    this.directory = new Directory({ seed: smallTenant(size), effectDelayMs: () => MINUTE_MS });
    const route = { name: 'at once', windowMs: 1, delayMs: () => 0 };
    this.#store = new FeedStore({ seed: 1, dispatcher: { routes: () => [route] } });
  }

  /** Its `token` has the given permissions, and is the default of all calls. */
  static async start(options: {
    readonly size?: number;
    readonly roles: readonly string[];
    /** Shared by the tests of a file, because creating one takes a moment. */
    readonly mint: TokenMint;
    readonly tls?: 'on';
    readonly onTaken?: (happening: Occurrence) => void;
  }): Promise<GraphTenant & { readonly certificate?: KeyAndCertificate }> {
    const tenant = new GraphTenant(options.mint, options.size ?? 20);
    const tls = options.tls === 'on' ? await selfSigned({ commonName: 'graph' }) : undefined;
    const now = (): number => tenant.clock.now();
    const { router } = graphHost({
      seed: 1,
      store: tenant.#store,
      now,
      directory: (tenantId) => (tenantId === TENANT ? tenant.directory : undefined),
      verify: (token, nowMs) => tenant.#mint.verify(token, nowMs),
      take: (happening) => {
        tenant.take(happening);
        options.onTaken?.(happening);
      },
      scheme: tls === undefined ? 'http' : 'https',
    });
    tenant.#server = await serve({
      router,
      port: 0,
      now,
      sleep: () => Promise.resolve(),
      onDefect: (error) => tenant.defects.push(error),
      ...(tls !== undefined && { tls }),
    });
    tenant.#token = await tenant.token({ roles: options.roles });
    return Object.assign(tenant, tls === undefined ? {} : { certificate: tls });
  }

  get origin(): string {
    return this.#server?.origin ?? '';
  }

  stop(): Promise<void> {
    return this.#server?.stop() ?? Promise.resolve();
  }

  take(happening: Occurrence): void {
    this.taken.push(happening);
    this.#store.take(happening);
    this.#store.advance(happening.atMs + MINUTE_MS);
  }

  /** Adds a record to a feed. */
  put(record: FeedRecord): void {
    const { atMs } = record;
    const truth = { scenario: 'life', isAttacker: false };
    this.take({ atMs, tenantId: TENANT, truth, records: [record] });
  }

  /** A token of the wiki application, or of a person. */
  token(claims: {
    readonly roles?: readonly string[];
    readonly scopes?: readonly string[];
    readonly oid?: string;
    readonly aud?: string;
    readonly capabilities?: readonly string[];
  }): Promise<string> {
    const seconds = Math.floor(this.clock.now() / 1_000);
    return this.#mint.sign({
      aud: claims.aud ?? 'https://graph.microsoft.com',
      tid: TENANT,
      oid: claims.oid ?? WIKI.servicePrincipalId,
      appid: WIKI.appId,
      uti: id(12, 1),
      nbf: seconds,
      iat: seconds,
      exp: seconds + 3_600,
      ...(claims.roles !== undefined && { roles: claims.roles }),
      ...(claims.scopes !== undefined && { scp: claims.scopes.join(' ') }),
      ...(claims.capabilities !== undefined && { xms_cc: claims.capabilities }),
    });
  }

  /** Calls a path, or a complete link. */
  async call(address: string, options: CallOptions = {}): Promise<Answer> {
    const { method = 'GET', body, headers = {}, token = this.#token } = options;
    const url = address.startsWith('http') ? address : `${this.origin}${address}`;
    const response = await fetch(url, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const parsed: unknown = text.startsWith('{') ? JSON.parse(text) : { text };
    return { status: response.status, headers: response.headers, body: parsed as JsonObject };
  }

  /** All values of a list over all pages, and the members of the last page. */
  async all(
    address: string,
    options: CallOptions = {},
  ): Promise<{ readonly values: JsonObject[]; readonly last: JsonObject; readonly pages: number }> {
    const values: JsonObject[] = [];
    let next: unknown = address;
    for (let pages = 1; ; pages++) {
      const { status, body } = await this.call(String(next), options);
      if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
      values.push(...(body['value'] as JsonObject[]));
      next = body['@odata.nextLink'];
      if (next === undefined) return { values, last: body, pages };
    }
  }
}

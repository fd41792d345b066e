import type { LookupFunction } from 'node:net';
import type { Clock, Random } from '@countersign/core';
import { AllowedOrigins } from './allowed-origins.ts';
import { classifyResponse, retryAfterMs } from './classify-response.ts';
import { HttpError } from './errors.ts';
import { ConnectionPool, type Reply, type Timeouts } from './http-exchange.ts';
import {
  ATTEMPTS_MAX,
  ATTEMPTS_UNTOLD,
  BACKOFF_FIRST_MS,
  BACKOFF_MAX_MS,
  REDIRECTS_MAX,
  SKEW_MS_MIN,
  SMALL_BODY_BYTES_MAX,
  TELL_EVERY_MS,
} from './limits.ts';
import type { RequestPace } from './request-pace.ts';
import { type Sleep, throwIfAborted } from './wait.ts';

export type HttpOptions = {
  /** The only hosts that are ever called, as `https://host`; plain http only on loopback. */
  readonly origins: readonly string[];
  readonly clock: Clock;
  readonly random: Random;
  readonly wait: Sleep;
  /** PEM of authorities to trust instead of the machine's own. */
  readonly ca?: string | undefined;
  /** Resolves host names in place of the system, and may refuse their addresses. */
  readonly lookup?: LookupFunction | undefined;
  readonly timeouts?: Timeouts;
  readonly userAgent?: string;
  /** Receives errors during retries: minutes may pass before a request fails. */
  readonly tell?: (trouble: string) => void;
};

/** Authenticates requests to a service. */
export interface RequestAuthorizer {
  /** The header's value. */
  header(signal?: AbortSignal): Promise<string>;
  /** The service refused it (401). `challenge` is its `WWW-Authenticate`. */
  refused(challenge: string | undefined): void;
}

/** Collectors only read and post queries. Only response uses the other methods. */
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export type HttpRequest = {
  readonly method?: Method;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly bodyBytesMax?: number;
  readonly authorization?: RequestAuthorizer | undefined;
  readonly pace?: RequestPace | undefined;
  readonly signal?: AbortSignal | undefined;
};

/**
 * The only HTTP path of collectors. Sends only to configured hosts, accepts only valid
 * certificates, and enforces size limits. Retries throttling, server errors and broken connections
 * with growing, jittered waits. Respects `Retry-After`.
 */
export class HttpClient {
  readonly #options: HttpOptions;
  readonly #origins: AllowedOrigins;
  readonly #sockets: ConnectionPool;
  #skewMs = 0;
  #reportedMs: number | undefined;

  constructor(options: HttpOptions) {
    const { ca, lookup, timeouts } = options;
    this.#options = options;
    this.#origins = new AllowedOrigins(options.origins);
    this.#sockets = new ConnectionPool({
      ca,
      lookup,
      ...(timeouts === undefined ? {} : { timeouts }),
    });
  }

  /** How far the clock of the last server that answered is ahead of ours. */
  get skewMs(): number {
    return this.#skewMs;
  }

  close(): void {
    this.#sockets.close();
  }

  /**
   * Returns an answer with a 2xx status.
   * @throws HttpError, whose code says whether a later retry makes sense
   */
  async send(request: HttpRequest): Promise<Reply> {
    const first = this.#origins.check(request.url);
    let hasNewToken = false;
    for (let attempt = 1; ; attempt++) {
      throwIfAborted(request.signal);
      const outcome = await this.#attempt(request, first);
      if (outcome.kind === 'good') return outcome.reply;
      const { error } = outcome;
      if (outcome.kind === 'unauthorized' && !hasNewToken && request.authorization !== undefined) {
        // An expired or revoked token is detected here first. A second refusal is final.
        hasNewToken = true;
        request.authorization.refused(outcome.challenge);
        continue;
      }
      const isFinal = outcome.kind !== 'again' && outcome.kind !== 'throttled';
      if (isFinal || attempt >= ATTEMPTS_MAX) throw error;
      if (outcome.kind === 'throttled') request.pace?.throttled();
      else if (attempt >= ATTEMPTS_UNTOLD) this.#tell(error);
      await this.#options.wait(outcome.afterMs ?? this.#backoffMs(attempt), request.signal);
    }
  }

  /** One line per minute: concurrent requests have the same problem. */
  #tell({ message }: HttpError): void {
    const nowMs = this.#options.clock.monotonic();
    if (this.#reportedMs !== undefined && nowMs - this.#reportedMs < TELL_EVERY_MS) return;
    this.#reportedMs = nowMs;
    this.#options.tell?.(`${message}; Countersign tries again`);
  }

  async #attempt(request: HttpRequest, first: URL): Promise<Outcome> {
    let url = first;
    for (let redirects = 0; ; redirects++) {
      await request.pace?.take(request.signal);
      let token: string | undefined;
      let reply: Reply;
      try {
        token = await request.authorization?.header(request.signal);
      } catch (error) {
        if (!(error instanceof HttpError)) throw error;
        // The token source has already retried. Retrying the retries would mean a long silence.
        return { kind: error.code === 'DAMAGED' ? 'again' : 'refused', error };
      }
      try {
        reply = await this.#exchange(request, url, token);
      } catch (error) {
        if (!(error instanceof HttpError)) throw error;
        return { kind: PASSING.has(error.code) ? 'again' : 'refused', error };
      }
      this.#learnSkew(reply);
      if (reply.status < 300 || reply.status >= 400) return this.#classify(reply, url);
      if (redirects >= REDIRECTS_MAX) return this.#classify(reply, url);
      // Throws for another host: a redirect must not leak the token.
      url = this.#origins.check(reply.headers.get('location') ?? '', url);
    }
  }

  async #exchange(request: HttpRequest, url: URL, token: string | undefined): Promise<Reply> {
    const { method = 'GET', body, signal } = request;
    const headers: Record<string, string> = {
      accept: 'application/json',
      'accept-encoding': 'gzip',
      'user-agent': this.#options.userAgent ?? 'Countersign',
      ...request.headers,
    };
    if (method !== 'GET') headers['content-length'] = String(Buffer.byteLength(body ?? ''));
    if (token !== undefined) headers['authorization'] = token;
    const bodyBytesMax = request.bodyBytesMax ?? SMALL_BODY_BYTES_MAX;
    return this.#sockets.exchange({ method, url, headers, body, bodyBytesMax, signal });
  }

  #classify(reply: Reply, url: URL): Outcome {
    const classification = classifyResponse(reply, url);
    if (classification.kind === 'good') return { kind: 'good', reply };
    const afterMs = retryAfterMs(reply, this.#options.clock.now());
    return { ...classification, afterMs, challenge: reply.headers.get('www-authenticate') };
  }

  /** RFC 9110 section 6.6.1: whole seconds, so a difference below two seconds counts as none. */
  #learnSkew(reply: Reply): void {
    const serverMs = Date.parse(reply.headers.get('date') ?? '');
    if (Number.isNaN(serverMs)) return;
    const skewMs = serverMs - this.#options.clock.now();
    this.#skewMs = Math.abs(skewMs) < SKEW_MS_MIN ? 0 : skewMs;
  }

  /** Between half and all of a doubling wait: many clients must not return at once. */
  #backoffMs(attempt: number): number {
    const [byte = 0] = this.#options.random.fill(new Uint8Array(1));
    const waitMs = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** (attempt - 1));
    return waitMs * (0.5 + byte / 512);
  }
}

type Outcome =
  | { readonly kind: 'good'; readonly reply: Reply }
  | {
      readonly kind: 'again' | 'throttled' | 'unauthorized' | 'refused';
      readonly error: HttpError;
      readonly afterMs?: number | undefined;
      readonly challenge?: string | undefined;
    };

/** Another attempt may succeed. */
const PASSING: ReadonlySet<string> = new Set(['UNREACHABLE', 'TIMED_OUT', 'DAMAGED']);

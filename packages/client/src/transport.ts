import { ClientError, errorOf, retryAfterMsOf } from './client-error.ts';

export type ClientOptions = {
  /** The origin of the service: `https://countersign.example`. */
  readonly url: string;
  /** Called for each request, so that it can be replaced while a stream runs. */
  readonly token?: () => string | Promise<string>;
  /** Default: `fetch` of the platform. */
  readonly fetch?: typeof fetch;
  /** Resolves after the delay, rejects when the signal aborts. Default: a timer. */
  readonly sleep?: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
  /** Default: random UUIDs of the platform. */
  readonly newKey?: () => string;
  /** Requests for one question, the first one included. Default 5. */
  readonly attempts?: number;
};

export type CallOptions = { readonly signal?: AbortSignal };

export type ApiRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly signal?: AbortSignal | undefined;
};

const ATTEMPTS = 5;

/** A caller that waits longer should know why, so it gets the error. */
const RETRY_AFTER_MS_MAX = 60_000;

/** After the fourth failure, a restart of the service is over. */
const PAUSES_MS = [250, 500, 1000, 2000, 4000] as const;

/** The only function that sends requests. It repeats what the service asks to repeat. */
export class Transport {
  readonly #options: ClientOptions;
  readonly #origin: string;
  readonly sleep: NonNullable<ClientOptions['sleep']>;

  /** @throws ClientError insecure-url */
  constructor(options: ClientOptions) {
    this.#options = options;
    this.#origin = originOf(options.url);
    this.sleep = options.sleep ?? pause;
  }

  newKey(): string {
    return this.#options.newKey?.() ?? globalThis.crypto.randomUUID();
  }

  /**
   * Sends a request until it gets a reply that is final. Every request here may be repeated: reads
   * change nothing, and acts have an `Idempotency-Key`.
   *
   * @returns a reply with status 2xx or 304
   * @throws ClientError, or the reason of the signal
   */
  async send(request: ApiRequest): Promise<Response> {
    const attempts = this.#options.attempts ?? ATTEMPTS;
    for (let attempt = 1; ; attempt++) {
      const { reply, error, waitMs } = await this.#try(request, attempt);
      if (reply !== undefined) return reply;
      if (waitMs === undefined || attempt >= attempts) throw error;
      await this.sleep(waitMs, request.signal);
    }
  }

  async #try(
    request: ApiRequest,
    attempt: number,
  ): Promise<{ reply?: Response; error?: unknown; waitMs?: number | undefined }> {
    const pauseMs = PAUSES_MS[Math.min(attempt, PAUSES_MS.length) - 1];
    let reply: Response;
    try {
      reply = await this.#once(request);
    } catch (error) {
      if (error instanceof ClientError) return { error };
      request.signal?.throwIfAborted();
      return { error: unreachable(this.#origin, error), waitMs: pauseMs };
    }
    if (reply.ok || reply.status === 304) return { reply };
    const isLater = reply.status === 429 || reply.status === 503 || reply.status === 409;
    const asked = retryAfterMsOf(reply.headers);
    const error = await errorOf(reply);
    // 409 without Retry-After is a conflict that a repetition does not solve.
    if (!isLater || (reply.status === 409 && asked === undefined)) return { error };
    const waitMs = asked ?? pauseMs ?? 0;
    return waitMs > RETRY_AFTER_MS_MAX ? { error } : { error, waitMs };
  }

  async #once({ method, path, headers, body, signal }: ApiRequest): Promise<Response> {
    const token = await this.#options.token?.();
    const send = this.#options.fetch ?? globalThis.fetch;
    return send(`${this.#origin}${path}`, {
      method,
      headers: { ...headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
      // A redirect could lead the token elsewhere.
      redirect: 'error',
      ...(body !== undefined && { body }),
      ...(signal !== undefined && { signal }),
    });
  }
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** @throws ClientError insecure-url: a token must not cross a network in clear text */
export function originOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSecure =
    url?.protocol === 'https:' || (url?.protocol === 'http:' && LOOPBACK.test(url.hostname));
  if (url === undefined || !isSecure || url.username !== '' || url.password !== '') {
    const what = url === undefined ? 'it is no URL' : 'it is not HTTPS, or it names a user';
    const cure = 'use https://HOST[:PORT]; http:// is only for this machine (127.0.0.1)';
    throw new ClientError('insecure-url', `cannot use this address: ${what}. To fix: ${cure}`);
  }
  return url.origin;
}

export function unreachable(origin: string, cause: unknown): ClientError {
  const { cause: inner = cause } = cause as { readonly cause?: unknown };
  const because = inner instanceof Error ? inner.message || inner.name : String(inner);
  const text = `${origin} did not answer: ${because}. Check the address, and whether it runs`;
  return new ClientError('unreachable', text, { cause });
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (signal?.aborted === true) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}

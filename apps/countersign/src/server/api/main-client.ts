import type { MessagePort } from 'node:worker_threads';
import type { ApiReply, ApiRequest, FromApi, ToApi } from './api-messages.ts';
import type { MainPage, MainPageName, PerformWork } from './api-parts.ts';
import { errorOf } from './api-thread.ts';

/** The thread that holds the ledger answers a page within milliseconds, or hangs. */
const PAGE_MS_MAX = 5000;

/** Asks the thread that holds the ledger. */
export class MainClient {
  readonly #port: MessagePort;
  readonly #waiting = new Map<number, PromiseWithResolvers<ApiReply>>();
  #nextId = 0;

  constructor(port: MessagePort) {
    this.#port = port;
  }

  take(message: Exclude<ToApi, { kind: 'stop' }>): void {
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.kind === 'done') waiting?.resolve(message.reply);
    else waiting?.reject(errorOf(message.failure));
  }

  readonly perform: PerformWork = async (work, signal) => {
    const reply = await this.#ask({ kind: 'perform', work }, signal);
    return 'output' in reply ? reply.output : undefined;
  };

  /** A thread that does not answer has no state to show: the page says that it is unknown. */
  async page(name: MainPageName): Promise<MainPage> {
    const late = Promise.withResolvers<undefined>();
    const timer = setTimeout(late.resolve, PAGE_MS_MAX, undefined);
    const ended = new AbortController();
    try {
      const reply = await Promise.race([
        this.#ask({ kind: 'page', name }, ended.signal),
        late.promise,
      ]);
      return reply !== undefined && 'status' in reply ? reply : HANGS;
    } finally {
      clearTimeout(timer);
      ended.abort();
    }
  }

  async #ask(request: ApiRequest, signal: AbortSignal): Promise<ApiReply> {
    const id = this.#nextId++;
    const waiting = Promise.withResolvers<ApiReply>();
    this.#waiting.set(id, waiting);
    const cancel = (): void => this.#send({ kind: 'cancel', id });
    signal.addEventListener('abort', cancel, { once: true });
    this.#send({ kind: 'request', id, request });
    try {
      return await waiting.promise;
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  #send(message: FromApi): void {
    this.#port.postMessage(message);
  }
}

const HANGS: MainPage = {
  status: 503,
  type: 'application/json',
  body: `${JSON.stringify({
    kind: 'unknown',
    because: [
      {
        code: 'thread-silent',
        text: `the thread that holds the ledger has not answered for ${PAGE_MS_MAX / 1000} s`,
      },
    ],
    wouldDecide: [{ what: 'an answer of that thread' }],
  })}\n`,
};

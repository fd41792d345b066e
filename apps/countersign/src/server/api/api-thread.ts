import type { ThreadMonitor } from '@countersign/core';
import { CountersignError, messageOf, type ThreadError, ThreadHandle } from '@countersign/core';
import type { Command } from '../../operations/forwarding/command.ts';
import { RemoteDefect, RemoteError } from '../../operations/forwarding/errors.ts';
import type { Perform } from '../../operations/forwarding/forwarding-server.ts';
import type { LogServerEvent } from '../runtime/server-event.ts';
import type {
  ApiReply,
  ApiRequest,
  ApiThreadSetup,
  FromApi,
  RemoteFailure,
  ToApi,
} from './api-messages.ts';
import type { MainPage, MainPageName } from './api-parts.ts';

/** Open requests end within this time after a stop; then the thread is ended. */
const STOP_MS_MAX = 3000;

/** A question that needs more fails alone. */
const MEMORY = { maxOldGenerationSizeMb: 1024 };

export type ApiThreadOptions = {
  readonly setup: ApiThreadSetup;
  readonly monitor: ThreadMonitor;
  /** Runs work of authenticated callers with the ledger. */
  readonly perform: Perform;
  readonly page: (name: MainPageName) => Promise<MainPage>;
  readonly tell: LogServerEvent;
};

/**
 * The HTTP interface, in its own thread: no question of a caller delays a decision or the ledger.
 * The thread reads the data folder itself, and asks this thread for acts and for its state.
 */
export class ApiThread {
  readonly #options: ApiThreadOptions;
  readonly #thread: ThreadHandle<ToApi, FromApi>;
  readonly #listening = Promise.withResolvers<string>();
  readonly #closed = Promise.withResolvers<void>();
  readonly #failed = Promise.withResolvers<Error>();
  readonly #working = new Map<number, AbortController>();

  /** Resolves when the listener is open. */
  static async open(options: ApiThreadOptions): Promise<ApiThread> {
    const thread = new ApiThread(options);
    try {
      await thread.#listening.promise;
      return thread;
    } catch (error) {
      await thread.#thread.close();
      throw error;
    }
  }

  private constructor(options: ApiThreadOptions) {
    this.#options = options;
    this.#listening.promise.then(
      (url) => {
        this.url = url;
      },
      () => undefined,
    );
    const { setup, monitor } = options;
    this.#thread = new ThreadHandle(
      { name: 'interface', file: workerUrl(), setup, monitor, resourceLimits: MEMORY },
      { message: (message) => this.#take(message), ended: (error) => this.#end(error) },
    );
  }

  /** The address of the listener. */
  url = '';

  /** Resolves with the error of a thread that has failed. */
  get failed(): Promise<Error> {
    return this.#failed.promise;
  }

  /** Answers what callers have asked, ends streams, and closes the listener. */
  async close(): Promise<void> {
    this.#thread.send({ kind: 'stop' });
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, STOP_MS_MAX);
    await Promise.race([this.#closed.promise, late.promise]);
    clearTimeout(timer);
    await this.#thread.close();
  }

  #take(message: FromApi): void {
    switch (message.kind) {
      case 'listening':
        this.#listening.resolve(message.url);
        return;
      case 'request':
        void this.#answer(message.id, message.request);
        return;
      case 'cancel':
        this.#working.get(message.id)?.abort();
        return;
      case 'event':
        this.#options.tell(message.event);
        return;
      case 'broken':
        this.#end(errorOf(message.failure));
        return;
      case 'closed':
        this.#closed.resolve();
    }
  }

  #end(error: ThreadError | Error): void {
    this.#listening.reject(error);
    this.#failed.resolve(error);
    this.#closed.resolve();
  }

  async #answer(id: number, request: ApiRequest): Promise<void> {
    const controller = new AbortController();
    this.#working.set(id, controller);
    try {
      const reply = await this.#reply(request, controller.signal);
      this.#thread.send({ kind: 'done', id, reply });
    } catch (error) {
      this.#thread.send({ kind: 'failed', id, failure: failureOf(error) });
    } finally {
      this.#working.delete(id);
    }
  }

  async #reply(request: ApiRequest, signal: AbortSignal): Promise<ApiReply> {
    const { page, perform } = this.#options;
    if (request.kind === 'page') return page(request.name);
    const { operation, input, tenant, who } = request.work;
    const command: Command = { operation, input, mode: 'perform', tenant: tenant ?? null, who };
    const hooks = { signal, begin: async () => undefined, progress: () => undefined };
    return { kind: 'performed', output: await perform(command, hooks) };
  }
}

export function failureOf(error: unknown): RemoteFailure {
  return { code: error instanceof CountersignError ? error.code : null, message: messageOf(error) };
}

export function errorOf({ code, message }: RemoteFailure): Error {
  return code === null ? new RemoteDefect(message) : new RemoteError(code, message);
}

/** The compiled package contains JavaScript, a clone contains TypeScript. */
function workerUrl(): URL {
  const name = `./api-worker.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`;
  return new URL(name, import.meta.url);
}

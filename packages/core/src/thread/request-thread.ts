import type { MessagePort } from 'node:worker_threads';
import { type ThreadFailure, threadFailureOf } from './thread-error.ts';
import { ThreadHandle, type ThreadOptions } from './thread-handle.ts';

type ToThread<Request> = { readonly id: number; readonly request: Request };

type FromThread<Reply> =
  | { readonly id: number; readonly kind: 'done'; readonly reply: Reply }
  | { readonly id: number; readonly kind: 'failed'; readonly failure: ThreadFailure };

type Waiter<Reply> = {
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: unknown) => void;
};

export type RequestThreadOptions = ThreadOptions & {
  /** Makes the error of a request that failed in the thread. */
  readonly errorOf: (failure: ThreadFailure) => Error;
};

/**
 * A thread that answers requests. Each request gets exactly one answer: its reply, its error, or
 * the error that ended the thread. Only unanswered requests keep the process alive.
 */
export class RequestThread<Request, Reply> {
  readonly #thread: ThreadHandle<ToThread<Request>, FromThread<Reply>>;
  readonly #errorOf: RequestThreadOptions['errorOf'];
  readonly #waiting = new Map<number, Waiter<Reply>>();
  #nextId = 0;
  #failure: Error | undefined;

  constructor(options: RequestThreadOptions) {
    this.#errorOf = options.errorOf;
    this.#thread = new ThreadHandle(options, {
      message: (message) => this.#settle(message),
      ended: (error) => this.#end(error),
    });
    this.#thread.holdProcess('free');
  }

  /** The number of unanswered requests. */
  get outstanding(): number {
    return this.#waiting.size;
  }

  ask(request: Request, transfer: readonly ArrayBuffer[] = []): Promise<Reply> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      this.#thread.send({ id, request }, transfer);
      this.#thread.holdProcess('held');
      this.#waiting.set(id, { resolve, reject });
    });
  }

  /** Ends the thread at once. Unanswered requests reject. */
  async close(): Promise<void> {
    this.#end(new Error(`the ${this.#thread.name} thread was closed`));
    await this.#thread.close();
  }

  #settle(message: FromThread<Reply>): void {
    const answer = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (this.#waiting.size === 0) this.#thread.holdProcess('free');
    if (message.kind === 'done') answer?.resolve(message.reply);
    else answer?.reject(this.#errorOf(message.failure));
  }

  #end(error: Error): void {
    this.#failure ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#failure);
    this.#waiting.clear();
  }
}

/**
 * The other side of a {@link RequestThread}. Requests that arrive during another one are performed
 * beside it.
 * @param transferOf what moves to the other thread with the reply, instead of a copy
 */
export function answerRequests<Request, Reply>(
  port: MessagePort,
  perform: (request: Request) => Reply | Promise<Reply>,
  transferOf: (reply: Reply) => readonly ArrayBufferLike[] = () => [],
): void {
  port.on('message', ({ id, request }: ToThread<Request>) => {
    const send = (message: FromThread<Reply>, moved: readonly ArrayBufferLike[]): void => {
      port.postMessage(message, moved as readonly ArrayBuffer[]);
    };
    const failed = (error: unknown): void => {
      send({ id, kind: 'failed', failure: threadFailureOf(error) }, []);
    };
    new Promise<Reply>((resolve) => resolve(perform(request)))
      .then((reply) => send({ id, kind: 'done', reply }, transferOf(reply)))
      .catch(failed);
  });
}

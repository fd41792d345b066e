import { type ThreadError, ThreadHandle, type ThreadMonitor } from '@countersign/core';
import type { Config } from '../../config/config.ts';
import type { FeedsReport } from '../../feeds/delivery/run-feeds.ts';
import type { LogServerEvent } from '../runtime/server-event.ts';
import type { FeedsThreadSetup, FromFeeds, ToFeeds } from './feeds-messages.ts';

export type FeedsThreadOptions = Omit<FeedsThreadSetup, 'feeds'> & {
  readonly config: Pick<Config, 'feeds'>;
  readonly tell: LogServerEvent;
};

/** What the feeds thread last said about itself. */
export type FeedsState =
  | { readonly kind: 'none' }
  | { readonly kind: 'starting' }
  | ({ readonly kind: 'running' } & FeedsReport)
  | { readonly kind: 'unusable'; readonly because: string };

/**
 * Runs all feeds in a thread of their own, so that no decision waits for one. The thread reads the
 * data folder itself, and keeps its positions there.
 */
export class FeedsThread {
  readonly #options: FeedsThreadOptions;
  readonly #threads: ThreadMonitor;
  #state: FeedsState;

  constructor(options: FeedsThreadOptions, threads: ThreadMonitor) {
    this.#options = options;
    this.#threads = threads;
    this.#state = { kind: options.config.feeds.length === 0 ? 'none' : 'starting' };
  }

  get state(): FeedsState {
    return this.#state;
  }

  /** Runs until the signal is aborted. Without feeds it starts no thread. */
  async run(signal: AbortSignal): Promise<void> {
    const { dir, version, env, emulator, config } = this.#options;
    if (config.feeds.length === 0) return;
    const setup: FeedsThreadSetup = {
      dir,
      version,
      env: { ...env },
      emulator,
      feeds: config.feeds,
    };
    const finished = Promise.withResolvers<void>();
    const common = { name: 'feeds', file: workerUrl(), setup, monitor: this.#threads };
    const thread = new ThreadHandle<ToFeeds, FromFeeds>(common, {
      message: (message) => this.#take(message, finished),
      ended: (error) => this.#fail(error, signal, finished),
    });
    const stop = (): void => thread.send({ kind: 'stop' });
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    try {
      await finished.promise;
    } finally {
      signal.removeEventListener('abort', stop);
      await thread.close();
    }
  }

  #take(message: FromFeeds, finished: PromiseWithResolvers<void>): void {
    const { tell } = this.#options;
    switch (message.kind) {
      case 'event':
        tell({ event: 'feed', ...message.event });
        return;
      case 'report':
        this.#state = { kind: 'running', ...message.report };
        return;
      case 'unusable': {
        const { because } = message;
        this.#state = { kind: 'unusable', because };
        tell({ event: 'failed', collector: 'feeds', because });
        finished.resolve();
        return;
      }
      case 'finished':
        finished.resolve();
        return;
      case 'broken':
        finished.reject(new Error(message.message));
    }
  }

  /** A thread that hangs loses nothing: what was in flight is sent again after the next start. */
  #fail(error: ThreadError, signal: AbortSignal, finished: PromiseWithResolvers<void>): void {
    if (error.code !== 'THREAD_SILENT' || !signal.aborted) {
      finished.reject(error);
      return;
    }
    const because = 'they did not stop, and were ended; the last batch is sent again';
    this.#options.tell({ event: 'problem', collector: 'feeds', because });
    finished.resolve();
  }
}

/** The compiled package contains JavaScript, a clone contains TypeScript. */
function workerUrl(): URL {
  const name = `./feeds-worker.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`;
  return new URL(name, import.meta.url);
}

import { type ThreadError, ThreadHandle, type ThreadMonitor } from '@countersign/core';
import type { Config } from '../../config/config.ts';
import type { FeedConfig } from '../../config/feeds/feeds-schema.ts';
import type { FeedsReport } from '../../feeds/delivery/run-feeds.ts';
import type { SpanCounts } from '../../tracing/span-buffer.ts';
import { aborted } from '../runtime/breaking.ts';
import type { LogServerEvent } from '../runtime/server-event.ts';
import type { FeedsThreadSetup, FromFeeds, ToFeeds } from './feeds-messages.ts';

export type FeedsThreadOptions = Omit<FeedsThreadSetup, 'feeds' | 'traces'> & {
  readonly config: Pick<Config, 'feeds' | 'traces'>;
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
  #feeds: readonly FeedConfig[];
  #state: FeedsState;
  #spans: SpanCounts | undefined;
  /** Aborted when the feeds have changed. */
  #changed = new AbortController();

  constructor(options: FeedsThreadOptions, threads: ThreadMonitor) {
    this.#options = options;
    this.#threads = threads;
    this.#feeds = options.config.feeds;
    this.#state = { kind: this.#feeds.length === 0 ? 'none' : 'starting' };
  }

  /** Undefined: nothing is traced. */
  get spans(): SpanCounts | undefined {
    return this.#spans;
  }

  get state(): FeedsState {
    return this.#state;
  }

  /**
   * Continues with other feeds: the thread stops as at the end of the service, and another one
   * starts. A batch in flight that is not proved in time is sent again.
   */
  restart(feeds: readonly FeedConfig[]): void {
    this.#feeds = feeds;
    this.#changed.abort();
  }

  /** Runs until the signal is aborted. Without feeds it starts no thread. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#changed = new AbortController();
      const either = AbortSignal.any([signal, this.#changed.signal]);
      const feeds = this.#feeds;
      if (feeds.length === 0) this.#state = { kind: 'none' };
      else {
        // Health keeps the last report until the next one, because a reload is no failure.
        if (this.#state.kind !== 'running') this.#state = { kind: 'starting' };
        await this.#runThread(feeds, either);
      }
      await aborted(either);
    }
  }

  async #runThread(feeds: readonly FeedConfig[], signal: AbortSignal): Promise<void> {
    const { dir, version, env, emulator, config } = this.#options;
    const common = { dir, version, env: { ...env }, emulator };
    const setup: FeedsThreadSetup = { ...common, feeds, traces: config.traces };
    const finished = Promise.withResolvers<void>();
    const starting = { name: 'feeds', file: workerUrl(), setup, monitor: this.#threads };
    const thread = new ThreadHandle<ToFeeds, FromFeeds>(starting, {
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
        this.#spans = message.spans;
        return;
      case 'traces':
        tell({ event: 'problem', collector: 'traces', because: message.because });
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

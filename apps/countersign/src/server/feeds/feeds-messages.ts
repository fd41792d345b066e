import type { FeedConfig } from '../../config/feeds/feeds-schema.ts';
import type { TracesConfig } from '../../config/traces-config.ts';
import type { FeedEvent } from '../../feeds/delivery/feed-runner.ts';
import type { FeedsReport } from '../../feeds/delivery/run-feeds.ts';
import type { SpanCounts } from '../../tracing/span-buffer.ts';

export type FeedsThreadSetup = {
  readonly dir: string;
  readonly feeds: readonly FeedConfig[];
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Undefined: nothing is traced. */
  readonly traces: TracesConfig | undefined;
  /** Undefined: the clock of this machine. */
  readonly emulator: { readonly url: string; readonly ca: string | undefined } | undefined;
};

export type FromFeeds =
  | { readonly kind: 'event'; readonly event: FeedEvent }
  | {
      readonly kind: 'report';
      readonly report: FeedsReport;
      readonly spans: SpanCounts | undefined;
    }
  /** What the operator should know about the receiver of traces. */
  | { readonly kind: 'traces'; readonly because: string }
  /** The file of the positions is unusable: no feed runs, and everything else goes on. */
  | { readonly kind: 'unusable'; readonly because: string }
  | { readonly kind: 'finished' }
  | { readonly kind: 'broken'; readonly message: string };

export type ToFeeds = { readonly kind: 'stop' };

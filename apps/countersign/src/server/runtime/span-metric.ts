import type { SpanCounts } from '../../tracing/span-buffer.ts';
import type { Metric } from './prometheus-format.ts';

/** Without a configured receiver of traces, there are no samples. */
export function spanMetric(
  threads: readonly { readonly thread: string; readonly counts: SpanCounts | undefined }[],
): Metric {
  return {
    name: 'countersign_spans_total',
    help: 'Spans of traces by thread and outcome',
    type: 'counter',
    samples: threads.flatMap(({ thread, counts }) =>
      counts === undefined
        ? []
        : (['exported', 'dropped'] as const).map((outcome) => {
            return { labels: { thread, outcome }, value: counts[outcome] };
          }),
    ),
  };
}

import type { Metric, Sample } from '../runtime/prometheus-format.ts';
import type { FeedsState } from './feeds-thread.ts';

const STATUSES = ['running', 'failing', 'paused', 'stopped'] as const;

/** Unknown values have no sample: a feed that has not started is not at position 0. */
export function feedMetrics(state: FeedsState): Metric[] {
  const { rows, ledgerEntries } = state.kind === 'running' ? state : { rows: [], ledgerEntries: 0 };
  const of = (read: (row: (typeof rows)[number]) => number | undefined): Sample[] =>
    rows.map((row) => ({ labels: { sink: row.name }, value: read(row) }));
  const statuses = rows.flatMap((row): Sample[] => {
    const current = row.status === 'running' && row.failures > 0 ? 'failing' : row.status;
    return STATUSES.map((status) => {
      return { labels: { sink: row.name, state: status }, value: +(status === current) };
    });
  });
  return [
    gauge(
      'feed_position',
      'Every selected entry below this index was delivered, by the proof of the sink',
      rows.map(({ name, next, proof }) => {
        return { labels: { sink: name, proof: proof ?? 'none' }, value: next };
      }),
    ),
    gauge(
      'feed_lag_entries',
      'Entries of the ledger that the sink has not got',
      of(({ sentNext }) => Math.max(0, ledgerEntries - sentNext)),
    ),
    gauge(
      'feed_parked',
      'Records that the sink refused for ever, and that were set aside',
      of(({ refused }) => refused),
    ),
    gauge('feed_state', 'State of the feed: 1 for the current one', statuses),
    gauge(
      'feed_failing_since_timestamp_seconds',
      'Since when every attempt has failed',
      of(({ failingSinceMs }) => (failingSinceMs === null ? undefined : failingSinceMs / 1000)),
    ),
    {
      name: 'countersign_feed_records_total',
      help: 'Records that were delivered, repetitions included',
      type: 'counter',
      samples: of(({ records }) => records),
    },
  ];
}

function gauge(name: string, help: string, samples: readonly Sample[]): Metric {
  return { name: `countersign_${name}`, help, type: 'gauge', samples };
}

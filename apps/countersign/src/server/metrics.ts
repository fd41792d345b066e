import { intersect, interval, lengthMs, normalize, type SilentThread } from '@countersign/core';
import { type CanaryTally, COVERAGE_STATES } from '@countersign/coverage';
import type { Failure } from '../detection/findings/failure.ts';
import {
  DURATION_BOUNDS_SECONDS,
  type DurationSeries,
} from '../enforcement/decisions/decision-durations.ts';
import type { CoverageRow } from '../store/rows/entry-rows.ts';
import type { WebhookTally } from './collectors/open-webhooks.ts';
import { feedMetrics } from './feeds/feed-metrics.ts';
import type { FeedsState } from './feeds/feeds-thread.ts';
import type { CollectorTally } from './runtime/collector-tally.ts';
import { histogramSamples, type Metric, type Sample } from './runtime/prometheus-format.ts';
import { spanMetric } from './runtime/span-metric.ts';

/** The state of a server at the time of a scrape. */
export type ServerState = {
  readonly version: string;
  readonly nowMs: number;
  readonly collectors: readonly CollectorTally[];
  readonly coverage: readonly CoverageRow[];
  /** The store cursor at which the coverage rows were computed. */
  readonly coverageCursor: number;
  readonly canaries: readonly CanaryTally[];
  readonly webhooks: readonly WebhookTally[];
  /** Forwarded commands in progress or waiting. */
  readonly queue: number;
  readonly ledgerEntries: number;
  /** Age of the oldest durable entry that no signed checkpoint covers yet. */
  readonly integratedLagMs: number;
  readonly storeCursor: number;
  /** Arrival of the first entry that is not indexed. Undefined: all are. */
  readonly unreadSinceMs: number | undefined;
  /** 0 to 1. Undefined if the system does not report it. */
  readonly freeDisk: number | undefined;
  /** `low`: nothing is collected. */
  readonly disk: 'low' | 'enough';
  /** `stopped`: no decisions, for the disk or the clock. `none`: not configured. */
  readonly enforcement: 'running' | 'stopped' | 'none';
  readonly decisionDurations: readonly DurationSeries[];
  readonly memoryBytes: number;
  /** Findings by severity and status. Undefined: no rule has read a record yet. */
  readonly findings: readonly FindingCount[] | undefined;
  /** The first entry that some rule has not read; undefined if all have read all. */
  readonly unexaminedFrom: number | undefined;
  /** Rules and detectors that failed, as their findings name them. */
  readonly failedDetectors: readonly FailedDetector[];
  readonly silentThreads: readonly SilentThread[];
  readonly feeds: FeedsState;
  /** Of the threads that this one knows; undefined counts: nothing is traced. */
  readonly spans: Parameters<typeof spanMetric>[0];
  /** Why the process ends now: a part of it failed for good. */
  readonly failure: string | undefined;
};

export type FindingCount = {
  /** OCSF `severity_id`: 1 informational to 5 critical. */
  readonly severity: number;
  readonly status: string;
  readonly count: number;
};

export type FailedDetector = Failure & { readonly title: string };

export function metricsOf(state: ServerState): Metric[] {
  const { version, queue, ledgerEntries, storeCursor, freeDisk, memoryBytes, disk, enforcement } =
    state;
  const one = (value: number | undefined): Sample[] => [{ labels: {}, value }];
  return [
    gauge('build_info', 'Running version', [{ labels: { version }, value: 1 }]),
    ...collected(state),
    ...quota(state),
    heard(state),
    lag(state),
    coverageStates(state),
    ...canaries(state),
    gauge('handover_queue', 'Running and waiting commands of other processes', one(queue)),
    gauge('ledger_entries', 'Entries in the ledger', one(ledgerEntries)),
    gauge(
      'ledger_integrated_lag_seconds',
      'Age of the oldest durable entry that no signed checkpoint covers yet',
      one(state.integratedLagMs / 1000),
    ),
    gauge('store_cursor', 'Entries below this index are indexed', one(storeCursor)),
    gauge('disk_free_ratio', 'Share of the disk of the data folder that is free', one(freeDisk)),
    gauge('collecting_stopped', 'Whether the disk is too full to collect', one(+(disk === 'low'))),
    gauge(
      'enforcement_stopped',
      'Whether no decisions are made: the disk is too full, or the clock stands still',
      enforcement === 'none' ? [] : one(+(enforcement === 'stopped')),
    ),
    decided(state),
    ...found(state),
    stages(state),
    gauge('detector_failed', 'Rules and detectors that failed', failedSamples(state)),
    ...feedMetrics(state.feeds),
    spanMetric(state.spans),
    gauge('memory_bytes', 'Resident memory of the process', one(memoryBytes)),
  ];
}

const SEVERITIES = ['', 'informational', 'low', 'medium', 'high', 'critical'] as const;

/** Every severity has a sample, except while the findings are unknown. */
function found({ findings }: ServerState): Metric[] {
  const samples = (findings ?? []).map(({ severity, status, count }): Sample => {
    return { labels: { severity: SEVERITIES[severity] ?? '', status }, value: count };
  });
  return [
    gauge('findings', 'Findings by severity and status', samples),
    gauge('findings_unknown', 'Whether no rule has read a record yet', [
      { labels: {}, value: +(findings === undefined) },
    ]),
  ];
}

function stages({ ledgerEntries, storeCursor, unexaminedFrom = storeCursor }: ServerState): Metric {
  return gauge('stage_lag_entries', 'Entries that a stage has not read yet', [
    { labels: { stage: 'store' }, value: Math.max(0, ledgerEntries - storeCursor) },
    { labels: { stage: 'detection' }, value: Math.max(0, storeCursor - unexaminedFrom) },
  ]);
}

/** The newest interval is always late, so its state says nothing: a day shows losses. */
const COVERAGE_SHOWN_MS = 86_400_000;

/** How much of the last day each stream spent in each state. */
function coverageStates({ coverage, nowMs }: ServerState): Metric {
  const day = [interval(nowMs - COVERAGE_SHOWN_MS, nowMs)];
  const streams = Map.groupBy(coverage, (row) => `${row.tenant}\n${row.source}\n${row.workload}`);
  const samples = [...streams.values()].flatMap((rows): Sample[] => {
    const [{ tenant, source, workload } = { tenant: '', source: '', workload: null }] = rows;
    const labels = { tenant, source, ...(workload === null ? {} : { workload }) };
    return COVERAGE_STATES.map((state) => {
      const times = rows.flatMap((row) => {
        const [fromMs, toMs] = [row.fromMs ?? -Infinity, row.toMs ?? Infinity];
        return row.state === state && fromMs < toMs ? [interval(fromMs, toMs)] : [];
      });
      const value = lengthMs(intersect(normalize(times), day)) / 1000;
      return { labels: { ...labels, state }, value };
    });
  });
  return gauge('coverage_seconds', 'Time of the last day in each state of coverage', samples);
}

function failedSamples({ failedDetectors }: ServerState): Sample[] {
  return failedDetectors.map(({ detector, unit, entry }) => ({
    labels: { detector, unit: unit ?? detector, entry: entry === null ? 'all' : String(entry) },
    value: 1,
  }));
}

function decided({ decisionDurations }: ServerState): Metric {
  const samples = decisionDurations.flatMap((series): Sample[] => {
    const { enforcementPoint, outcome, counts, sumSeconds: sum } = series;
    const labels = { enforcement_point: enforcementPoint, outcome };
    return histogramSamples(DURATION_BOUNDS_SECONDS, { labels, counts, sum });
  });
  const name = 'countersign_decision_duration_seconds';
  const help = 'From the request to the durable decision, by enforcement point and outcome';
  return { name, help, type: 'histogram', samples };
}

function collected({ collectors }: ServerState): Metric[] {
  const of = (read: (tally: CollectorTally) => number | undefined): Sample[] =>
    collectors.map((tally) => ({ labels: labelsOf(tally), value: read(tally) }));
  const windows = collectors.flatMap((tally): Sample[] => [
    {
      labels: { ...labelsOf(tally), outcome: 'complete' },
      value: tally.windows - tally.incompleteWindows,
    },
    { labels: { ...labelsOf(tally), outcome: 'short' }, value: tally.incompleteWindows },
  ]);
  const polls = collectors.flatMap((tally): Sample[] => [
    { labels: { ...labelsOf(tally), outcome: 'ended' }, value: tally.polls },
    { labels: { ...labelsOf(tally), outcome: 'failed' }, value: tally.failedPolls },
  ]);
  return [
    counter(
      'records_total',
      'Records read from a source',
      of(({ records }) => records),
    ),
    counter(
      'duplicates_total',
      'Records that were already known',
      of(({ duplicates }) => duplicates),
    ),
    counter(
      'quarantined_total',
      'Pieces that could not be read',
      of(({ quarantined }) => quarantined),
    ),
    counter('polls_total', 'Polls by outcome', polls),
    counter('windows_total', 'Requested windows, by outcome', windows),
    gauge(
      'last_poll_timestamp_seconds',
      'Time of the last finished poll',
      of(({ lastPollMs }) => (lastPollMs === undefined ? undefined : lastPollMs / 1000)),
    ),
  ];
}

function quota({ collectors }: ServerState): Metric[] {
  const of = (read: (budget: Budget) => number | undefined): Sample[] =>
    collectors.flatMap((tally) => {
      if (tally.budget === undefined) return [];
      return [{ labels: labelsOf(tally), value: read(tally.budget) }];
    });
  const losesFrom = ({ losesFrom: from }: Budget): number | undefined =>
    from === null ? undefined : Date.parse(from) / 1000;
  return [
    gauge(
      'quota_needed_per_minute',
      'Requests per minute that are needed to keep up',
      of((b) => b.neededPerMinute),
    ),
    gauge(
      'quota_allowed_per_minute',
      'Requests allowed',
      of((b) => b.allowedPerMinute),
    ),
    gauge(
      'quota_headroom_ratio',
      'allowed / needed - 1',
      of((b) => b.headroom),
    ),
    gauge(
      'quota_backlog_requests',
      'Requests behind',
      of((b) => b.backlogRequests),
    ),
    gauge(
      'quota_catch_up_minutes',
      'Time until the backlog is gone',
      of((b) => b.catchUpMinutes ?? Infinity),
    ),
    gauge('quota_loses_from_timestamp_seconds', 'When content begins to expire', of(losesFrom)),
  ];
}

function heard({ webhooks }: ServerState): Metric {
  const samples = webhooks.flatMap(({ tenant, counts }) =>
    Object.entries(counts).map(([outcome, value]) => ({ labels: { tenant, outcome }, value })),
  );
  return counter('webhook_calls_total', 'Calls of the webhook, by outcome', samples);
}

/** Age of the newest moment up to which a source is known to be complete. */
function lag({ coverage, nowMs }: ServerState): Metric {
  const streams = Map.groupBy(coverage, (row) => `${row.tenant}\n${row.source}\n${row.workload}`);
  const samples = [...streams.values()].flatMap((rows): Sample[] => {
    const [{ tenant, source, workload } = { tenant: '', source: '', workload: null }] = rows;
    const ends = rows.flatMap(({ state, toMs }) => {
      const isGood = state === 'collected' || state === 'corroborated';
      return isGood && toMs !== null ? [toMs] : [];
    });
    if (ends.length === 0) return [];
    const labels = { tenant, source, ...(workload === null ? {} : { workload }) };
    return [{ labels, value: Math.max(0, nowMs - Math.max(...ends)) / 1000 }];
  });
  return gauge('source_lag_seconds', 'Age of the newest covered moment', samples);
}

/** Delay and completeness of the feeds, measured by canaries. */
function canaries({ canaries: tallies }: ServerState): Metric[] {
  const labels = ({ key }: CanaryTally): Record<string, string> => {
    const { tenant, source, workload } = key;
    return { tenant, source, ...(workload === null ? {} : { workload }) };
  };
  const tallySamples = tallies.flatMap((tally): Sample[] => [
    { labels: { ...labels(tally), outcome: 'back' }, value: tally.seen },
    { labels: { ...labels(tally), outcome: 'missing' }, value: tally.sent - tally.seen },
  ]);
  const late = tallies.flatMap((tally): Sample[] => {
    const { delays } = tally;
    if (delays === null) return [];
    return [
      { labels: { ...labels(tally), quantile: '0.5' }, value: delays.p50Ms / 1000 },
      { labels: { ...labels(tally), quantile: '0.99' }, value: delays.p99Ms / 1000 },
    ];
  });
  return [
    gauge('canaries', 'Canaries by outcome; a late one came back', tallySamples),
    gauge('canary_delay_seconds', 'From the act to its record in the feed', late),
  ];
}

type Budget = NonNullable<CollectorTally['budget']>;

function labelsOf({ name, tenant }: CollectorTally): Record<string, string> {
  return { collector: name, tenant };
}

function counter(name: string, help: string, samples: readonly Sample[]): Metric {
  return { name: `countersign_${name}`, help, type: 'counter', samples };
}

function gauge(name: string, help: string, samples: readonly Sample[]): Metric {
  return { name: `countersign_${name}`, help, type: 'gauge', samples };
}

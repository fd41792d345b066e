import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { ManualClock } from '@countersign/core';
import type { QuotaBudget } from '@countersign/m365';
import { DecisionDurations } from '../enforcement/decisions/decision-durations.ts';
import { healthOf } from './health.ts';
import { metricsOf, type ServerState } from './metrics.ts';
import { addPoll, newTally } from './runtime/collector-tally.ts';
import { exposition } from './runtime/prometheus-format.ts';
import { logLine } from './runtime/server-event.ts';

const REFERENCE = join(import.meta.dirname, '../../../../docs/reference/metrics.md');
const NOW_MS = Date.parse('2026-03-02T09:00:00Z');
const TENANT = '5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794';
const POLL = {
  ...{ windows: 4, incomplete: 0, behindMs: 0, records: 9, duplicates: 2, quarantined: 1 },
  hasMore: false,
};
const AS_OF = { origin: 'log', size: 10, at: null };
const ROW = {
  index: 3,
  tenant: TENANT,
  source: 'm365.activity/Audit.Exchange',
  workload: null,
  subject: null,
  fromMs: NOW_MS - 7_200_000,
  toMs: NOW_MS - 3_600_000,
  state: 'collected',
  bound: 0.01,
  because: 'all was fetched',
} as const;
const BUDGET: QuotaBudget = {
  neededPerMinute: 30,
  allowedPerMinute: 2000,
  headroom: 65,
  backlogRequests: 12,
  catchUpMinutes: null,
  losesFrom: '2026-03-03T09:00:00Z',
  state: 'late: quota',
};

function tally(): ReturnType<typeof newTally> {
  return newTally('activity-api', TENANT, 60_000);
}

function state(changes: Partial<ServerState> = {}): ServerState {
  return {
    version: '1.2.3',
    nowMs: NOW_MS,
    collectors: [],
    coverage: [],
    coverageCursor: 7,
    canaries: [],
    webhooks: [],
    queue: 0,
    ...{ ledgerEntries: 10, integratedLagMs: 0 },
    storeCursor: 10,
    ...{ findings: [], unexaminedFrom: undefined },
    ...{ failedDetectors: [], silentThreads: [], failure: undefined },
    ...{ feeds: { kind: 'none' }, spans: [] },
    unreadSinceMs: undefined,
    freeDisk: 0.5,
    disk: 'enough',
    enforcement: 'none',
    decisionDurations: [],
    memoryBytes: 1024,
    ...changes,
  };
}

describe('metrics', () => {
  test('have the text format, with HELP and TYPE before the samples', () => {
    const polled = tally();
    addPoll(polled, { ...POLL, incomplete: 1, problems: [] }, NOW_MS);
    const lines = exposition(metricsOf(state({ collectors: [polled] }))).split('\n');
    const at = lines.indexOf('# TYPE countersign_windows_total counter');
    const labels = `collector="activity-api",tenant="${TENANT}"`;
    assert.match(lines[at - 1] ?? '', /^# HELP countersign_windows_total /);
    assert.equal(lines[at + 1], `countersign_windows_total{${labels},outcome="complete"} 3`);
    assert.equal(lines[at + 2], `countersign_windows_total{${labels},outcome="short"} 1`);
    assert.ok(lines.includes(`countersign_records_total{${labels}} 9`));
    assert.equal(lines.at(-1), '');
  });

  test('omit unknown values', () => {
    const text = exposition(metricsOf(state({ collectors: [tally()], freeDisk: undefined })));
    assert.doesNotMatch(text, /last_poll|source_lag|quota|disk_free/);
    assert.doesNotMatch(text, /NaN|undefined/);
  });

  test('export the quota: needed, allowed, remaining, backlog, and the start of loss', () => {
    const text = exposition(metricsOf(state({ collectors: [{ ...tally(), budget: BUDGET }] })));
    assert.match(text, /^countersign_quota_needed_per_minute\{.*\} 30$/m);
    assert.match(text, /^countersign_quota_catch_up_minutes\{.*\} \+Inf$/m);
    assert.match(text, /^countersign_quota_loses_from_timestamp_seconds\{.*\} 1772528400$/m);
  });

  test('export the delays of canaries and the number of missing ones, by feed and workload', () => {
    const key = { tenant: TENANT, source: ROW.source, workload: 'Exchange', subject: null };
    const delays = { n: 9, p50Ms: 3_600_000, p99Ms: 5_400_000, maxMs: 5_400_000 };
    const text = exposition(metricsOf(state({ canaries: [{ key, sent: 10, seen: 9, delays }] })));
    const of = `tenant="${TENANT}",source="${ROW.source}",workload="Exchange"`;
    assert.ok(text.includes(`countersign_canaries{${of},outcome="back"} 9\n`));
    assert.ok(text.includes(`countersign_canaries{${of},outcome="missing"} 1\n`));
    assert.ok(text.includes(`countersign_canary_delay_seconds{${of},quantile="0.99"} 5400\n`));
  });

  test('export the age of the newest covered moment of each source', () => {
    const late = { ...ROW, fromMs: ROW.toMs, toMs: NOW_MS, state: 'late' } as const;
    const never = { ...ROW, source: 'graph/signIns', state: 'unknown' } as const;
    const text = exposition(metricsOf(state({ coverage: [ROW, late, never] })));
    const source = 'm365.activity/Audit.Exchange';
    const labels = `{tenant="${TENANT}",source="${source}"}`;
    assert.ok(text.includes(`countersign_source_lag_seconds${labels} 3600\n`), text);
    assert.doesNotMatch(text, /source_lag.*signIns/);
  });

  test('export the durations of decisions as cumulative buckets', () => {
    const clock = new ManualClock(NOW_MS);
    const durations = new DecisionDurations(clock);
    for (const [ms, outcome] of [
      [0.4, 'permit'],
      [7, 'permit'],
      [3000, 'permit'],
    ] as const) {
      const startedMs = durations.nowMs;
      clock.advance(ms);
      durations.add('eam', outcome, startedMs);
    }
    durations.add('proxy "x"', 'failed', durations.nowMs);
    const text = exposition(metricsOf(state({ decisionDurations: durations.series() })));
    const name = 'countersign_decision_duration_seconds';
    const labels = 'enforcement_point="eam",outcome="permit"';
    assert.ok(text.includes(`# TYPE ${name} histogram\n`));
    const buckets = [...text.matchAll(/_bucket\{enforcement_point="eam".*le="(.*)"\} (\d+)/g)];
    assert.deepEqual(
      buckets.map(([, le, count]) => `${le}: ${count}`),
      [
        ...['0.0005: 1', '0.001: 1', '0.002: 1', '0.005: 1', '0.01: 2', '0.02: 2', '0.05: 2'],
        ...['0.1: 2', '0.2: 2', '0.5: 2', '1: 2', '+Inf: 3'],
      ],
    );
    assert.match(text, new RegExp(`^${name}_sum\\{${labels}\\} 3\\.0074`, 'm'));
    assert.ok(text.includes(`${name}_count{${labels}} 3\n`));
    const failed = 'enforcement_point="proxy \\"x\\"",outcome="failed"';
    assert.ok(text.includes(`${name}_bucket{${failed},le="0.0005"} 1\n`), text);
    assert.doesNotMatch(exposition(metricsOf(state())), /decision_duration/);
  });

  test('export how long an entry has waited for a signed checkpoint', () => {
    const text = exposition(metricsOf(state({ integratedLagMs: 1500 })));
    assert.match(text, /^countersign_ledger_integrated_lag_seconds 1\.5$/m);
  });

  test('omit findings that are unknown, and say so; none of a severity is a zero', () => {
    const text = exposition(metricsOf(state({ findings: undefined, unexaminedFrom: 0 })));
    assert.doesNotMatch(text, /countersign_findings\{/);
    assert.match(text, /^countersign_findings_unknown 1$/m);
    assert.match(text, /^countersign_stage_lag_entries\{stage="detection"\} 10$/m);
    const findings = [{ severity: 4, status: 'new', count: 0 }];
    const known = exposition(metricsOf(state({ findings })));
    assert.match(known, /^countersign_findings\{severity="high",status="new"\} 0$/m);
    assert.match(known, /^countersign_findings_unknown 0$/m);
    assert.match(known, /^countersign_stage_lag_entries\{stage="detection"\} 0$/m);
  });

  test('export how much of the last day each source spent in each state', () => {
    const lost = { ...ROW, state: 'lost', fromMs: ROW.toMs, toMs: ROW.toMs + 60_000 } as const;
    const before = { ...ROW, fromMs: NOW_MS - 30 * 86_400_000, toMs: ROW.fromMs - 1000 } as const;
    const text = exposition(metricsOf(state({ coverage: [lost, ROW, ROW, before] })));
    const labels = `tenant="${TENANT}",source="${ROW.source}"`;
    const seconds = (of: string): string | undefined =>
      text.split('\n').find((line) => line.includes(`{${labels},state="${of}"}`));
    assert.match(seconds('lost') ?? '', / 60$/);
    // An hour, and the part of the earlier interval that lies within the day.
    assert.match(seconds('collected') ?? '', / 82799$/);
    assert.match(seconds('off') ?? '', / 0$/);
  });

  test('are described in the reference, with the same words', () => {
    const reference = readFileSync(REFERENCE, 'utf8');
    for (const { name, type, help } of metricsOf(state())) {
      assert.match(
        reference,
        new RegExp(`^\\| \`${name}\` \\| ${type} \\| .* \\| ${help} \\|$`, 'm'),
      );
    }
  });

  test('export whether the disk is too full to collect or to decide', () => {
    const text = (changes: Partial<ServerState>) => exposition(metricsOf(state(changes)));
    assert.match(text({ disk: 'low' }), /^countersign_collecting_stopped 1$/m);
    assert.match(text({ enforcement: 'running' }), /^countersign_collecting_stopped 0$/m);
    assert.match(text({ enforcement: 'running' }), /^countersign_enforcement_stopped 0$/m);
    assert.match(text({ enforcement: 'stopped' }), /^countersign_enforcement_stopped 1$/m);
    assert.doesNotMatch(text({ enforcement: 'none' }), /^countersign_enforcement_stopped /m);
  });

  test('escape label values', () => {
    const samples = [{ labels: { a: 'x"y\\z\nw' }, value: 1 }];
    const text = exposition([{ name: 'm', help: 'h', type: 'gauge', samples }]);
    assert.match(text, /^m\{a="x\\"y\\\\z\\nw"\} 1$/m);
  });
});

describe('health', () => {
  const polled = { ...tally(), lastPollMs: NOW_MS - 1000 };
  const kind = (changes: Partial<ServerState>): string => healthOf(state(changes), AS_OF).kind;

  test('is yes if every collector completed its windows', () => {
    assert.equal(kind({ collectors: [polled] }), 'yes');
  });

  test('is unknown before the first poll, after an incomplete one, or behind the ledger', () => {
    assert.equal(kind({ collectors: [polled, tally()] }), 'unknown');
    assert.equal(kind({ collectors: [{ ...polled, lastIncomplete: 1 }] }), 'unknown');
    assert.equal(kind({ collectors: [polled], unreadSinceMs: NOW_MS - 120_000 }), 'unknown');
  });

  test('is yes up to its watermark while entries wait', () => {
    const changes = { collectors: [polled], storeCursor: 9, unreadSinceMs: NOW_MS - 1000 };
    assert.equal(kind(changes), 'yes');
    assert.deepEqual(healthOf(state(changes), AS_OF).asOf, AS_OF);
  });

  test('is no while a detector fails, and names it as the metrics do', () => {
    const failed = { detector: 'stream', unit: 'Guessed passwords', entry: 7, title: 'it failed' };
    const changes = { collectors: [polled], failedDetectors: [failed] };
    const answer = healthOf(state(changes), AS_OF);
    assert.ok(answer.kind === 'no');
    assert.deepEqual(answer.because, [{ code: 'detector-failed', text: 'it failed' }]);
    const labels = '{detector="stream",unit="Guessed passwords",entry="7"}';
    assert.ok(
      exposition(metricsOf(state(changes))).includes(`countersign_detector_failed${labels} 1`),
    );
  });

  test('states the reason of a no, and its watermark', () => {
    const stuck = { ...polled, lastPollMs: NOW_MS - 200_000 };
    const changes = { collectors: [stuck], disk: 'low', enforcement: 'stopped' } as const;
    const answer = healthOf(state(changes), AS_OF);
    assert.ok(answer.kind === 'no');
    assert.deepEqual(answer.asOf, AS_OF);
    const codes = answer.because.map(({ code }) => code);
    assert.deepEqual(codes, ['disk-low', 'enforcement-stopped', 'collector-stuck']);
  });

  test('is no if a collector is stuck or the disk is nearly full', () => {
    assert.equal(kind({ collectors: [{ ...polled, lastPollMs: NOW_MS - 200_000 }] }), 'no');
    assert.equal(kind({ collectors: [polled], disk: 'low' }), 'no');
    assert.equal(kind({ collectors: [polled], enforcement: 'stopped' }), 'no');
    assert.equal(kind({ collectors: [polled], enforcement: 'running' }), 'yes');
  });
});

test('a log event is one line, as text and as JSON', () => {
  const event = { event: 'problem', collector: 'activity-api', because: 'AF20023' } as const;
  const text = '2026-03-02T09:00:00Z problem activity-api: AF20023';
  assert.equal(logLine(NOW_MS, event, 'text'), text);
  const json = { at: '2026-03-02T09:00:00Z', ...event };
  assert.deepEqual(JSON.parse(logLine(NOW_MS, event, 'json')), json);
});

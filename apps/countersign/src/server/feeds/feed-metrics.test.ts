import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Answer, yes } from '@countersign/core';
import type { FeedRow } from '../../feeds/state/feed-row.ts';
import { exposition } from '../runtime/prometheus-format.ts';
import { feedHealth } from './feed-health.ts';
import { feedMetrics } from './feed-metrics.ts';
import type { FeedsState } from './feeds-thread.ts';

const NOW_MS = Date.parse('2026-03-02T09:00:00Z');
const FINE = yes({ origin: 'log', size: 10, at: null }, [{ origin: 'log', index: 9 }]);
const ROW: FeedRow = {
  ...{ name: 'soc', kind: 'webhook', proof: 'accepted', next: 40, sentNext: 45, generation: 0 },
  ...{ status: 'running', because: null, stopCode: null, statusMs: 0, records: 38 },
  ...{ deliveredMs: NOW_MS, failures: 0, failingSinceMs: null, lastError: null },
  ...{ lastErrorMs: null, retryMs: null, refused: 0 },
};

function running(changes: Partial<FeedRow>): FeedsState {
  return { kind: 'running', rows: [{ ...ROW, ...changes }], ledgerEntries: 50 };
}

function reasonsOf(state: FeedsState): string[] {
  return feedHealth(state, NOW_MS, FINE).map((answer: Answer) =>
    answer.kind === 'yes' ? 'yes' : `${answer.kind}: ${answer.because[0]?.text}`,
  );
}

test('metrics state the position by its proof, and the lag behind the ledger', () => {
  const text = exposition(feedMetrics(running({ refused: 2 })));
  assert.match(text, /^countersign_feed_position\{sink="soc",proof="accepted"\} 40$/m);
  assert.match(text, /^countersign_feed_lag_entries\{sink="soc"\} 5$/m);
  assert.match(text, /^countersign_feed_parked\{sink="soc"\} 2$/m);
  assert.match(text, /^countersign_feed_records_total\{sink="soc"\} 38$/m);
  assert.match(text, /^countersign_feed_state\{sink="soc",state="running"\} 1$/m);
  assert.doesNotMatch(text, /^countersign_feed_failing_since/m);
});

test('metrics state that a running feed fails, and since when', () => {
  const text = exposition(feedMetrics(running({ failures: 3, failingSinceMs: NOW_MS })));
  assert.match(text, /^countersign_feed_state\{sink="soc",state="failing"\} 1$/m);
  assert.match(text, /^countersign_feed_state\{sink="soc",state="running"\} 0$/m);
  assert.match(
    text,
    /^countersign_feed_failing_since_timestamp_seconds\{sink="soc"\} 1772442000$/m,
  );
});

test('metrics of feeds that have not started have no sample', () => {
  for (const kind of ['none', 'starting'] as const) {
    assert.doesNotMatch(exposition(feedMetrics({ kind })), /^countersign/m);
  }
});

test('health has no opinion without feeds, and does not know before they have started', () => {
  assert.deepEqual(reasonsOf({ kind: 'none' }), []);
  assert.deepEqual(reasonsOf({ kind: 'starting' }), ['unknown: the feeds have not started']);
  assert.deepEqual(reasonsOf({ kind: 'unusable', because: 'damaged' }), ['no: damaged']);
});

test('health is no if a feed has stopped, fails for long, or left records out', () => {
  assert.deepEqual(reasonsOf(running({})), ['yes']);
  assert.deepEqual(reasonsOf(running({ status: 'paused', because: 'maintenance' })), ['yes']);
  assert.deepEqual(reasonsOf(running({ status: 'stopped', because: 'answered 410' })), [
    'no: the feed soc has stopped: answered 410',
  ]);
  const failing = { failures: 2, lastError: 'answered 503' };
  const [recent, old] = [NOW_MS - 60_000, NOW_MS - 600_000];
  assert.deepEqual(reasonsOf(running({ ...failing, failingSinceMs: recent })), ['yes']);
  assert.match(
    reasonsOf(running({ ...failing, failingSinceMs: old }))[0] ?? '',
    /^no: the feed soc has failed since 2026-03-02T08:50:00.*: answered 503$/,
  );
  assert.match(reasonsOf(running({ refused: 2 }))[0] ?? '', /refused 2 records: see/);
});

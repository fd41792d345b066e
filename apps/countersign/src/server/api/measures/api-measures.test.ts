import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ManualClock } from '@countersign/core';
import type { HealthStatus } from '../../../detection/health/health-status.ts';
import type { DetectorProfile } from '../../../detection/runner/detector-profile.ts';
import { exposition } from '../../runtime/prometheus-format.ts';
import { ApiMeasures } from './api-measures.ts';
import { DetectorStates, detectorMetrics } from './detector-states.ts';

const REFERENCE = join(import.meta.dirname, '../../../../../../docs/reference/metrics.md');
const COLLECTED: DetectorProfile = {
  id: 'a',
  title: 'A',
  detector: 'sigma',
  logs: ['interactive'],
};
const IMPORTED: DetectorProfile = { ...COLLECTED, logs: ['replyTo'] };

function health(state: HealthStatus['state']): HealthStatus {
  return { state, sinceMs: null, untilMs: null, because: null, incomplete: null };
}

test('requests are counted by operation and class of status, in cumulative buckets', () => {
  const clock = new ManualClock(0);
  const measures = new ApiMeasures(clock);
  for (const ms of [4, 120, 60_000]) {
    const startedMs = measures.nowMs;
    clock.advance(ms);
    measures.requestEnded('findings', 200, startedMs);
  }
  measures.requestEnded('findings', 403, measures.nowMs);
  measures.requestEnded('findings', 401, measures.nowMs);
  const text = exposition(measures.metrics());
  const name = 'countersign_http_request_duration_seconds';
  const labels = 'operation="findings",code="2xx"';
  assert.ok(text.includes(`# TYPE ${name} histogram\n`));
  assert.ok(text.includes(`${name}_bucket{${labels},le="0.1"} 1\n`), text);
  assert.ok(text.includes(`${name}_bucket{${labels},le="0.15"} 2\n`));
  assert.ok(text.includes(`${name}_bucket{${labels},le="10"} 2\n`));
  assert.ok(text.includes(`${name}_bucket{${labels},le="+Inf"} 3\n`));
  assert.ok(text.includes(`${name}_count{${labels}} 3\n`));
  assert.match(text, /_sum\{operation="findings",code="2xx"\} 60\.124\d*$/m);
  assert.ok(text.includes(`${name}_count{operation="findings",code="4xx"} 2\n`));
});

test('answers are counted by question and kind, and none is no sample', () => {
  const measures = new ApiMeasures(new ManualClock(0));
  assert.equal(exposition(measures.metrics()), '');
  for (const kind of ['yes', 'unknown', 'unknown'] as const) measures.answered('findings', kind);
  const text = exposition(measures.metrics());
  assert.match(text, /^countersign_answers_total\{question="findings",kind="unknown"\} 2$/m);
  assert.match(text, /^countersign_answers_total\{question="findings",kind="yes"\} 1$/m);
  assert.doesNotMatch(text, /kind="no"/);
});

test('detectors are counted by health, with those of imported files apart', () => {
  const text = exposition(
    detectorMetrics([
      { profile: COLLECTED, health: health('live') },
      { profile: COLLECTED, health: health('failed') },
      { profile: IMPORTED, health: health('blind') },
    ]),
  );
  assert.match(text, /^countersign_detectors\{state="live",input="collected"\} 1$/m);
  assert.match(text, /^countersign_detectors\{state="failed",input="collected"\} 1$/m);
  assert.match(text, /^countersign_detectors\{state="blind",input="collected"\} 0$/m);
  assert.match(text, /^countersign_detectors\{state="blind",input="imported"\} 1$/m);
  assert.match(text, /^countersign_detectors_unknown 0$/m);
});

test('health that cannot be read is unknown, never zero, and is read again', async () => {
  const failures: unknown[] = [];
  const clock = new ManualClock(0);
  let calls = 0;
  const states = new DetectorStates({
    clock,
    stopwatch: clock,
    store: {} as never,
    loadProfiles: async () => {
      calls++;
      throw new Error('the rules cannot be read');
    },
    onFailure: (error) => failures.push(error),
  });
  const text = exposition(await states.metrics());
  assert.doesNotMatch(text, /^countersign_detectors\{/m);
  assert.match(text, /^countersign_detectors_unknown 1$/m);
  assert.equal(failures.length, 1);
  await states.metrics();
  assert.equal(calls, 1, 'one scrape in ten seconds reads the rules');
  clock.advance(10_000);
  await states.metrics();
  assert.equal(calls, 2);
});

test('the metrics are described in the reference, with the same words', () => {
  const reference = readFileSync(REFERENCE, 'utf8');
  const metrics = [...new ApiMeasures(new ManualClock(0)).metrics(), ...detectorMetrics([])];
  for (const { name, type, help } of metrics) {
    assert.match(
      reference,
      new RegExp(`^\\| \`${name}\` \\| ${type} \\| .* \\| ${help} \\|$`, 'm'),
    );
  }
});

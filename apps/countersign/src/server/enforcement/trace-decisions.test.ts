import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ManualClock, systemRandom } from '@countersign/core';
import { DecisionDurations } from '../../enforcement/decisions/decision-durations.ts';
import { jsonReply } from '../../enforcement/http/http-exchange.ts';
import { SpanBuffer } from '../../tracing/span-buffer.ts';
import { Tracer } from '../../tracing/tracer.ts';
import type { IncomingRequest } from './incoming-request.ts';
import { decisionSpans, withTraces } from './trace-decisions.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

test('each decision is a span below the span of its caller', async () => {
  const clock = new ManualClock(0);
  const buffer = new SpanBuffer();
  const tracer = new Tracer({ buffer, clock, random: systemRandom, share: 1 });
  const durations = new DecisionDurations(clock, decisionSpans(tracer));
  const answering = withTraces(
    () => ({
      bodyBytesMax: 10,
      answer: async () => {
        const startedMs = durations.nowMs;
        await Promise.resolve();
        clock.advance(7);
        durations.add('eam', 'permit', startedMs);
        durations.add('eam', 'failed', startedMs);
        return jsonReply(200, {});
      },
    }),
    tracer,
  );
  const headers = new Map([['traceparent', `00-${TRACE}-${PARENT}-01`]]);
  const request = { header: (name: string) => headers.get(name) } as IncomingRequest;
  const reply = answering(request);
  assert.ok('answer' in reply);
  await reply.answer();
  const [permit, failed] = buffer.take(2);
  assert.deepEqual([permit?.traceId, permit?.parentSpanId], [TRACE, PARENT]);
  assert.deepEqual([permit?.startMs, permit?.endMs, permit?.status], [0, 7, 'unset']);
  assert.deepEqual(permit?.attributes, {
    'countersign.enforcement_point': 'eam',
    outcome: 'permit',
  });
  assert.equal(failed?.status, 'error');
  headers.clear();
  const own = answering(request);
  assert.ok('answer' in own);
  await own.answer();
  assert.notEqual(buffer.take(1)[0]?.traceId, TRACE);
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { ManualClock, systemRandom } from '@countersign/core';
import { SPANS_KEPT_MAX, SpanBuffer } from './span-buffer.ts';
import { SpanExporter } from './span-exporter.ts';
import { formatTraceparent, parseTraceparent } from './trace-context.ts';
import { Tracer } from './tracer.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const NOW_MS = Date.parse('2026-03-02T09:00:00Z');

function tracerOf(share = 1): { tracer: Tracer; buffer: SpanBuffer; clock: ManualClock } {
  const buffer = new SpanBuffer();
  const clock = new ManualClock(NOW_MS);
  return { tracer: new Tracer({ buffer, clock, random: systemRandom, share }), buffer, clock };
}

test('a traceparent is read as W3C Trace Context says, and an invalid one is none', () => {
  const valid = `00-${TRACE}-${SPAN}-01`;
  const context = parseTraceparent(valid);
  assert.deepEqual(context, { traceId: TRACE, spanId: SPAN, isSampled: true });
  assert.equal(formatTraceparent({ traceId: TRACE, spanId: SPAN, isSampled: true }), valid);
  assert.equal(parseTraceparent(`00-${TRACE}-${SPAN}-02`)?.isSampled, false);
  assert.equal(parseTraceparent(`cc-${TRACE}-${SPAN}-01-what-comes`)?.traceId, TRACE);
  for (const header of [
    ...[undefined, null, '', 'x', `00-${TRACE.toUpperCase()}-${SPAN}-01`, `${valid}-more`],
    ...[`ff-${TRACE}-${SPAN}-01`, `00-${'0'.repeat(32)}-${SPAN}-01`],
    ...[`00-${TRACE}-${'0'.repeat(16)}-01`, `00-${TRACE}-${SPAN}-0g`, `00-${TRACE}-${SPAN}`],
  ]) {
    assert.equal(parseTraceparent(header), undefined, String(header));
  }
});

test('a span continues the trace of its caller, and is the parent of spans within it', async () => {
  const { tracer, buffer, clock } = tracerOf();
  const parent = { traceId: TRACE, spanId: SPAN, isSampled: true };
  const outer = tracer.begin('outer', { kind: 'server', parent, attributes: { a: 1 } });
  await tracer.within(outer.context, async () => {
    await Promise.resolve();
    assert.equal(tracer.traceparent(), `00-${TRACE}-${outer.context.spanId}-01`);
    tracer.begin('inner').end();
    tracer.record('decision', 20, { outcome: 'permit' });
  });
  assert.equal(tracer.traceparent(), undefined);
  clock.advance(2.5);
  outer.end({ b: 'x' });
  outer.end({ b: 'again' });
  const [inner, decision, ended, ...more] = buffer.take(9);
  assert.equal(more.length, 0);
  for (const span of [inner, decision]) {
    assert.deepEqual([span?.traceId, span?.parentSpanId], [TRACE, outer.context.spanId]);
  }
  assert.equal((decision?.endMs ?? 0) - (decision?.startMs ?? 0), 20);
  assert.deepEqual([ended?.parentSpanId, ended?.attributes], [SPAN, { a: 1, b: 'x' }]);
  assert.deepEqual([ended?.startMs, ended?.endMs], [NOW_MS, NOW_MS + 2.5]);
});

test('what the caller does not sample, and what no share chooses, is not kept', () => {
  const { tracer, buffer } = tracerOf(0);
  tracer.begin('mine').end();
  tracer.record('mine', 1, {});
  assert.equal(buffer.size, 0);
  tracer.begin('theirs', { parent: { traceId: TRACE, spanId: SPAN, isSampled: true } }).end();
  assert.equal(buffer.size, 1);
  const all = tracerOf(1);
  all.tracer.begin('x', { parent: { traceId: TRACE, spanId: SPAN, isSampled: false } }).end();
  assert.equal(all.buffer.size, 0);
});

test('a full buffer drops new spans, and counts them', () => {
  const { tracer, buffer } = tracerOf();
  for (let i = 0; i < SPANS_KEPT_MAX + 5; i++) tracer.record('decision', 1, {});
  assert.equal(buffer.size, SPANS_KEPT_MAX);
  assert.deepEqual(buffer.counts, { exported: 0, dropped: 5 });
  const taken = buffer.take(10);
  for (let i = 0; i < 7; i++) tracer.record('decision', 1, {});
  buffer.giveBack(taken);
  assert.equal(buffer.size, SPANS_KEPT_MAX);
  assert.deepEqual(buffer.counts, { exported: 0, dropped: 12 });
});

type Post = { readonly headers: IncomingHttpHeaders; readonly body: OtlpRequest };
type OtlpSpan = Readonly<Record<string, unknown>>;
type OtlpRequest = {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly object[] };
    readonly scopeSpans: readonly { readonly spans: readonly OtlpSpan[] }[];
  }[];
};

/** A receiver of OTLP on loopback whose answer a test sets. */
async function receiver(t: TestContext, port = 0) {
  const posts: Post[] = [];
  const answer = { status: 200, body: '{}' };
  const reply = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const text = Buffer.concat(await request.toArray()).toString();
    posts.push({ headers: request.headers, body: JSON.parse(text) as OtlpRequest });
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(answer.body);
  };
  const server = createServer((request, response) => void reply(request, response));
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const stop = (): void => {
    server.closeAllConnections();
    server.close();
  };
  t.after(stop);
  const own = (server.address() as AddressInfo).port;
  return { posts, answer, stop, port: own, url: `http://127.0.0.1:${own}/v1/traces` };
}

function exporterOf(buffer: SpanBuffer, url: string): { exporter: SpanExporter; said: string[] } {
  const said: string[] = [];
  const exporter = new SpanExporter({
    ...{ buffer, url, authorization: 'Bearer the-secret', authority: undefined },
    ...{ version: '1.2.3', thread: 'main', tell: (because: string) => said.push(because) },
  });
  return { exporter, said };
}

test('spans arrive as an OTLP request in JSON', async (t) => {
  const { posts, url } = await receiver(t);
  const { tracer, buffer, clock } = tracerOf();
  const { exporter } = exporterOf(buffer, url);
  const parent = { traceId: TRACE, spanId: SPAN, isSampled: true };
  const span = tracer.begin('GET findings', { kind: 'server', parent });
  clock.advance(1.25);
  span.end({ 'http.response.status_code': 503, share: 0.5, isLast: true }, 'error');
  await exporter.close();
  const [post] = posts;
  assert.equal(post?.headers['content-type'], 'application/json');
  assert.equal(post?.headers.authorization, 'Bearer the-secret');
  const [resource] = post?.body.resourceSpans ?? [];
  assert.deepEqual(resource?.resource.attributes[0], {
    key: 'service.name',
    value: { stringValue: 'countersign' },
  });
  const [sent] = resource?.scopeSpans[0]?.spans ?? [];
  assert.deepEqual(sent, {
    ...{ traceId: TRACE, spanId: span.context.spanId, parentSpanId: SPAN },
    ...{ name: 'GET findings', kind: 2 },
    startTimeUnixNano: '1772442000000000000',
    endTimeUnixNano: '1772442000001250000',
    attributes: [
      { key: 'http.response.status_code', value: { intValue: '503' } },
      { key: 'share', value: { doubleValue: 0.5 } },
      { key: 'isLast', value: { boolValue: true } },
    ],
    status: { code: 2 },
  });
  assert.deepEqual(buffer.counts, { exported: 1, dropped: 0 });
});

test('while the receiver is down, the buffer is bounded; later it gets the rest', async (t) => {
  const first = await receiver(t);
  first.stop();
  const { tracer, buffer } = tracerOf();
  const { exporter, said } = exporterOf(buffer, first.url);
  for (let i = 0; i < SPANS_KEPT_MAX + 100; i++) tracer.record('decision', 1, {});
  while (said.length === 0) await new Promise(setImmediate);
  assert.match(said[0] ?? '', /^the receiver of traces does not take spans: .*ECONNREFUSED/);
  assert.ok(!said.join().includes('the-secret'));
  assert.equal(buffer.size, SPANS_KEPT_MAX);
  assert.deepEqual(buffer.counts, { exported: 0, dropped: 100 });
  const second = await receiver(t, first.port);
  await exporter.close();
  assert.deepEqual(buffer.counts, { exported: SPANS_KEPT_MAX, dropped: 100 });
  assert.match(said[1] ?? '', /works again/);
  const sent = second.posts.flatMap(
    ({ body }) => body.resourceSpans[0]?.scopeSpans[0]?.spans ?? [],
  );
  assert.equal(new Set(sent.map(({ spanId }) => spanId)).size, SPANS_KEPT_MAX);
});

test('spans that the receiver refuses are dropped and counted, and not sent again', async (t) => {
  const { posts, answer, url } = await receiver(t);
  for (const [status, body, counts] of [
    [400, '{}', { exported: 0, dropped: 3 }],
    [200, '{"partialSuccess":{"rejectedSpans":"2"}}', { exported: 1, dropped: 2 }],
    [200, 'not JSON', { exported: 3, dropped: 0 }],
    // A stop waits for no retry.
    [503, '{}', { exported: 0, dropped: 3 }],
    [302, '{}', { exported: 0, dropped: 3 }],
  ] as const) {
    Object.assign(answer, { status, body });
    const { tracer, buffer } = tracerOf();
    const { exporter } = exporterOf(buffer, url);
    for (let i = 0; i < 3; i++) tracer.record('poll', 1, {});
    await exporter.close();
    assert.deepEqual(buffer.counts, counts, `${status} ${body}`);
  }
  assert.equal(posts.length, 5);
});

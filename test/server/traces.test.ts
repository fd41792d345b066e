import assert from 'node:assert/strict';
import { once } from 'node:events';
import { appendFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { temporaryFolder } from '../support/folders.ts';
import { ServerProcess, writeConfig } from '../support/server-process.ts';

const TENANT = '5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794';
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';
const root = temporaryFolder('traces');

type Span = {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes: readonly { readonly key: string; readonly value: object }[];
};
type OtlpRequest = {
  readonly resourceSpans: readonly {
    readonly scopeSpans: readonly { readonly spans: readonly Span[] }[];
  }[];
};

async function listening(
  t: TestContext,
  take: (request: IncomingMessage, body: string) => void,
): Promise<string> {
  const reply = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    take(request, Buffer.concat(await request.toArray()).toString());
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  };
  const server = createServer((request, response) => void reply(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  t.after(() => server.closeAllConnections());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function until<Value>(read: () => Value | undefined): Promise<Value> {
  for (;;) {
    const value = read();
    if (value !== undefined) return value;
    await pause(50);
  }
}

test('polls, requests and batches of feeds arrive as spans, across services', async (t) => {
  const spans: Span[] = [];
  const hooks: (string | undefined)[] = [];
  const paths = new Set<string | undefined>();
  const collector = await listening(t, ({ url }, body) => {
    paths.add(url);
    const { resourceSpans } = JSON.parse(body) as OtlpRequest;
    spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((s) => s.spans)));
  });
  const soc = await listening(t, ({ headers }) => hooks.push(String(headers['traceparent'])));
  const file = join(root, 'countersign.yaml');
  writeConfig(file, { origin: 'http://127.0.0.1:9', tenant: TENANT });
  writeFileSync(join(root, 'soc.secret'), `whsec_${Buffer.alloc(32, 7).toString('base64')}`);
  appendFileSync(
    file,
    `traces: {url: "${collector}/v1/traces"}
feeds:
  - name: soc
    kind: webhook
    url: ${soc}/hook
    allow: [loopback]
    start: beginning
    kinds: [coverage]
    secrets: [{file: ${join(root, 'soc.secret')}}]
`,
  );
  const serving = await ServerProcess.start(join(root, 'data'), file, { SERVE_SECRET: 'hush' });
  t.after(() => serving.end());
  const refused = await serving.get('/api/v1/principals?user=adele.vance@example.com', {
    traceparent: `00-${TRACE}-${PARENT}-01`,
  });
  assert.ok([401, 404].includes(refused.status));
  const request = await until(() => spans.find(({ traceId }) => traceId === TRACE));
  assert.equal(request.parentSpanId, PARENT);
  assert.match(request.name, /^GET \w+$/);
  const poll = await until(() => spans.find(({ name }) => name === 'poll'));
  assert.ok(poll.attributes.some(({ key }) => key === 'collector'));
  const hook = await until(() => hooks[0]);
  const [, traceId, spanId] = hook.split('-');
  const batch = await until(() => spans.find((span) => span.spanId === spanId));
  assert.deepEqual([batch.traceId, batch.name], [traceId, 'feed batch']);
  assert.ok(!JSON.stringify(spans).includes('adele'), 'no person is in a trace');
  const metrics = await (await serving.get('/metrics')).text();
  assert.match(metrics, /^countersign_spans_total\{thread="main",outcome="exported"\} [1-9]/m);
  assert.match(metrics, /^countersign_spans_total\{thread="interface",outcome="dropped"\} 0$/m);
  assert.deepEqual([...paths], ['/v1/traces']);
});

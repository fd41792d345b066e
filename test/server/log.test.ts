import assert from 'node:assert/strict';
import { once } from 'node:events';
import { appendFileSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { temporaryFolder } from '../support/folders.ts';
import { ServerProcess, writeConfig } from '../support/server-process.ts';

const TENANT = '5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794';
const CLIENT_SECRET = 'client~Secret.of-the-collector';
const FEED_SECRET = Buffer.alloc(32, 0x5a).toString('base64');

const root = temporaryFolder('server-log');

/** A service that repeats each request in its error, as badly written services do. */
async function echoingService(t: TestContext): Promise<{ url: string; requests: () => number }> {
  let requests = 0;
  const reply = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    requests++;
    const body = Buffer.concat(await request.toArray()).toString();
    const headers = JSON.stringify(request.headers);
    response.writeHead(400, `Bad ${request.headers.authorization ?? 'request'}`);
    const error_description = `${request.url} ${headers} ${body} ${decodeURIComponent(body)}`;
    response.end(JSON.stringify({ error: 'invalid_client', error_description, text: body }));
  };
  const server = createServer((request, response) => void reply(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.close());
  t.after(() => server.closeAllConnections());
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: () => requests,
  };
}

test('each line of the log is JSON with time and event, and holds no secret', async (t) => {
  const { url, requests } = await echoingService(t);
  const file = join(root, 'countersign.yaml');
  writeConfig(file, { origin: url, tenant: TENANT });
  writeFileSync(join(root, 'soc.secret'), `whsec_${FEED_SECRET}`, { mode: 0o600 });
  appendFileSync(
    file,
    `feeds:
  - name: soc
    kind: webhook
    url: ${url}/soc
    allow: [loopback]
    start: beginning
    kinds: [coverage, config, key]
    secrets: [{file: ${join(root, 'soc.secret')}}]
`,
  );
  const serving = await ServerProcess.start(join(root, 'data'), file, {
    SERVE_SECRET: CLIENT_SECRET,
  });
  t.after(() => serving.end());
  await serving.logged(({ event }) => event === 'problem');
  await serving.logged(({ event, feed }) => event === 'feed' && feed === 'soc');
  const token = 'countersign_pat_of_a_caller_whom_nobody_knows';
  const refused = await serving.get(`/api/v1/findings?access_token=${token}`, {
    authorization: `Bearer ${token}`,
  });
  assert.equal(refused.status, 401);
  await serving.ask('/api/v1/findings');
  await serving.end();
  assert.ok(requests() > 0);
  assert.ok(serving.lines.length > 2);
  for (const line of serving.lines) {
    const { at, event } = JSON.parse(line) as Record<string, unknown>;
    assert.match(String(at), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/, line);
    assert.equal(typeof event, 'string', line);
    for (const secret of [CLIENT_SECRET, encodeURIComponent(CLIENT_SECRET), FEED_SECRET, token]) {
      assert.ok(!line.includes(secret), line);
    }
  }
});

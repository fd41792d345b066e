import assert from 'node:assert/strict';
import { cpSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { countersign } from '../support/command-line.ts';
import { EndpointNode, type EndpointSettings } from '../support/enforcement/endpoint-node.ts';
import { writeContent } from '../support/enforcement/enforcement-content.ts';
import { temporaryFolder } from '../support/folders.ts';
import { smallDisk, withoutMount } from '../support/small-disk.ts';

const root = temporaryFolder('enforcement-attacks');
const { policies, directory } = writeContent(root, 'records');

const SETTINGS: EndpointSettings = {
  ...{ policies, directory },
  tools: ['records', 'flood'].map((name, at) => ({
    ...{
      name,
      token: `token-${at + 1}`,
      enforcementPoint: 'records',
      resources: '[{ type: record }]',
    },
  })),
};
const GOOD = {
  subject: { type: 'user', id: 'alice' },
  action: { name: 'read' },
  resource: { type: 'record', id: 'record-1' },
};
const ONE = '/access/v1/evaluation';
const MANY = '/access/v1/evaluations';

describe('an enforcement point under attack', () => {
  let node: EndpointNode;
  before(async () => {
    node = await EndpointNode.start(join(root, 'node'), SETTINGS);
  });
  after(async () => {
    assert.equal(await node.decision(GOOD), true, 'the flood continues');
    assert.equal(await node.serving.end(), 0);
    assert.deepEqual(
      node.serving.log.filter(({ event }) => event === 'failed'),
      [],
    );
  });

  test('a flood from one caller does not delay another', async () => {
    const evaluations = Array.from({ length: 10_000 }, () => ({}));
    let isFlooding = true;
    const flood = Promise.all(
      Array.from({ length: 2 }, () =>
        node.ask(MANY, { ...GOOD, evaluations }, { token: 'token-2' }),
      ),
    ).finally(() => {
      isFlooding = false;
    });
    for (let asked = 0; asked < 10; asked++) {
      assert.equal(await node.decision(GOOD), true);
      assert.ok(isFlooding, 'other callers are answered during the flood');
    }
    for (const { status } of await flood) assert.equal(status, 200);
  });

  const nested = (depth: number): object =>
    depth === 0 ? {} : { a: nested(depth - 1), b: [depth] };

  test('refuses entities that are too deep or too many before they are read', async () => {
    const deep = (depth: number) => ({
      ...GOOD,
      resource: { ...GOOD.resource, properties: nested(depth) },
    });
    for (const [depth, wanted] of [
      [5, 200],
      [1000, 413],
    ] as const) {
      assert.equal((await node.ask(ONE, deep(depth))).status, wanted, `depth ${depth}`);
    }
    const wide = Object.fromEntries(Array.from({ length: 50_000 }, (_, n) => [`m${n}`, n]));
    assert.equal((await node.ask(ONE, { ...GOOD, context: wide })).status, 413);
  });

  test('a default shared by ten thousand items does not fill the disk', async () => {
    const evaluations = Array.from({ length: 10_000 }, () => ({}));
    const context = { note: 'x'.repeat(15_000) };
    const { status, body } = await node.ask(MANY, { ...GOOD, context, evaluations });
    assert.equal(status, 413);
    assert.match(String(body), /the batch has more than/);
  });

  test('attributes that a caller states about itself do not override the directory', async () => {
    const lies = [
      { ...GOOD, subject: { ...GOOD.subject, id: 'carol', properties: { enabled: true } } },
      { ...GOOD, subject: { type: 'Role', id: 'admin' } },
      { ...GOOD, subject: { type: '__proto__', id: 'alice' } },
      { ...GOOD, subject: { type: 'constructor', id: 'alice' } },
      { ...GOOD, action: { name: '__proto__' } },
      { ...GOOD, subject: { type: 'user', id: 'alice", "type": "Role' } },
      { ...GOOD, subject: { type: 'user', id: 'nobody' } },
    ];
    for (const lie of lies) {
      const { status, body } = await node.ask(ONE, lie);
      const isIn = status === 200 && (body as { decision: boolean }).decision;
      assert.equal(isIn, false, JSON.stringify(lie));
    }
  });

  test('refuses requests that two servers could parse differently', async () => {
    const { hostname, port } = new URL(node.url);
    const raw = (head: string, body: string): Promise<string> =>
      new Promise((resolve, reject) => {
        const socket = connect(Number(port), hostname, () =>
          socket.write(`${head}\r\n\r\n${body}`),
        );
        let said = '';
        socket.on('data', (chunk: Buffer) => {
          said += chunk.toString('latin1');
        });
        socket.on('close', () => resolve(said)).on('error', reject);
        socket.setTimeout(5_000, () => socket.destroy());
      });
    const common = [
      `POST ${ONE} HTTP/1.1`,
      ...['host: x', 'authorization: Bearer token-1', 'content-type: application/json'],
    ].join('\r\n');
    const body = JSON.stringify(GOOD);
    const both = `content-length: ${body.length}\r\ntransfer-encoding: chunked`;
    const twice = `content-length: ${body.length}\r\ncontent-length: 5`;
    for (const framing of [both, twice, 'content-length: -1', 'transfer-encoding: x']) {
      const said = await raw(`${common}\r\n${framing}`, body);
      assert.match(said, /^HTTP\/1\.1 (?:400|501)/, framing);
      assert.doesNotMatch(said, /"decision":true/);
    }
  });

  test('cuts off endless headers', async () => {
    const { status } = await new Promise<{ status: number }>((resolve, reject) => {
      const headers = { authorization: 'Bearer token-1', 'x-long': 'x'.repeat(40_000) };
      httpRequest(`${node.url}${ONE}`, { method: 'POST', headers }, (response) => {
        response.resume();
        resolve({ status: response.statusCode ?? 0 });
      })
        .on('error', reject)
        .end();
    });
    assert.equal(status, 431);
  });

  test('policies that do not validate are never put in force', async () => {
    const folder = join(root, 'invalid');
    cpSync(policies, folder, { recursive: true });
    writeFileSync(
      join(folder, 'more.cedar'),
      `@id("more") @sentence("More.") @enforcement_points("records")
permit (principal is Person, action, resource is App) when { principal.salary > 5 };
`,
    );
    const config = join(root, 'invalid.yaml');
    writeFileSync(
      config,
      `listen: 127.0.0.1:0
enforcementPoints:
  listen: 127.0.0.1:0
  url: https://x.example.com
  policies: ${folder}
`,
    );
    const ends = await Promise.all([
      countersign(['policy', 'use', folder, '--data', node.dir]),
      countersign(['serve', '--config', config, '--data', join(root, 'other')]),
    ]);
    for (const { code, stderr } of ends) {
      assert.notEqual(code, 0);
      assert.match(stderr, /more\.cedar:2/);
    }
    assert.equal(await node.decision({ ...GOOD, subject: { type: 'user', id: 'carol' } }), false);
  });
});

const skip = withoutMount(root);

test('with a full disk every request is denied, and with space again permits resume', {
  skip,
}, async (t) => {
  using disk = smallDisk(root, 256);
  const node = await EndpointNode.start(join(disk.path, 'data'), SETTINGS);
  // Otherwise a failure here would keep this process from ending.
  t.after(() => node.serving.end('SIGKILL'));
  assert.equal(await node.decision(GOOD), true);
  // One percent is left: the enforcement point stops before the disk is completely full.
  disk.fill(0.01);
  for (;;) {
    const { status, body, headers } = await node.ask(ONE, GOOD);
    if (status === 200) {
      // The decision was logged, or it would not have been returned.
      assert.equal((body as { decision: boolean }).decision, true);
      continue;
    }
    assert.equal(status, 503);
    assert.equal(headers.get('retry-after'), '1');
    assert.match(String(body), /disk/);
    break;
  }
  // Other large writes are refused too.
  const records = join(root, 'records.ndjson');
  writeFileSync(records, '{"Id":"x"}\n');
  const imported = await countersign(['import', records, '--data', node.dir]);
  assert.equal(imported.code, 3, imported.stderr);
  assert.match(imported.stderr, /the rest is reserved for decisions/);
  disk.clear();
  while ((await node.ask(ONE, GOOD)).status !== 200) await pause(20);
  assert.deepEqual(
    node.serving.log.map(({ event }) => event).filter((event) => event.startsWith('enforcement-')),
    ['enforcement-started', 'enforcement-stopped', 'enforcement-resumed'],
  );
  assert.equal(await node.serving.end(), 0);
  assert.equal((await countersign(['ledger', 'fsck', '--data', node.dir])).code, 0);
});

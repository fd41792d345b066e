import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DocumentError } from '@countersign/yaml-document';
import { parseConfig } from '../parse-config.ts';
import type { FeedConfig } from './feeds-schema.ts';

const WORLD = {
  env: { SECRET: 'hush' },
  resolve: (path: string) => `/etc/${path}`,
  kindOf: (path: string) => (path.endsWith('.txt') ? 'file' : 'missing'),
} as const;

const KAFKA = 'name: k, kind: kafka, brokers: ["kafka.example:9093"]';
const LAKE = 'name: l, kind: lake, folder: lake, region: eu-west-1, accountId: "123456789012"';
const BUCKET =
  'endpoint: "https://s3.example", bucket: lake, accessKeyId: {env: SECRET}, ' +
  'secretAccessKey: {env: SECRET}';
const MAIL = 'name: m, kind: mail, server: "smtp.example:587", from: cs@corp.example';
const TO = 'routes: [{to: [soc@corp.example]}]';
const SLACK = 'name: s, kind: slack, routes: [{webhook: {env: SECRET}}]';
const PAGER = 'name: p, kind: pagerduty, routes: [{routingKey: {env: SECRET}}]';

function feedOf(feed: string): FeedConfig {
  const text = `feeds:\n  - {${feed}}\n`;
  const noInventory = (): never => assert.fail('the configuration names no inventory');
  const [only] = parseConfig({ file: 'c.yaml', text }, WORLD, noInventory).feeds;
  assert.ok(only);
  return only;
}

function problemOf(feed: string): string {
  try {
    feedOf(feed);
  } catch (error) {
    assert.ok(error instanceof DocumentError, String(error));
    return error.message.split('\n').slice(1).join('\n');
  }
  return '';
}

test('a kafka feed sends to one topic for each kind, over TLS', () => {
  const feed = feedOf(
    `${KAFKA}, topics: {finding: alerts}, login: {user: u, password: {env: SECRET}}`,
  );
  assert.ok(feed.kind === 'kafka');
  assert.equal(feed.transport, 'tls');
  assert.deepEqual(feed.topics, {
    event: 'countersign.events.v1',
    finding: 'alerts',
    decision: 'countersign.decisions.v1',
    other: 'countersign.entries.v1',
  });
});

test('a lake feed goes to a folder or to a bucket, and has only OCSF events', () => {
  const folder = feedOf(LAKE);
  assert.ok(folder.kind === 'lake');
  assert.deepEqual(
    [folder.folder, folder.kinds, folder.every, folder.source],
    [...['/etc/lake', ['event', 'finding'], 300_000, 'countersign']],
  );
  const bucket = feedOf(LAKE.replace('folder: lake', `s3: {${BUCKET}}`));
  assert.ok(bucket.kind === 'lake');
  assert.equal(bucket.s3?.bucket, 'lake');
});

test('a notification feed sends findings only, with a link and no content', () => {
  for (const text of [`${MAIL}, ${TO}`, SLACK, SLACK.replace('slack', 'teams'), PAGER]) {
    const feed = feedOf(text);
    assert.ok('content' in feed && 'routes' in feed);
    assert.deepEqual(
      [feed.kinds, feed.content, feed.routes[0]?.severity],
      [...[['finding'], 'link', 'high']],
    );
  }
  const group = feedOf(`${MAIL}, routes: [{to: [a@b.example], group: board.txt, severity: low}]`);
  assert.ok(group.kind === 'mail');
  assert.equal(group.routes[0]?.group, '/etc/board.txt');
});

const PROBLEMS: readonly (readonly [feed: string, problem: RegExp])[] = [
  [`${KAFKA}, transport: plain`, /plain is for this machine only/],
  [KAFKA.replace('kafka.example', '127.0.0.1'), /add "allow: \[loopback\]"/],
  [`${KAFKA}, topics: {event: "a b"}`, /not the name of a topic/],
  [
    `${KAFKA}, connectionString: {env: SECRET}, login: {user: u, password: {env: SECRET}}`,
    /remove login or connectionString/,
  ],
  [`${LAKE}, s3: {${BUCKET}}`, /needs folder or s3/],
  [LAKE.replace('folder: lake, ', ''), /needs folder or s3/],
  [LAKE.replace('eu-west-1', '../..'), /cannot be part of a path/],
  [`${LAKE}, source: a-name-that-is-too-long`, /not the start of a source name/],
  [`${LAKE}, kinds: [decision]`, /kinds/],
  [LAKE.replace('folder: lake', `s3: {${BUCKET.replace('https', 'http')}}`), /is not https/],
  [`${MAIL}, security: plain, ${TO}`, /would send mail and login unencrypted/],
  [`${MAIL}, routes: []`, /routes/],
  [`${MAIL}, routes: [{to: ["a@b.example\\nBcc: c@d.example"]}]`, /is not a mail address/],
  [`${MAIL}, routes: [{to: ["a@b.example, c@d.example"]}]`, /is not a mail address/],
  [`${MAIL}, ${TO}, kinds: [event]`, /kinds/],
  [SLACK.replace('{env: SECRET}', '"https://hooks.slack.com/x"'), /webhook/],
  [`${PAGER}, url: "http://pager.example"`, /is not https/],
];

for (const [feed, problem] of PROBLEMS) {
  test(`refuses ${feed}`, () => assert.match(problemOf(feed), problem));
}

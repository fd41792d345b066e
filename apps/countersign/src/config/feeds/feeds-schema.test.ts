import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DocumentError } from '@countersign/yaml-document';
import { parseConfig } from '../parse-config.ts';
import type { FeedConfig } from './feeds-schema.ts';

const WORLD = {
  env: { SECRET: 'hush' },
  resolve: (path: string) => `/etc/${path}`,
  kindOf: (path: string) => (path.endsWith('.missing') ? 'missing' : 'file'),
} as const;

const WEBHOOK = 'kind: webhook, url: "https://soc.example/in", secrets: [{env: SECRET}]';

const SYSLOG = 'kind: syslog, address: "logs.example:601"';
const SPLUNK = 'kind: splunk, url: "https://splunk.example:8088/", token: {env: SECRET}';
const SENTINEL =
  'kind: sentinel, url: "https://dce.example", rule: dcr-0123456789abcdef0123456789abcdef, ' +
  'stream: Custom-Countersign, tenant: 11111111-2f4c-4b7a-9d1e-5a6b7c8d9e0f, ' +
  'credentials: {clientId: 22222222-2f4c-4b7a-9d1e-5a6b7c8d9e0f, secret: {env: SECRET}}';

function feedsOf(...feeds: string[]): readonly FeedConfig[] {
  const text = `feeds:\n${feeds.map((feed) => `  - {${feed}}\n`).join('')}`;
  const noInventory = (): never => assert.fail('the configuration names no inventory');
  return parseConfig({ file: 'c.yaml', text }, WORLD, noInventory).feeds;
}

function problemsOf(...feeds: string[]): string[] {
  try {
    feedsOf(...feeds);
  } catch (error) {
    assert.ok(error instanceof DocumentError, String(error));
    return error.message.split('\n').slice(1);
  }
  return [];
}

test('a feed alone is work, and has defaults', () => {
  assert.deepEqual(feedsOf(`name: soc, ${WEBHOOK}`), [
    {
      name: 'soc',
      kind: 'webhook',
      url: 'https://soc.example/in',
      secrets: [{ env: 'SECRET' }],
      kinds: ['event', 'finding', 'decision'],
      people: 'names',
      start: 'latest',
      allow: [],
      content: 'thin',
      recordsPerRequest: 1,
      parallel: 1,
    },
  ]);
});

test('a syslog feed has the defaults of its RFCs', () => {
  const [feed] = feedsOf('name: siem, kind: syslog, address: "[2001:db8::1]"');
  assert.ok(feed?.kind === 'syslog');
  assert.deepEqual(feed.address, { host: '2001:db8::1', port: 6514 });
  const { transport, facility, appName, enterpriseNumber, messageBytesMax, resend } = feed;
  assert.deepEqual(
    { transport, facility, appName, enterpriseNumber, messageBytesMax, resend },
    {
      transport: 'tls',
      facility: 13,
      appName: 'countersign',
      enterpriseNumber: 32_473,
      messageBytesMax: 8096,
      resend: 30_000,
    },
  );
});

test('a Splunk feed has no acknowledgment unless it says so', () => {
  const [feed] = feedsOf(`name: splunk, ${SPLUNK}`);
  assert.ok(feed?.kind === 'splunk');
  assert.equal(feed.url, 'https://splunk.example:8088');
  assert.equal(feed.acknowledgment, false);
  assert.equal(feed.sourceType, 'ocsf:json');
});

test('a Sentinel feed names a rule, a stream and an app', () => {
  const [feed] = feedsOf(`name: sentinel, ${SENTINEL}`);
  assert.ok(feed?.kind === 'sentinel');
  assert.equal(feed.cloud, 'public');
  assert.deepEqual(feed.credentials.credential, { kind: 'secret', place: { env: 'SECRET' } });
});

test('a configuration without feeds has none', () => {
  const text = 'enforcementPoints: {url: "https://access.example"}';
  const config = parseConfig({ file: 'c.yaml', text }, WORLD, () => assert.fail());
  assert.deepEqual(config.feeds, []);
});

const BROKEN: readonly (readonly [what: string, feed: string, problem: string])[] = [
  [
    'an unknown kind',
    'name: soc, kind: webhok',
    'c.yaml:2:23: feeds[0].kind: "webhok" is not known: did you mean webhook?',
  ],
  ['a missing kind', 'name: soc', 'c.yaml:2:5: feeds[0].kind: is missing: write one of '],
  [
    'a mistyped member',
    `name: soc, ${WEBHOOK}, parralel: 2`,
    'c.yaml:2:89: feeds[0].parralel: is not known: did you mean parallel?',
  ],
  [
    'a name that is no label',
    `name: My SOC, ${WEBHOOK}`,
    'c.yaml:2:12: feeds[0].name: "My SOC" is not the name of a feed: write 1 to 63 ',
  ],
  [
    'an unencrypted address',
    `name: soc, ${WEBHOOK.replace('https', 'http')}`,
    'c.yaml:2:37: feeds[0].url: "http://soc.example/in" is not https: write https',
  ],
  [
    'this machine, not allowed',
    `name: soc, ${WEBHOOK.replace('soc.example', '127.0.0.1')}`,
    'c.yaml:2:37: feeds[0].url: is an address of this machine: add "allow: [loopback]" if ',
  ],
  [
    'a secret in the address',
    `name: soc, ${WEBHOOK.replace('soc.example', 'a:b@soc.example')}`,
    'c.yaml:2:37: feeds[0].url: holds a name or password: remove it from the address',
  ],
  [
    'a secret in the file',
    `name: soc, ${WEBHOOK.replace('{env: SECRET}', 'whsec_abc')}`,
    'c.yaml:2:73: feeds[0].secrets[0]: is text: write names and values',
  ],
  [
    'syslog without TLS to another machine',
    `name: siem, ${SYSLOG}, transport: tcp`,
    'c.yaml:2:72: feeds[0].transport: is not encrypted: write tls (tcp is for this machine only)',
  ],
  [
    'syslog on this machine, not allowed',
    `name: siem, ${SYSLOG.replace('logs.example', 'localhost')}`,
    'c.yaml:2:41: feeds[0].address: is an address of this machine: add "allow: [loopback]" if ',
  ],
  [
    'a host name with a space',
    `name: siem, ${SYSLOG}, hostname: "my host"`,
    'c.yaml:2:71: feeds[0].hostname: "my host" cannot be in the header of a message: write 1 to ',
  ],
  [
    'an address of syslog with a scheme',
    `name: siem, ${SYSLOG.replace('logs', 'tls://logs')}`,
    'c.yaml:2:41: feeds[0].address: "tls://logs.example:601" is not the address of a receiver: ',
  ],
  [
    'a rule without its immutable id',
    `name: sentinel, ${SENTINEL.replace('dcr-0123456789abcdef0123456789abcdef', 'my-rule')}`,
    'c.yaml:2:72: feeds[0].rule: "my-rule" is not the id of a data collection rule: write the ',
  ],
  [
    'a table in place of a stream',
    `name: sentinel, ${SENTINEL.replace('Custom-Countersign', 'Countersign_CL')}`,
    'c.yaml:2:118: feeds[0].stream: "Countersign_CL" is not the name of a stream: write it as ',
  ],
  [
    'an unknown kind of entry',
    `name: soc, ${WEBHOOK}, kinds: [findings]`,
    'c.yaml:2:97: feeds[0].kinds[0]: "findings" is not known: did you mean finding?',
  ],
];

for (const [what, feed, problem] of BROKEN) {
  test(`refuses ${what}, with its line and a cure`, () => {
    const problems = problemsOf(feed);
    assert.equal(problems.length, 1, problems.join('\n'));
    assert.ok(problems[0]?.startsWith(problem), `${problems[0]}\n${problem}`);
  });
}

test('refuses two feeds with the same name', () => {
  assert.deepEqual(problemsOf(`name: soc, ${WEBHOOK}`, `name: soc, ${WEBHOOK}`), [
    'c.yaml:3:12: feeds[1].name: "soc" is the name of another feed as well: choose another',
  ]);
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DocumentError, type SourceText } from '@countersign/yaml-document';
import type { Config } from './config.ts';
import { loadConfig } from './load-config.ts';
import { parseConfig } from './parse-config.ts';

const EXAMPLES = join(import.meta.dirname, '../../../../content/config');
const TENANT = '3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21';
const CLIENT = '5d1c7e90-42ab-4f6e-8b13-0c9a2d4e6f81';

const WORLD = {
  env: { SECRET: 'hush', EMPTY: ' ' },
  resolve: (path: string) => `/etc/${path}`,
  kindOf: (path: string) => (path.endsWith('.missing') ? 'missing' : 'file'),
} as const;

function parse(text: string, inventory: string = Inventory): Config {
  const readInventory = (file: string): SourceText => ({ file, text: inventory });
  return parseConfig({ file: 'c.yaml', text }, WORLD, readInventory);
}

/** The problems as a person sees them, one per line. */
function problemsOf(text: string, inventory?: string): string[] {
  try {
    parse(text, inventory);
  } catch (error) {
    assert.ok(error instanceof DocumentError, String(error));
    return error.message.split('\n').slice(1);
  }
  return [];
}

const Inventory = `tenants: [{id: ${TENANT}, name: Northmoor, use: production}]`;
const GOOD = `tenants:
  - id: ${TENANT}
    credentials:
      clientId: ${CLIENT}
      secret: {env: SECRET}
    collect:
      activityApi: {}
`;

const GRAPH_OF_NOTHING =
  'graph: {signIns: [], directoryAudits: false, directory: [], crossCheck: false}';
const HOOK = 'address: "https://hooks.example/x", authId: {env: SECRET}';
const HUBS = 'hubs: [{topic: insights-logs-auditlogs}]';
const hubs = (members: string): string => `azureMonitor: {eventHubs: {${members}}}`;

/** GOOD with `find` replaced. `find` must occur in it. */
function broken(find: string, by: string): string {
  assert.ok(GOOD.includes(find), find);
  return GOOD.replace(find, by);
}

test('reads the commented example that ships with the program', () => {
  const config = loadConfig(join(EXAMPLES, 'countersign.yaml'), { NORTHMOOR_SECRET: 'hush' });
  assert.deepEqual(config.listen, { host: '127.0.0.1', port: 8480 });
  assert.equal(config.tenants[0]?.collect.activityApi?.every, 60_000);
  assert.equal(config.inventory?.tenants.length, 3);
  assert.equal(JSON.stringify(config).includes('hush'), false);
});

test('reads the example with all comments removed', () => {
  const text = readFileSync(join(EXAMPLES, 'countersign.yaml'), 'utf8');
  const all = text
    .replace(/^ *secret:\n.*\n.*# file: .*\n/m, '')
    .replace(
      /^( *)# (?=(?:certificate|azureMonitor|publisher|authorityFile|reach|canary|webhook):)/gm,
      '$1',
    )
    .replace(/^# (?=(?:enforcementPoints|feeds):)/gm, '')
    .replace(/^( *)# ( +\S)/gm, '$1$2')
    .replace(/ *# if the key is in another file/, '');
  const config = parse(all, readFileSync(join(EXAMPLES, 'inventory.yaml'), 'utf8'));
  const [tenant] = config.tenants;
  assert.deepEqual(tenant?.credentials.credential, {
    kind: 'certificate',
    place: { file: '/etc/northmoor.pem' },
    keyFile: '/etc/northmoor.key.pem',
  });
  assert.deepEqual(tenant?.collect.azureMonitor?.eventHubs?.hubs, [
    {
      topic: 'insights-logs-microsoftgraphactivitylogs',
      categories: ['MicrosoftGraphActivityLogs'],
    },
    { topic: 'insights-logs', categories: ['SignInLogs', 'AuditLogs'] },
  ]);
  assert.equal(tenant?.collect.activityApi?.publisher, TENANT);
  assert.equal(tenant?.canary?.mailbox, 'log-probe@northmoor.example');
  assert.equal(tenant?.canary?.every, 300_000);
  assert.deepEqual(
    config.feeds.map(({ name, kind, severity }) => [name, kind, severity]),
    [['soc', 'webhook', 'low']],
  );
  const { external } = config.enforcementPoints ?? {};
  assert.equal(external?.authority, 'https://login.microsoftonline.com');
  assert.equal(external?.passFor, 8 * 3_600_000);
  assert.deepEqual(external?.passkeys, {
    name: 'Northmoor',
    formats: ['none', 'packed', 'tpm'],
    makers: [],
  });
});

test('fills in defaults', () => {
  const config = parse(GOOD);
  assert.equal(config.inventory, undefined);
  assert.deepEqual(config.tenants[0]?.collect, {
    activityApi: {
      root: 'https://manage.office.com',
      contentTypes: [
        'Audit.AzureActiveDirectory',
        'Audit.Exchange',
        'Audit.SharePoint',
        'Audit.General',
        'DLP.All',
      ],
      requestsPerMinute: 2000,
      every: 60_000,
    },
  });
});

const NOTHING_TO_DO =
  'tenants: names no work: write a tenant to collect from, enforcementPoints to open, or feeds ' +
  'to send';

const BROKEN: readonly (readonly [what: string, text: string, ...lines: string[]])[] = [
  ['an empty file', '', 'c.yaml:1:1: is empty: write names and values'],
  ['a list', '- a', 'c.yaml:1:1: is a list: write names and values'],
  ['no tenants', 'log: text', `c.yaml:1:1: ${NOTHING_TO_DO}`],
  ['no tenant', 'tenants: []', `c.yaml:1:10: ${NOTHING_TO_DO}`],
  [
    'a mistyped member',
    broken('clientId', 'clientid'),
    'c.yaml:4:7: tenants[0].credentials.clientId: is missing: write text',
    'c.yaml:4:7: tenants[0].credentials.clientid: is not known: did you mean clientId?',
  ],
  [
    'an unknown member',
    `${GOOD}color: red\n`,
    'c.yaml:8:1: color: is not known: remove it, or write one of listen, reach, ' +
      'tls, log, inventory, tenants, emulatorClock, enforcementPoints, operators, feeds, ' +
      'traces',
  ],
  [
    'an id that is none',
    broken(TENANT, 'contoso'),
    'c.yaml:2:9: tenants[0].id: "contoso" is not a GUID: write it as 8-4-4-4-12 digits of hex',
  ],
  [
    'an id that is a number',
    broken(TENANT, '12'),
    'c.yaml:2:9: tenants[0].id: is a number: write text, in quotes',
  ],
  [
    'a secret in the configuration',
    broken('{env: SECRET}', 'hush'),
    'c.yaml:5:15: tenants[0].credentials.secret: is text: write names and values',
  ],
  [
    'a variable that is not set',
    broken('SECRET', 'EMPTY'),
    'c.yaml:5:21: tenants[0].credentials.secret.env: the variable of this name is not set: set ' +
      'it before the start',
  ],
  [
    'a variable with an odd name',
    broken('SECRET', '"a b"'),
    'c.yaml:5:21: tenants[0].credentials.secret.env: is not the name of a variable: write it as ' +
      'MY_SECRET',
  ],
  [
    'a file that is not there',
    broken('env: SECRET', 'file: x.missing'),
    'c.yaml:5:22: tenants[0].credentials.secret.file: "/etc/x.missing" does not exist: check the ' +
      'path',
  ],
  [
    'two places of one secret',
    broken('env: SECRET', 'env: SECRET, file: x'),
    'c.yaml:5:15: tenants[0].credentials.secret: needs file or env: name where the ' + 'secret is',
  ],
  [
    'no credential at all',
    broken('      secret: {env: SECRET}\n', ''),
    'c.yaml:4:7: tenants[0].credentials: needs a secret or a certificate: name the one that ' +
      'the app has',
  ],
  [
    'nothing to collect',
    broken('\n      activityApi: {}', ' {}'),
    'c.yaml:6:14: tenants[0].collect: collects nothing: write activityApi, graph or azureMonitor',
  ],
  [
    'a content type that is none',
    broken('{}', '{contentTypes: [Audit.Exchang]}'),
    'c.yaml:7:36: tenants[0].collect.activityApi.contentTypes[0]: "Audit.Exchang" is not known: ' +
      'did you mean Audit.Exchange?',
  ],
  [
    'a schedule without a unit',
    broken('{}', '{every: 60}'),
    'c.yaml:7:28: tenants[0].collect.activityApi.every: is a number: write text, in quotes',
  ],
  [
    'a schedule that is none',
    broken('{}', '{every: often}'),
    'c.yaml:7:28: tenants[0].collect.activityApi.every: "often" is not a duration: write 30s, ' +
      '5m or 1h',
  ],
  [
    'a schedule of three days',
    broken('{}', '{every: 72h}'),
    'c.yaml:7:28: tenants[0].collect.activityApi.every: "72h" is out of range: write between 1s ' +
      'and 24h',
  ],
  [
    'a quota of nothing',
    broken('{}', '{requestsPerMinute: 0}'),
    'c.yaml:7:40: tenants[0].collect.activityApi.requestsPerMinute: is 0: write at least 1',
  ],
  [
    'a host without TLS',
    broken('{}', '{root: "http://manage.office.com"}'),
    'c.yaml:7:27: tenants[0].collect.activityApi.root: "http://manage.office.com" is not https: ' +
      'write https (plain http is for this machine only)',
  ],
  [
    'a password in an address',
    broken('{}', '{root: "https://me:pw@host"}'),
    'c.yaml:7:27: tenants[0].collect.activityApi.root: holds a name or password: remove it from ' +
      'the address',
  ],
  [
    'a Graph of which nothing is read',
    broken('activityApi: {}', GRAPH_OF_NOTHING),
    'c.yaml:7:14: tenants[0].collect.graph: reads nothing: name signIns, directoryAudits, ' +
      'directory or crossCheck',
  ],
  [
    'a hub that may hold anything',
    broken('activityApi: {}', hubs('brokers: ["h:9093"], hubs: [{topic: logs}]')),
    'c.yaml:7:62: tenants[0].collect.azureMonitor.eventHubs.hubs[0]: does not state what is in ' +
      '"logs": name its categories',
  ],
  [
    'a category by the name of its table',
    broken(
      'activityApi: {}',
      'azureMonitor: {storage: {root: "https://a", categories: [SigninLogs]}}',
    ),
    'c.yaml:7:64: tenants[0].collect.azureMonitor.storage.categories[0]: "SigninLogs" is not ' +
      'known: did you mean SignInLogs?',
  ],
  [
    'a secret that would travel in the clear',
    broken('activityApi: {}', hubs(`brokers: ["h:9093"], transport: plain, ${HUBS}`)),
    'c.yaml:7:33: tenants[0].collect.azureMonitor.eventHubs: would send the secret unencrypted: ' +
      'remove "transport: plain"',
  ],
  [
    'a webhook that would be told in the clear',
    broken('activityApi: {}', `activityApi: {webhook: {${HOOK}, listen: "0.0.0.0:80"}}`),
    'c.yaml:7:30: tenants[0].collect.activityApi.webhook: would travel unencrypted: name a ' +
      'certificate, or listen on 127.0.0.1',
  ],
  [
    'a broker without its port',
    broken('activityApi: {}', hubs(`brokers: [h], ${HUBS}`)),
    'c.yaml:7:44: tenants[0].collect.azureMonitor.eventHubs.brokers[0]: "h" is not a broker: ' +
      'write it as HOST:9093',
  ],
  [
    'an address that other machines reach',
    `listen: 0.0.0.0:80\n${GOOD}`,
    'c.yaml:1:9: listen: is an address that other machines reach, and callers are not ' +
      'authenticated: write 127.0.0.1, or "reach: network" if a proxy in front authenticates them',
  ],
  [
    'an address that is none',
    `listen: here\n${GOOD}`,
    'c.yaml:1:9: listen: "here" is not an address to listen on: write 127.0.0.1:8480',
  ],
  [
    'a log of another kind',
    `log: xml\n${GOOD}`,
    'c.yaml:1:6: log: "xml" is not known: write one of text, json',
  ],
  [
    'one tenant twice',
    `${GOOD}${GOOD.replace('tenants:\n', '').replace(TENANT, TENANT.toUpperCase())}`,
    'c.yaml:8:9: tenants[1].id: is the id of tenants[0] as well: keep one of them',
  ],
  [
    'a tab',
    'tenants:\n\t- id: x',
    'c.yaml:2:1: a tab at the beginning of a line: indent with spaces',
  ],
  [
    'a name twice',
    'log: text\nlog: json',
    'c.yaml:2:1: this name is in the map twice: keep one of them',
  ],
  [
    'two documents',
    `${GOOD}---\na: 1`,
    'c.yaml:8:1: a second document begins here: put everything into one, without ---',
  ],
  [
    'an open quotation mark',
    'log: "text\n',
    'c.yaml:2:1: a quotation mark or bracket before this place is not closed: close it',
  ],
  ['a tag', 'log: !!js/function x', 'c.yaml:1:6: a tag of this kind is not allowed: remove it'],
  [
    'an alias',
    'log: &a text\nreach: *a',
    'c.yaml:1:9: an anchor (&a) is not allowed: write the value where it is needed',
    'c.yaml:2:8: an alias (*a) is not allowed: write the value',
  ],
];

for (const [what, text, ...lines] of BROKEN) {
  test(`refuses ${what}, names its line and the cure`, () =>
    assert.deepEqual(problemsOf(text), lines));
}

test('reports every mistake in both files', () => {
  const inventory = 'tenants: [{id: x, name: "", use: prod}]\npartner: []';
  assert.deepEqual(problemsOf(`log: xml\ninventory: e.yaml\n${broken(TENANT, 'x')}`, inventory), [
    '/etc/e.yaml:1:16: tenants[0].id: "x" is not a GUID: write it as 8-4-4-4-12 digits of hex',
    '/etc/e.yaml:1:25: tenants[0].name: is empty: write a name',
    '/etc/e.yaml:1:34: tenants[0].use: "prod" is not known: write one of production, test, ' +
      'acquired, other',
    '/etc/e.yaml:2:1: partner: is not known: did you mean partners?',
    'c.yaml:1:6: log: "xml" is not known: write one of text, json',
    'c.yaml:4:9: tenants[0].id: "x" is not a GUID: write it as 8-4-4-4-12 digits of hex',
  ]);
});

test('refuses a retired member name and gives its new name', () => {
  assert.deepEqual(problemsOf(`estate: e.yaml\ndoors: {}\n${GOOD}`), [
    'c.yaml:1:1: estate: has another name: write inventory',
    'c.yaml:2:1: doors: has another name: write enforcementPoints',
  ]);
});

test('refuses a connected tenant that the inventory does not list', () => {
  const inventory = `tenants: [{id: ${CLIENT}, name: Another, use: test}]`;
  assert.deepEqual(problemsOf(`inventory: e.yaml\n${GOOD}`, inventory), [
    'c.yaml:3:9: tenants[0].id: is connected but not in the inventory: add it to ' +
      'the inventory',
  ]);
});

test('refuses YAML alias bombs before it expands them', () => {
  const laughs = Array.from({ length: 20 }, (_, at) => {
    const before = `*a${at - 1}`;
    return `a${at}: &a${at} [${at === 0 ? 'ha' : Array(20).fill(before).join(', ')}]`;
  });
  assert.ok(problemsOf(laughs.join('\n')).length > 20);
  for (const bomb of ['[', '{a: ', '- ', '? ', '- - [']) {
    const lines = problemsOf(bomb.repeat(50_000));
    assert.ok(lines.length > 0, bomb);
    assert.match(lines[0] ?? '', /deep|not YAML|closed|document|column|fit/);
  }
});

test('no error repeats a value that may be a secret', () => {
  const secrets = ['{env: hunter2}', '{env: "hunter 2"}', 'hunter2', '[hunter2]', '{hunter2: 1}'];
  for (const secret of secrets) {
    const lines = problemsOf(broken('{env: SECRET}', secret));
    assert.ok(lines.length > 0);
    if (secret !== '{hunter2: 1}') assert.doesNotMatch(lines.join('\n'), /hunter/, secret);
  }
});

test('describes a missing or binary file in one sentence', () => {
  assert.throws(() => loadConfig(join(EXAMPLES, 'none.yaml'), {}), {
    code: 'CONFIG_UNREADABLE',
    message: /^could not read the configuration .*none\.yaml: ENOENT.*name it with --config FILE$/,
  });
});

const CANARY = `${GOOD}    canary:
      credentials: {clientId: 8a4f2d63-0c5e-4b7a-9d18-3e6b7c2f5a90, secret: {env: SECRET}}
`;

test('sends canaries only if configured, with an identity that no collector uses', () => {
  assert.equal(parse(GOOD).tenants[0]?.canary, undefined);
  const [tenant] = parse(CANARY).tenants;
  assert.deepEqual(
    [tenant?.canary?.root, tenant?.canary?.every],
    ['https://graph.microsoft.com', 300_000],
  );
  const shared = CANARY.replace('8a4f2d63-0c5e-4b7a-9d18-3e6b7c2f5a90', CLIENT.toUpperCase());
  assert.match(
    problemsOf(shared).join('\n'),
    /clientId: is an identity that collects: use another one for canaries/,
  );
  assert.match(problemsOf(`${CANARY}      every: 5s\n`).join('\n'), /between 1m and 6h/);
  assert.match(problemsOf(`${CANARY}      mailbx: a@b.example\n`).join('\n'), /mailbox/);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DocumentError } from '@countersign/yaml-document';
import { parseConfig } from './parse-config.ts';

const WORLD = {
  env: { SECRET: 'hush' },
  resolve: (path: string) => `/etc/${path}`,
  kindOf: () => 'file' as const,
} as const;

const HERE = 'http://127.0.0.1:18201';

function problemsOf(change: (text: string) => string): readonly string[] {
  const text = change(`emulatorClock: http://127.0.0.1:18200/emulator/clock
tenants:
  - id: 3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21
    authority: http://localhost:18200
    credentials:
      clientId: 5d1c7e90-42ab-4f6e-8b13-0c9a2d4e6f81
      secret: {env: SECRET}
    collect:
      activityApi: {root: "${HERE}"}
      graph: {root: "${HERE}"}
      azureMonitor:
        storage: {root: "${HERE}/logs", categories: [AuditLogs]}
        eventHubs: {brokers: ["127.0.0.1:9092"], hubs: [{topic: insights-logs-auditlogs}]}
`);
  try {
    parseConfig({ file: 'c.yaml', text }, WORLD, (file) => ({ file, text: '' }));
    return [];
  } catch (error) {
    assert.ok(error instanceof DocumentError, String(error));
    return error.message.split('\n').slice(1);
  }
}

test('an emulator clock is allowed only with addresses on this machine', () => {
  assert.deepEqual(
    problemsOf((text) => text),
    [],
  );
  const live = 'https://live.example';
  const changes: readonly [find: string, by: string, path: string][] = [
    ['authority: http://localhost:18200', `authority: ${live}`, 'tenants[0].authority'],
    [`activityApi: {root: "${HERE}"}`, 'activityApi: {}', 'collect.activityApi.root'],
    [`graph: {root: "${HERE}"}`, 'graph: {}', 'collect.graph.root'],
    [`${HERE}/logs`, `${live}/logs`, 'azureMonitor.storage.root'],
    ['127.0.0.1:9092', 'hubs.live.example:9093', 'azureMonitor.eventHubs'],
    ['http://127.0.0.1:18200/emulator/clock', `${live}/clock`, 'emulatorClock'],
    ['http://127.0.0.1:18200/', 'https://127.0.0.1.live.example/', 'emulatorClock'],
  ];
  for (const [find, by, path] of changes) {
    const [first = '', ...others] = problemsOf((text) => {
      assert.ok(text.includes(find), find);
      return text.replace(find, by);
    });
    assert.ok(first.includes(`${path}: leads to another machine`), `${by}: ${first}`);
    assert.deepEqual(others, []);
  }
});

const POINTS = `enforcementPoints:
  listen: 127.0.0.1:8481
  url: https://localhost:8481
  tls: {certificate: a.pem, key: a.key}
  external:
    clientId: emulated
    appId: 5d1c7e90-42ab-4f6e-8b13-0c9a2d4e6f82
    authority: http://localhost:18200
    keys: keys.json
    passkeys: {name: Northmoor}
  events:
    signingKeys: [s.key]
    receivers:
      - {name: r, certificate: r.pem, audience: a, pushTo: ["https://127.0.0.1:9443"]}
  tools: []
`;

test('enforcement points decide on an emulator’s clock only on this machine', () => {
  const points = POINTS.replace('key: a.key}', 'key: a.key, clients: c.pem}');
  assert.deepEqual(
    problemsOf((text) => text + points),
    [],
  );
  const changes: readonly [find: string, by: string, path: string][] = [
    ['listen: 127.0.0.1:8481', 'listen: 0.0.0.0:8481', 'enforcementPoints.listen'],
    ['url: https://localhost:8481', 'url: https://live.example', 'enforcementPoints.url'],
    [
      'authority: http://localhost:18200\n    keys',
      'authority: https://live.example\n    keys',
      'enforcementPoints.external.authority',
    ],
    ['https://127.0.0.1:9443', 'https://live.example', 'events.receivers[0].pushTo'],
  ];
  for (const [find, by, path] of changes) {
    const [first = '', ...others] = problemsOf((text) => {
      assert.ok(points.includes(find), find);
      return text + points.replace(find, by);
    });
    assert.ok(first.includes(`${path}: leads to another machine`), `${by}: ${first}`);
    assert.deepEqual(others, []);
  }
});

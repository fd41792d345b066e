import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SourceText } from '@countersign/yaml-document';
import type { Config } from './config.ts';
import { parseConfig } from './parse-config.ts';

const TENANT = '3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21';
const WORLD = {
  env: { SECRET: 'hush' },
  resolve: (path: string) => `/etc/${path}`,
  kindOf: (path: string) => (path.endsWith('.new') ? 'missing' : 'file'),
} as const;

function parse(text: string): Config {
  const noInventory = (file: string): SourceText => assert.fail(`unexpected read of ${file}`);
  return parseConfig({ file: 'c.yaml', text }, WORLD, noInventory);
}

const GOOD = `tenants:
  - id: ${TENANT}
    credentials: { clientId: ${TENANT}, secret: { env: SECRET } }
    collect: { activityApi: {} }
`;

const EXTERNAL = `enforcementPoints:
  url: https://access.northmoor.example
  external:
    clientId: northmoor
    appId: ${TENANT}
    keys: keys.json
    passkeys: { name: Northmoor }
`;

test('an external method needs a tenant whose people it serves', () => {
  assert.throws(() => parse(EXTERNAL), /enforcementPoints.external: admits people of no tenant/);
  const named = EXTERNAL.replace('keys:', `tenants: [${TENANT}]\n    keys:`);
  assert.deepEqual(parse(named).enforcementPoints?.external?.tenants, [TENANT]);
  assert.equal(parse(`${GOOD}${EXTERNAL}`).enforcementPoints?.external?.tenants, undefined);
});

test('with certificates of makers, an unattested authenticator is refused', () => {
  const makers = EXTERNAL.replace('name: Northmoor', 'name: Northmoor, makers: [maker.pem]');
  assert.throws(() => parse(`${GOOD}${makers}`), /accepts keys without attestation/);
  const packed = makers.replace('makers:', 'formats: [packed], makers:');
  assert.equal(parse(`${GOOD}${packed}`).enforcementPoints?.external?.passkeys.makers.length, 1);
});

test('key files that do not exist yet will be created', () => {
  const made = EXTERNAL.replace('keys.json', 'keys.new');
  assert.equal(parse(`${GOOD}${made}`).enforcementPoints?.external?.keys, '/etc/keys.new');
});

test('connectionsPerAddress is read, and cannot exceed the total', () => {
  const endpoints = (value: string): string =>
    `${GOOD}${EXTERNAL.replace('url:', `connectionsPerAddress: ${value}\n  url:`)}`;
  assert.equal(parse(`${GOOD}${EXTERNAL}`).enforcementPoints?.connectionsPerAddress, undefined);
  assert.equal(parse(endpoints('4096')).enforcementPoints?.connectionsPerAddress, 4096);
  for (const wrong of ['0', '-1', '4097', '1.5', 'many']) {
    assert.throws(() => parse(endpoints(wrong)), /enforcementPoints.connectionsPerAddress/, wrong);
  }
});

test('approver names that differ only in case are refused', () => {
  const people = (...names: readonly string[]): string => {
    const lines = names.map((name) => `    - { name: ${name}, key: k }\n`);
    return `${GOOD}${EXTERNAL}  people:\n${lines.join('')}`;
  };
  assert.equal(parse(people('ada', 'ben')).enforcementPoints?.people.length, 2);
  for (const same of ['ada', 'Ada', 'ADA']) {
    assert.throws(() => parse(people('ada', same)), /is the name of another person as well/);
  }
});

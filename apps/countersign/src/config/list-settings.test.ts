import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Config } from './config.ts';
import { listSettings } from './list-settings.ts';
import { parseConfig } from './parse-config.ts';

const WORLD = {
  env: { NORTHMOOR_SECRET: 'hush' },
  resolve: (path: string) => path,
  kindOf: (path: string) => (path === '' ? 'missing' : 'file'),
} as const;

const config: Config = configOf(`
listen: 127.0.0.1:8480
tenants:
  - id: 5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794
    name: Northmoor
    credentials:
      clientId: 5d1c7e90-42ab-4f6e-8b13-0c9a2d4e6f81
      secret: { env: NORTHMOOR_SECRET }
    collect: { graph: { signIns: [interactiveUser, servicePrincipal] } }
feeds:
  - name: soc
    kind: webhook
    url: https://soc.example/in?sig=c2VjcmV0
    secrets: [{ file: /run/secrets/soc }]
`);

function configOf(text: string): Config {
  const noInventory = (): never => assert.fail('the configuration names no inventory');
  return parseConfig({ file: 'c.yaml', text }, WORLD, noInventory);
}

test('each value has its place in the document', () => {
  const values = new Map(listSettings(config).map(({ setting, value }) => [setting, value]));
  assert.equal(values.get('listen.port'), '8480');
  assert.equal(values.get('tenants[0].name'), 'Northmoor');
  assert.equal(values.get('tenants[0].collect.graph.signIns'), 'interactiveUser, servicePrincipal');
  assert.equal(values.has('traces'), false);
});

test('a secret shows where it comes from, and nothing else', () => {
  const secrets = listSettings(config).filter(({ isSecret }) => isSecret);
  assert.deepEqual(
    secrets.map(({ setting, value }) => [setting, value]),
    [
      ['tenants[0].credentials.credential.place', 'variable NORTHMOOR_SECRET'],
      ['feeds[0].secrets[0]', 'file /run/secrets/soc'],
    ],
  );
});

test('the query of an address is left out', () => {
  const all = JSON.stringify(listSettings(config));
  assert.match(all, /https:\/\/soc\.example\/in\?…/);
  assert.doesNotMatch(all, /c2VjcmV0/);
});

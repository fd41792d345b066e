import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tenantId } from '@countersign/core';
import { SuiteDirectory } from '../information/suite-directory.ts';
import type { EntityAttributes } from './directory.ts';
import { DirectoryStore } from './directory-store.ts';
import { loadRegister, parseRegister, type Register, registerSource } from './workload-register.ts';

const TENANT = '3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21';
const READ_MS = Date.UTC(2026, 0, 5, 9);

const TEXT = `
tenant: ${TENANT}
workloads:
  - id: 0d6c2b1a-1111-4222-8333-000000000001
    names: [backup, 0d6c2b1a-1111-4222-8333-0000000000aa]
    owner: Bob
    purpose: copies of mailboxes
    expires: 2026-12-31
    scopes: [Mail.Read]
    networks: [192.0.2.0/24, "2001:db8::/32"]
    credentials: [key-1]
  - { id: report, owner: Cleo, purpose: figures, expires: 2026-06-30T12:00:00Z }
`;

function read(text: string = TEXT): Register {
  return parseRegister({ file: 'register.yaml', text });
}

function loaded(...texts: readonly string[]): SuiteDirectory {
  const store = new DirectoryStore();
  for (const text of texts) {
    const file = '/etc/countersign/register.yaml';
    assert.equal(loadRegister(store, read(text), { file, readMs: READ_MS }), TENANT);
  }
  return new SuiteDirectory(store);
}

function statedOf(facts: EntityAttributes | undefined, name: string): unknown {
  return facts?.attribute(name)?.value;
}

test('lists that are not written are empty', () => {
  const [, report] = read().workloads;
  assert.deepEqual(report, {
    ...{ id: 'report', owner: 'Cleo', purpose: 'figures', expires: '2026-06-30T12:00:00Z' },
    ...{ names: [], scopes: [], networks: [], credentials: [] },
  });
  assert.deepEqual(read(`tenant: ${TENANT}\n`).workloads, []);
});

for (const [name, line, says] of [
  ['an owner', 'id: a, purpose: p, expires: 2026-12-31', /owner/],
  ['a purpose', 'id: a, owner: o, purpose: " ", expires: 2026-12-31', /purpose/],
  ['a day', 'id: a, owner: o, purpose: p, expires: soon', /is not a time: write it as 2026-12-31/],
  [
    'ranges',
    'id: a, owner: o, purpose: p, expires: 2026-12-31, networks: [here]',
    /is not an address range: write it as 203\.0\.113\.0\/24/,
  ],
  ['known members', 'id: a, owner: o, purpose: p, expires: 2026-12-31, color: red', /color/],
] as const) {
  test(`a workload needs ${name}`, () => {
    const text = `tenant: ${TENANT}\nworkloads:\n  - { ${line} }\n`;
    assert.throws(() => read(text), { code: 'CONFIG_INVALID', message: says });
  });
}

test('finds a registered workload by each of its names, with source and age', () => {
  const directory = loaded(TEXT);
  const id = '0d6c2b1a-1111-4222-8333-000000000001';
  for (const name of [id, 'backup', '0d6c2b1a-1111-4222-8333-0000000000aa']) {
    const facts = directory.find(read().tenant, 'Workload', name);
    assert.equal(facts?.id, id);
    assert.deepEqual(
      ['registered', 'owner', 'purpose', 'expires', 'scopes', 'credentials'].map((attribute) =>
        statedOf(facts, attribute),
      ),
      [true, 'Bob', 'copies of mailboxes', Date.UTC(2026, 11, 31), ['Mail.Read'], ['key-1']],
    );
  }
  const { source, seenMs } = directory
    .find(read().tenant, 'Workload', 'backup')
    ?.attribute('owner') ?? { source: '', seenMs: 0 };
  assert.deepEqual([source, seenMs], ['register:register.yaml', READ_MS]);
  assert.equal(registerSource('/a/b/c.yaml'), 'register:c.yaml');
});

test('a workload missing from a later register is known to be unregistered', () => {
  const { tenant } = read();
  const directory = loaded(TEXT, `tenant: ${TENANT}\nworkloads: []\n`);
  for (const name of ['backup', 'report']) {
    assert.equal(statedOf(directory.find(tenant, 'Workload', name), 'registered'), false, name);
  }
  const again = loaded(TEXT, `tenant: ${TENANT}\nworkloads: []\n`, TEXT);
  assert.equal(statedOf(again.find(tenant, 'Workload', 'report'), 'registered'), true);
  assert.deepEqual(directory.completeListing(tenant, 'Workload'), {
    ...{ value: null, source: 'register:register.yaml', seenMs: READ_MS },
  });
});

test('a register holds until it changes', () => {
  const store = new DirectoryStore();
  loadRegister(store, read(), { file: 'register.yaml', readMs: READ_MS });
  const yearsLaterMs = READ_MS + 1000 * 86_400_000;
  const then = store.at(yearsLaterMs);
  const { tenant } = read();
  const registered = then.find(tenant, 'Workload', 'report')?.attribute('registered');
  assert.deepEqual([registered?.value, registered?.seenMs], [true, yearsLaterMs]);
  assert.equal(then.networks(tenant, '192.0.2.1')?.seenMs, yearsLaterMs);
});

test('accepts a name of one letter', () => {
  const text = `
tenant: ${TENANT}
workloads: [{ id: a, owner: b, purpose: c, expires: 2026-12-31, scopes: [d] }]
`;
  const [workload] = read(text).workloads;
  assert.deepEqual(
    [workload?.id, workload?.owner, workload?.purpose, workload?.scopes],
    ['a', 'b', 'c', ['d']],
  );
});

test('an address is in exactly the ranges that contain it', () => {
  const { tenant } = read();
  const directory = loaded(TEXT);
  const within = (address: string): unknown => directory.networks(tenant, address);
  const of = (...value: string[]): unknown => {
    return { value, source: 'register:register.yaml', seenMs: READ_MS };
  };
  assert.deepEqual(within('192.0.2.255'), of('192.0.2.0/24'));
  assert.deepEqual(within('192.0.3.0'), of());
  assert.deepEqual(within('2001:db8:1::1'), of('2001:db8::/32'));
  assert.equal(within('here'), undefined);
});

test('a register with a since date knows its workloads for all of that time', () => {
  const dated = TEXT.replace('workloads:', 'since: 2025-12-01\nworkloads:');
  const store = new DirectoryStore();
  const file = 'register.yaml';
  loadRegister(store, read(dated), { file, readMs: READ_MS });
  const atMs = READ_MS - 20 * 86_400_000;
  const registered = store.at(atMs).find(tenantId(TENANT), 'Workload', 'report');
  assert.deepEqual(registered?.attribute('registered')?.seenMs, atMs);
});

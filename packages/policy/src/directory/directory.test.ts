import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tenantId } from '@countersign/core';
import fc from 'fast-check';
import { runs } from '../../../../tools/property.ts';
import { SuiteDirectory } from '../information/suite-directory.ts';
import { AttributeColumn } from './attribute-column.ts';
import { loadDirectoryFile, parseDirectoryFile } from './directory-file.ts';
import { DirectoryStore } from './directory-store.ts';
import { ParentLists } from './parent-lists.ts';

const TENANT = tenantId('3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21');
const NOW_MS = Date.UTC(2026, 0, 5, 9);
const HOUR_MS = 3_600_000;

const FILE = `
tenant: ${TENANT}
people:
  - id: ada
    names: [Ada@Northmoor.example]
    kind: member
    enabled: true
    groups: [finance]
    roles: [auditor]
  - id: per
    enabled: true
    groups: []
    roles: [admin]
  - id: guest
    kind: guest
groups:
  - {id: finance, groups: [company]}
  - {id: company}
roles:
  - {id: admin, privileged: true}
  - {id: auditor, privileged: false}
waves:
  - {id: pilot, state: open, groups: [company]}
  - {id: late, state: planned, people: [per]}
`;

function loaded(text = FILE, readMs = NOW_MS, store = new DirectoryStore()): DirectoryStore {
  const file = parseDirectoryFile({ file: 'people.yaml', text });
  loadDirectoryFile(store, file, { file: 'people.yaml', readMs });
  return store;
}

function person(id: string, store = loaded()) {
  return new SuiteDirectory(store).find(TENANT, 'Person', id);
}

test('finds a person by id and by name, in any case', () => {
  assert.equal(person('ADA')?.id, 'ada');
  assert.equal(person('ada@northmoor.EXAMPLE')?.id, 'ada');
  assert.equal(person('nobody'), undefined);
});

test('each attribute has its source and its time', () => {
  assert.deepEqual(person('ada')?.attribute('enabled'), {
    value: true,
    source: 'file:people.yaml',
    seenMs: NOW_MS,
  });
});

test('a fact that the file does not state is unknown', () => {
  assert.equal(person('ada')?.attribute('risk'), undefined);
  assert.equal(person('guest')?.within('Group'), undefined);
  assert.equal(person('guest')?.attribute('privileged'), undefined);
});

test('follows nested groups', () => {
  assert.deepEqual([...(person('ada')?.within('Group')?.value ?? [])], ['finance', 'company']);
});

test('a person with a privileged role is privileged', () => {
  assert.equal(person('per')?.attribute('privileged')?.value, true);
  assert.equal(person('ada')?.attribute('privileged')?.value, false);
});

test('the wave of a person is the most permissive one, also through groups', () => {
  assert.equal(person('ada')?.attribute('wave')?.value, 'open');
  assert.equal(person('per')?.attribute('wave')?.value, 'planned');
  // The guest's groups are unknown, and the wave depends on groups.
  assert.equal(person('guest')?.attribute('wave'), undefined);
});

test('the company states the kind of an account, or else the vendor, or else it is unknown', () => {
  const store = loaded();
  const tenant = store.tenant(TENANT);
  const origin = { source: 'graph', seenMs: NOW_MS };
  const kindOf = (id: string) => person(id, store)?.attribute('kind')?.value;
  assert.equal(kindOf('per'), undefined);
  for (const [userType, kind] of [
    ['Guest', 'guest'],
    ['MEMBER', 'member'],
    ['robot', null],
    [7, null],
  ] as const) {
    tenant.set('Person', tenant.put('Person', 'per'), 'userType', userType, origin);
    tenant.set('Person', tenant.put('Person', 'guest'), 'userType', userType, origin);
    assert.deepEqual([kindOf('per'), kindOf('guest')], [kind, 'guest']);
  }
});

for (const [written, found, ...expected] of [
  [undefined, undefined, undefined],
  [['low', 0], undefined, 'low', 'file'],
  [undefined, ['low', 0], 'low', 'findings'],
  [['low', 1], ['high', 0], 'high', 'findings'],
  [['high', 0], ['low', 1], 'high', 'file'],
  // At the same level the younger value counts; at the same age the finding.
  [['low', 1], ['low', 0], 'low', 'file'],
  [['low', 0], ['low', 1], 'low', 'findings'],
  [['low', 1], ['low', 1], 'low', 'findings'],
  // A text that is not a level is unknown, and a finding does not override it.
  [['severe', 0], ['high', 1], 'severe', 'file'],
] as const) {
  const [one, other] = [written?.join(' at ') ?? 'none', found?.join(' at ') ?? 'none'];
  test(`risk: written ${one}, found ${other}: ${expected.join(' from ')}`, () => {
    const store = loaded();
    const tenant = store.tenant(TENANT);
    const origin = { source: 'file', seenMs: NOW_MS + (written?.[1] ?? 0) * 1000 };
    const row = tenant.put('Person', 'ada');
    if (written !== undefined) tenant.set('Person', row, 'risk', written[0], origin);
    const opinion = found && {
      ...{ value: found[0], source: 'findings', seenMs: NOW_MS + found[1] * 1000 },
    };
    const directory = new SuiteDirectory(store, { risk: () => opinion });
    const risk = directory.find(TENANT, 'Person', 'ada')?.attribute('risk');
    assert.deepEqual([risk?.value, risk?.source], [expected[0], expected[1]]);
  });
}

test('a derived value is as old as its oldest input', () => {
  const store = loaded();
  const tenant = store.tenant(TENANT);
  const graph = (hours: number) => ({ source: 'graph', seenMs: NOW_MS + hours * HOUR_MS });
  const [role, other] = [tenant.put('Role', 'auditor'), tenant.put('Role', 'admin')];
  tenant.state('Person', tenant.put('Person', 'ada'), 'Role', ['auditor', 'admin'], graph(9));
  tenant.set('Role', role, 'privileged', false, graph(3));
  tenant.set('Role', other, 'privileged', true, graph(5));
  const privileged = () => person('ada', store)?.attribute('privileged');
  assert.deepEqual(privileged(), { value: true, ...graph(3) });
  tenant.set('Role', role, 'privileged', null, graph(6));
  assert.equal(privileged(), undefined, 'the privilege of one role is unknown');
});

test('a name that two people share identifies no one', () => {
  const text = FILE.replace('id: per', 'id: per\n    names: [ada@northmoor.example]');
  assert.equal(person('ada@northmoor.example', loaded(text)), undefined);
});

test('an earlier value still applies to earlier events', () => {
  const store = loaded();
  const closed = FILE.replace('state: open', 'state: closed').replace('[finance]', '[]');
  loaded(closed, NOW_MS + 2 * HOUR_MS, store);
  const at = (ms: number) => new SuiteDirectory(store.at(ms)).find(TENANT, 'Person', 'ada');
  assert.equal(at(NOW_MS + HOUR_MS)?.attribute('wave')?.value, 'open');
  assert.equal(at(NOW_MS + 3 * HOUR_MS)?.attribute('wave')?.value, 'none');
  assert.equal(at(NOW_MS + 2 * HOUR_MS)?.within('Group')?.value.size, 0);
});

test('a value first observed after an event counts less, the later it was observed', () => {
  const at = loaded().at(NOW_MS - 5 * HOUR_MS);
  const enabled = at.find(TENANT, 'Person', 'ada')?.attribute('enabled');
  assert.equal(enabled?.seenMs, NOW_MS - 10 * HOUR_MS);
});

test('people and facts removed from a file are unknown from then on', () => {
  const store = loaded();
  const without = FILE.replace(/ {2}- id: per[\s\S]*?roles: \[admin\]\n/, '').replace(
    '    enabled: true\n    groups: [finance]\n    roles: [auditor]\n',
    '    groups: [finance]\n',
  );
  loaded(without, NOW_MS + HOUR_MS, store);
  assert.equal(person('per', store)?.attribute('enabled')?.value, null);
  assert.equal(person('per', store)?.attribute('privileged'), undefined);
  assert.equal(person('ada', store)?.attribute('enabled')?.value, null);
  assert.equal(person('ada', store)?.attribute('privileged'), undefined);
  assert.equal(person('ada', store)?.attribute('wave')?.value, 'open');
  const before = new SuiteDirectory(store.at(NOW_MS + HOUR_MS / 2));
  assert.equal(before.find(TENANT, 'Person', 'per')?.attribute('privileged')?.value, true);
});

test('for past events, a file without a time holds until the next one', () => {
  const store = loaded();
  const later = NOW_MS + 1000 * HOUR_MS;
  const seenMs = (file: DirectoryStore) =>
    file.at(later).find(TENANT, 'Person', 'ada')?.attribute('enabled')?.seenMs;
  assert.equal(seenMs(store), later);
  assert.equal(store.at(later).completeListing(TENANT, 'Wave')?.seenMs, later);
  const dated = loaded(`${FILE}\nat: 2026-01-05T09:00:00Z\n`);
  assert.equal(seenMs(dated), NOW_MS);
  assert.equal(dated.at(later).completeListing(TENANT, 'Wave')?.seenMs, NOW_MS);
});

test('a source that confirms its facts makes them recent again', () => {
  const store = loaded();
  const confirmed = { source: 'file:people.yaml', seenMs: NOW_MS + 9 * HOUR_MS };
  store.tenant(TENANT).confirm(confirmed);
  const enabled = store.find(TENANT, 'Person', 'ada')?.attribute('enabled');
  assert.equal(enabled?.seenMs, confirmed.seenMs);
});

test('every problem of a file is reported with its line', () => {
  const text = `${FILE}\napps:\n  - {id: x, sensitivity: secret}\n  - {name: y}\n`;
  assert.throws(() => loaded(text), /people\.yaml:\d+.*sensitivity/s);
});

test('membership lists behave like sets, and keep their history', () => {
  const step = fc.record({
    row: fc.nat({ max: 30 }),
    ref: fc.nat({ max: 12 }),
    kind: fc.constantFrom('add', 'remove'),
  });
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 300, size: 'max' }),
      fc.nat({ max: 300 }),
      (steps, moment) => {
        const parents = new ParentLists();
        const model = new Map<number, Set<number>>();
        let then = new Map<number, Set<number>>();
        for (const [at, { row, ref, kind }] of steps.entries()) {
          if (at === moment) then = new Map([...model].map(([key, set]) => [key, new Set(set)]));
          const set = model.get(row) ?? new Set();
          model.set(row, set);
          if (kind === 'add') set.add(ref);
          else set.delete(ref);
          if (kind === 'add') parents.add(row, ref, at);
          else parents.remove(row, ref, at);
        }
        for (let row = 0; row <= 30; row++) {
          assert.deepEqual(new Set(parents.of(row)), model.get(row) ?? new Set());
          if (moment >= steps.length || moment === 0) continue;
          assert.deepEqual(new Set(parents.at(row, moment - 1)), then.get(row) ?? new Set());
        }
      },
    ),
    runs(60),
  );
});

test('a column returns the value at any moment', () => {
  const said = fc.record({ row: fc.nat({ max: 100 }), value: fc.nat({ max: 3 }) });
  fc.assert(
    fc.property(fc.array(said, { maxLength: 200, size: 'max' }), (all) => {
      const column = new AttributeColumn();
      for (const [at, { row, value }] of all.entries())
        column.set(row, { value, source: 1 }, at + 1);
      for (const [at, { row, value }] of all.entries()) {
        assert.equal(column.at(row, at + 1)?.value, value);
        const first = all.find((each) => each.row === row);
        assert.equal(column.at(row, 0)?.value, first?.value);
      }
      assert.equal(column.get(1000), undefined);
    }),
    runs(60),
  );
});

const DAY_MS = 24 * HOUR_MS;
/** The enabled state at a moment, and its age. */
function enabledAt(store: DirectoryStore, id: string, atMs: number): [unknown, number] {
  const said = store.at(atMs).find(TENANT, 'Person', id)?.attribute('enabled');
  return [said?.value, atMs - (said?.seenMs ?? 0)];
}

test('a fact with a since date is fresh for all of the time since', () => {
  const dated = FILE.replace('people:', 'since: 2025-12-01\npeople:');
  const store = loaded(dated);
  for (const days of [1, 20, 34]) {
    assert.deepEqual(enabledAt(store, 'ada', NOW_MS - days * DAY_MS), [true, 0], `${days} days`);
  }
  const [, ageMs] = enabledAt(store, 'ada', Date.parse('2025-11-01T00:00:00Z'));
  assert.equal(ageMs, 30 * DAY_MS, 'it says less about the time before');
  const [, without] = enabledAt(loaded(), 'ada', NOW_MS - 20 * DAY_MS);
  assert.equal(without, 20 * DAY_MS, 'a file without since describes only the present');
});

test('a later change in a file counts from its reading, not from the since date', () => {
  const dated = FILE.replace('people:', 'since: 2025-12-01\npeople:');
  const store = loaded(dated);
  const later = dated.replace(
    'kind: member\n    enabled: true',
    'kind: member\n    enabled: false',
  );
  loaded(later, NOW_MS + DAY_MS, store);
  assert.deepEqual(enabledAt(store, 'ada', NOW_MS - 20 * DAY_MS), [true, 0]);
  assert.deepEqual(enabledAt(store, 'ada', NOW_MS + 2 * DAY_MS), [false, 0]);
});

test('a file states at or since, not both', () => {
  const both = FILE.replace('people:', 'at: 2026-01-01\nsince: 2025-12-01\npeople:');
  assert.throws(() => parseDirectoryFile({ file: 'people.yaml', text: both }), /at and since/);
});

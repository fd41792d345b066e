import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instantOfMs, parseDirectoryItem, parseDirectoryMark, tenantId } from '@countersign/core';
import { SuiteDirectory } from '../information/suite-directory.ts';
import { loadDirectoryFile, parseDirectoryFile } from './directory-file.ts';
import { DirectoryStore } from './directory-store.ts';
import { GraphDirectory } from './graph-directory.ts';

const TENANT = tenantId('3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21');
const NOW_MS = Date.UTC(2026, 0, 5, 9);
const HOUR_MS = 3_600_000;
const ADMINISTRATOR = '62e90394-69f5-4237-9190-012177145e10';

type AccountState = { readonly enabled: boolean; readonly atMs: number };
type Step = (world: World) => void;
type World = ReturnType<typeof world>;

function world() {
  const store = new DirectoryStore();
  const graph = new GraphDirectory(store);
  const directory = new SuiteDirectory(store);
  const page = (part: string, items: readonly object[], atMs: number): void => {
    const at = instantOfMs(atMs) ?? '';
    const read = { v: 1, tenant: TENANT, source: `graph/${part}`, at, mode: 'snapshot' };
    for (const item of items) {
      graph.item(parseDirectoryItem({ ...read, what: 'item', item }) ?? assert.fail());
    }
    const end = { page: 1, isLast: true, count: items.length, since: at, next: null, digest: null };
    graph.mark(parseDirectoryMark({ ...end, ...read, what: 'mark' }) ?? assert.fail());
  };
  const file = (text: string, readMs: number, name = 'people.yaml'): void => {
    const parsed = parseDirectoryFile({ file: name, text: `tenant: ${TENANT}\n${text}` });
    loadDirectoryFile(store, parsed, { file: name, readMs });
  };
  const enabled = (atMs?: number) => {
    const of = atMs === undefined ? directory : new SuiteDirectory(store.at(atMs));
    return of.find(TENANT, 'Person', 'ada')?.attribute('enabled');
  };
  return { page, file, enabled, directory };
}

const bySuite =
  ({ enabled, atMs }: AccountState): Step =>
  ({ page }) =>
    page('delta.users', [{ id: 'ada', accountEnabled: enabled }], atMs);

const byFile =
  ({ enabled, atMs }: AccountState): Step =>
  ({ file }) =>
    file(`people: [{ id: ada, enabled: ${enabled} }]`, atMs);

test('a conflict between company and suite is unknown, in either reading order', () => {
  for (const enabled of [true, false]) {
    const suite = bySuite({ enabled, atMs: NOW_MS });
    const company = byFile({ enabled: !enabled, atMs: NOW_MS + HOUR_MS });
    for (const steps of [
      [suite, company],
      [company, suite],
      [company, suite, company, suite],
    ]) {
      const given = world();
      for (const step of steps) step(given);
      const found = given.enabled() ?? assert.fail();
      assert.equal(found.value, null);
      assert.deepEqual(found.conflict, [
        { source: 'file:people.yaml', value: !enabled },
        { source: 'graph/delta.users', value: enabled },
      ]);
      assert.equal(found.seenMs, NOW_MS, 'it is as old as the older statement');
    }
  }
});

test('if both agree, the value counts, with the younger time', () => {
  for (const [fileMs, suiteMs, source] of [
    [NOW_MS, NOW_MS + HOUR_MS, 'graph/delta.users'],
    [NOW_MS + HOUR_MS, NOW_MS, 'file:people.yaml'],
  ] as const) {
    const given = world();
    byFile({ enabled: true, atMs: fileMs })(given);
    bySuite({ enabled: true, atMs: suiteMs })(given);
    assert.deepEqual(given.enabled(), { value: true, source, seenMs: NOW_MS + HOUR_MS });
  }
});

test('a conflict ends when one side agrees, or states nothing any more', () => {
  const given = world();
  bySuite({ enabled: false, atMs: NOW_MS })(given);
  byFile({ enabled: true, atMs: NOW_MS })(given);
  given.file('people: [{ id: ada }]', NOW_MS + HOUR_MS);
  assert.deepEqual([given.enabled()?.value, given.enabled()?.conflict], [false, undefined]);
  byFile({ enabled: true, atMs: NOW_MS + 2 * HOUR_MS })(given);
  assert.equal(given.enabled()?.value, null);
  bySuite({ enabled: true, atMs: NOW_MS + 3 * HOUR_MS })(given);
  assert.deepEqual([given.enabled()?.value, given.enabled()?.conflict], [true, undefined]);
  // Read at a moment at which they differed.
  assert.equal(given.enabled(NOW_MS + 2 * HOUR_MS + 1000)?.conflict?.length, 2);
});

test('of two company files, the one put in force last counts', () => {
  const given = world();
  given.file('people: [{ id: ada, enabled: true }]', NOW_MS, 'a.yaml');
  given.file('people: [{ id: ada, enabled: false }]', NOW_MS + HOUR_MS, 'b.yaml');
  assert.deepEqual(given.enabled(), {
    ...{ value: false, source: 'file:b.yaml', seenMs: NOW_MS + HOUR_MS },
  });
});

test('a value derived from a conflicting role is unknown for the same reason', () => {
  const given = world();
  given.page('list.roleDefinitions', [{ id: ADMINISTRATOR, templateId: ADMINISTRATOR }], NOW_MS);
  given.file(
    `people: [{ id: ada, roles: [${ADMINISTRATOR}] }]
roles: [{ id: ${ADMINISTRATOR}, privileged: false }]`,
    NOW_MS,
  );
  const found = given.directory.find(TENANT, 'Person', 'ada')?.attribute('privileged');
  assert.deepEqual(
    [found?.value, found?.conflict?.map(({ source, value }) => [source, value])],
    [
      null,
      [
        ['file:people.yaml', false],
        ['graph/list.roleDefinitions', true],
      ],
    ],
  );
});

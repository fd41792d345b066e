import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { parseDirectoryMark, type TenantId, tenantId } from '@countersign/core';
import { type Emulator, startEmulator } from '@countersign/emulator';
import type { Collector } from '@countersign/m365';
import type { LedgerSink } from '../../apps/countersign/src/ingest/collection/ledger-sink.ts';
import { pollOnce } from '../../apps/countersign/src/ingest/collection/poll-once.ts';
import { erase } from '../../apps/countersign/src/ingest/erasure/erase-bodies.ts';
import type { LedgerWriter } from '../../apps/countersign/src/projection/ledger-writer.ts';
import { SEED } from '../../tools/property.ts';
import { assertFsckClean } from '../support/account.ts';
import { observationsOf, withSink } from '../support/collection/collection.ts';
import { directoryState, type PartState } from '../support/collection/directory-state.ts';
import { COLLECT, collectorsFor } from '../support/collection/emulated-collectors.ts';
import { clockOf } from '../support/collection/emulated-tenants.ts';
import { bodiesOf } from '../support/collection/offered-records.ts';
import { temporaryFolder } from '../support/folders.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** A Sunday night with almost no activity. */
const START_MS = Date.parse('2026-03-01T02:00:00Z');

const root = temporaryFolder('collect-directory');

let emulator: Emulator;

before(async () => {
  emulator = await startEmulator({ seed: SEED, startMs: START_MS, tenants: [{ people: 1_050 }] });
  const { state } = companyDirectory();
  const otherId = [...state.list('users')].at(-1)?.object.id ?? '';
  for (const kind of ['applications', 'servicePrincipals'] as const) {
    const id = [...state.list(kind)][0]?.object.id ?? '';
    change({ act: 'link', kind, id, relation: 'owners', otherId });
  }
});

after(() => emulator.stop());

function companyDirectory(): NonNullable<ReturnType<Emulator['companies']['directories']['get']>> {
  const found = emulator.companies.directories.get(emulator.tenants[0]?.tenantId ?? '');
  assert.ok(found !== undefined);
  return found;
}

type Change = Parameters<ReturnType<typeof companyDirectory>['follow']>[0][number];

function change(...changes: readonly Change[]): void {
  companyDirectory().follow(changes, emulator.clock.now());
}

async function collectDirectory(
  name: string,
  work: (poll: () => Promise<void>, sink: LedgerSink, writer: LedgerWriter) => Promise<void>,
): Promise<string> {
  const dir = join(root, name);
  const { collectors, close } = collectorsFor(emulator, COLLECT.directory);
  const [collector] = collectors as [Collector];
  await withSink(dir, clockOf(emulator), async (sink, writer) => {
    const poll = async (): Promise<void> => {
      const { incomplete, problems } = await pollOnce(sink, collector);
      assert.equal(incomplete, 0, problems.join('\n'));
    };
    await work(poll, sink, writer);
  });
  await close();
  await assertFsckClean(dir);
  return dir;
}

/** Asserts that the ledger has the same directory objects as the tenant. */
async function assertLedgerMatchesTenant(dir: string): Promise<void> {
  const { state } = companyDirectory();
  const collected = await directoryState(dir);
  const partOf = (source: string): PartState => collected.get(`graph/${source}`) ?? new Map();
  const idsOf = (objects: Iterable<{ readonly object: { readonly id: string } }>): string[] =>
    [...objects].map(({ object }) => object.id).sort();
  for (const kind of ['users', 'groups', 'devices', 'applications', 'servicePrincipals'] as const) {
    assert.deepEqual([...partOf(`delta.${kind}`).keys()].sort(), idsOf(state.list(kind)), kind);
  }
  const grants = partOf('delta.oauth2PermissionGrants');
  assert.deepEqual([...grants.keys()].sort(), idsOf(state.list('oauth2PermissionGrants')));
  for (const kind of ['roleAssignments', 'roleDefinitions'] as const) {
    assert.deepEqual([...partOf(`list.${kind}`).keys()].sort(), idsOf(state.list(kind)), kind);
  }
  const assigned = [...partOf('list.appRoleAssignments').keys()].sort();
  assert.deepEqual(assigned, idsOf(state.list('appRoleAssignments')));
  assert.ok(assigned.length > 0);
  for (const kind of ['applications', 'servicePrincipals'] as const) {
    const owned = partOf(`list.${kind.slice(0, -1)}Owners`);
    assert.deepEqual([...owned.keys()].sort(), idsOf(state.list(kind)), kind);
    for (const [id, { owners }] of owned) {
      const ids = (owners as readonly { readonly id: string }[]).map((one) => one.id).sort();
      assert.deepEqual(ids, [...state.related(id, 'owners')].map((one) => one.id).sort(), id);
    }
  }
  for (const [id, group] of partOf('delta.groups')) {
    const members = [...state.related(id, 'members')].map((one) => one.id).sort();
    assert.deepEqual(group['members'], members, String(group['displayName']));
  }
  for (const [id, user] of partOf('delta.users')) {
    const object = state.get('users', id);
    assert.equal(user['userPrincipalName'], object?.['userPrincipalName']);
    assert.equal(user['accountEnabled'], object?.['accountEnabled']);
  }
}

function tenantOf(): TenantId {
  return tenantId(emulator.tenants[0]?.tenantId ?? '');
}

const GRANT = {
  id: 'grant-1',
  clientId: '11111111-7d2a-4f6b-9c3d-2e8a61f0b794',
  consentType: 'AllPrincipals',
  principalId: null,
  resourceId: '22222222-7d2a-4f6b-9c3d-2e8a61f0b794',
  scope: 'Mail.Read',
};

function firstUsers(count: number): readonly string[] {
  const ids: string[] = [];
  for (const { object } of companyDirectory().state.list('users')) {
    if (object['userType'] !== 'Guest') ids.push(object.id);
    if (ids.length === count) break;
  }
  return ids;
}

test('the ledger restores the directory from a snapshot and later changes', async () => {
  const dir = await collectDirectory('changed', async (poll) => {
    await poll();
    const [first = '', second = '', third = '', fourth = ''] = firstUsers(4);
    const [group] = [...companyDirectory().state.list('groups')];
    const groupId = group?.object.id ?? '';
    const role = [...companyDirectory().state.list('roleAssignments')][0]?.object.id ?? '';
    change(
      { act: 'update', kind: 'users', id: first, set: { accountEnabled: false } },
      { act: 'delete', kind: 'users', id: second },
      { act: 'link', kind: 'groups', id: groupId, relation: 'members', otherId: third },
      { act: 'link', kind: 'groups', id: groupId, relation: 'members', otherId: fourth },
      { act: 'delete', kind: 'roleAssignments', id: role },
      { act: 'create', kind: 'oauth2PermissionGrants', object: GRANT },
    );
    await emulator.advance(20 * MINUTE_MS);
    await poll();
    change({ act: 'unlink', kind: 'groups', id: groupId, relation: 'members', otherId: third });
    await emulator.advance(2 * HOUR_MS);
    await poll();
  });
  const held = await directoryState(dir);
  for (const kind of ['application', 'servicePrincipal']) {
    const owned = held.get(`graph/list.${kind}Owners`)?.values() ?? [];
    assert.ok(
      [...owned].some(({ owners }) => (owners as readonly unknown[]).length > 0),
      kind,
    );
  }
  await assertLedgerMatchesTenant(dir);
  const marks = (await bodiesOf(dir, ({ source }) => source === 'graph/delta.users'))
    .map((body) => parseDirectoryMark(JSON.parse(body)))
    .filter((mark) => mark?.mode === 'snapshot');
  assert.deepEqual(
    marks.map((mark) => [mark?.page, mark?.isLast]),
    [
      [1, false],
      [2, true],
    ],
  );
  const grants = (await directoryState(dir)).get('graph/delta.oauth2PermissionGrants');
  assert.equal(grants?.get(GRANT.id)?.['scope'], GRANT.scope);
  const observations = await observationsOf(dir);
  const users = observations.filter(({ source }) => source === 'graph/delta.users');
  // Each read starts where the previous one ended, without a gap.
  for (const [at, { from }] of users.entries()) {
    if (at > 0) assert.ok(Date.parse(from) <= Date.parse(users[at - 1]?.to ?? ''), from);
  }
});

test('an unchanged list adds only an hourly confirmation', async () => {
  const dir = await collectDirectory('unchanged', async (poll) => {
    await poll();
    for (const minutes of [50, 70]) {
      await emulator.advance(minutes * MINUTE_MS);
      await poll();
    }
  });
  for (const source of ['appRoleAssignments', 'roleAssignments', 'roleDefinitions']) {
    const bodies = await bodiesOf(dir, (leaf) => leaf.source === `graph/list.${source}`);
    const marks = bodies.flatMap((body) => parseDirectoryMark(JSON.parse(body)) ?? []);
    assert.deepEqual(
      marks.map(({ mode, isLast, count }) => [mode, isLast, count > 0]),
      [
        ['snapshot', true, true],
        ['delta', true, false],
      ],
      source,
    );
    assert.equal(marks[1]?.digest, marks[0]?.digest);
    assert.equal(bodies.length, (marks[0]?.count ?? 0) + 2);
  }
});

test('an interrupted read continues after its last page', async () => {
  const dir = await collectDirectory('interrupted', async (_poll, sink) => {
    const { collectors, close } = collectorsFor(emulator, COLLECT.directory);
    const [collector] = collectors as [Collector];
    emulator.faults.set({ failing: 0.5, cut: 0.2 });
    for (let n = 0; n < 6; n++) await pollOnce(sink, collector);
    emulator.faults.clear();
    await pollOnce(sink, collector);
    await close();
  });
  await assertLedgerMatchesTenant(dir);
});

test('an expired delta token starts a new snapshot', async () => {
  const shared = emulator;
  emulator = await startEmulator({ seed: SEED, startMs: START_MS });
  const dir = await collectDirectory('expired', async (poll) => {
    await poll();
    const [first = ''] = firstUsers(1);
    await emulator.advance(9 * DAY_MS);
    change({ act: 'delete', kind: 'users', id: first });
    await poll();
  });
  try {
    await assertLedgerMatchesTenant(dir);
    const users = await bodiesOf(dir, ({ source }) => source === 'graph/delta.users');
    const modes = users.map((body) => (JSON.parse(body) as { mode: string }).mode);
    assert.ok(modes.every((mode) => mode === 'snapshot'));
  } finally {
    await emulator.stop();
    emulator = shared;
  }
});

test('after one person is erased, the next poll reads the directory again', async () => {
  const dir = join(root, 'erased');
  const { collectors, close } = collectorsFor(emulator, COLLECT.directory);
  const [collector] = collectors as [Collector];
  const [id = ''] = firstUsers(1);
  const upn = String(companyDirectory().state.get('users', id)?.['userPrincipalName']);
  await withSink(dir, clockOf(emulator), async (sink, writer) => {
    await pollOnce(sink, collector);
    change({ act: 'delete', kind: 'users', id });
    const actor = { who: 'ada', host: 'test', version: '0.0.0' };
    const request = { case: 'request 12', reason: 'asked for', whenNothing: 'refuse' } as const;
    const { erased } = await sink.exclusively(() =>
      erase(writer, { selection: { names: [upn] }, ...request, actor }),
    );
    assert.equal(erased, 1, 'the entry of one person');
    await emulator.advance(20 * MINUTE_MS);
    await pollOnce(sink, collector);
  });
  await assertLedgerMatchesTenant(dir);
  // A process that opens the ledger later continues from there.
  await withSink(dir, clockOf(emulator), async (sink) => {
    const before = sink.directoryMark('graph/delta.users', tenantOf());
    assert.equal(before?.isLast, true);
    await emulator.advance(20 * MINUTE_MS);
    await pollOnce(sink, collector);
  });
  await close();
  await assertLedgerMatchesTenant(dir);
});

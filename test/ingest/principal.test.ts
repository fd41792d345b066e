import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TENANT_NOT_STATED } from '@countersign/core';
import { readStatement } from '../../apps/countersign/src/reports/statement/read-statement.ts';
import { labelOf, type Resolution } from '../../apps/countersign/src/store/identity/principal.ts';
import type { WhoOptions } from '../../apps/countersign/src/store/identity/principal-types.ts';
import type { EventRow } from '../../apps/countersign/src/store/rows/event-row.ts';
import { StoreReader } from '../../apps/countersign/src/store/store-reader.ts';
import {
  CONTOSO,
  FABRIKAM,
  folder,
  HEAD,
  row,
  START_MS,
  storeOf,
} from '../../apps/countersign/src/store/testing/rows.ts';

const ALICE = 'aaaaaaaa-0000-4000-8000-000000000001';
const CAROL = 'cccccccc-0000-4000-8000-000000000003';
const PUID = '10032000AAAAAAAA';
const SID = 'S-1-5-21-1-2-3-1001';
const name = 'alice@contoso.example';

async function reading<T>(
  dir: string,
  rows: readonly EventRow[],
  ask: (reader: StoreReader) => Promise<T>,
): Promise<T> {
  (await storeOf(dir, [rows])).close();
  const reader = await StoreReader.open(dir);
  try {
    return await ask(reader);
  } finally {
    reader.close();
  }
}

async function indicesOf(reader: StoreReader, user: string, options: WhoOptions = {}) {
  const { rows } = await reader.timeline({ user, ...options }, HEAD);
  const indices: number[] = [];
  for await (const each of rows) indices.push(each.index);
  return indices;
}

function uidOf(resolution: Resolution): string | null {
  assert.equal(resolution.kind, 'one', JSON.stringify(resolution));
  return resolution.kind === 'one' ? resolution.principal.uid : null;
}

test('a UPN in any case, an object id, a PUID and a SID name one principal', async (t) => {
  const rows = [
    row(0, { actorUid: ALICE, actorName: name }),
    row(1, { actorName: name, actorPuid: PUID, actorSid: SID }),
    row(2, { actorPuid: PUID }),
  ];
  await reading(await folder(t), rows, async (reader) => {
    for (const who of [
      name,
      ' ALICE@Contoso.Example',
      ALICE.toUpperCase(),
      PUID.toLowerCase(),
      SID,
    ]) {
      assert.equal(uidOf(await reader.resolvePrincipal(who)), ALICE, who);
      assert.deepEqual(await indicesOf(reader, who), [0, 1, 2], who);
    }
  });
});

test('an old UPN leads to its person through a shared PUID', async (t) => {
  const rows = [
    row(0, { actorName: 'alice.old@contoso.example', actorPuid: PUID }),
    row(1, { actorName: name, actorPuid: PUID }),
    row(2, { actorName: name, actorUid: ALICE }),
  ];
  await reading(await folder(t), rows, async (reader) => {
    const resolution = await reader.resolvePrincipal('alice.old@contoso.example');
    assert.ok(resolution.kind === 'one');
    assert.equal(resolution.principal.uid, ALICE);
    assert.equal(resolution.principal.name, name);
    assert.deepEqual(await indicesOf(reader, ALICE), [0, 1, 2]);
  });
});

test('a principal without an object id is a principal', async (t) => {
  const rows = [row(0, { actorName: 'app@sharepoint', actorType: 4 })];
  await reading(await folder(t), rows, async (reader) => {
    const resolution = await reader.resolvePrincipal('APP@sharepoint');
    assert.ok(resolution.kind === 'one');
    const { uid, kind, tenant } = resolution.principal;
    assert.deepEqual([uid, kind, tenant], [null, 'service', CONTOSO]);
  });
});

test('a user and a service with the same name are two principals', async (t) => {
  const rows = [
    row(0, { actorName: 'sync', actorType: 4 }),
    row(1, { actorName: 'sync', actorType: 1 }),
  ];
  await reading(await folder(t), rows, async (reader) => {
    const resolution = await reader.resolvePrincipal('sync');
    assert.ok(resolution.kind === 'ambiguous');
    assert.deepEqual(resolution.candidates.map(labelOf), [
      `service:sync in tenant ${CONTOSO}`,
      `user:sync in tenant ${CONTOSO}`,
    ]);
    assert.deepEqual(await indicesOf(reader, 'sync'), []);
  });
});

test('one name in two tenants is two principals until the tenant is given', async (t) => {
  const rows = [row(0, { actorName: name }), row(1, { tenant: FABRIKAM, actorName: name })];
  await reading(await folder(t), rows, async (reader) => {
    assert.equal((await reader.resolvePrincipal(name)).kind, 'ambiguous');
    assert.deepEqual(await indicesOf(reader, name, { tenant: FABRIKAM }), [1]);
  });
});

test('a reused name means its holder at the time', async (t) => {
  const day = 86_400_000;
  const at = (days: number): number => START_MS + days * day;
  const rows = [
    row(0, { actorUid: ALICE, actorName: name, timeMs: at(0) }),
    row(1, { actorName: name, timeMs: at(5) }),
    row(2, { actorUid: ALICE, actorName: name, timeMs: at(10) }),
    row(3, { actorName: name, timeMs: at(15) }),
    row(4, { actorUid: CAROL, actorName: name, timeMs: at(20) }),
    row(5, { actorName: name, timeMs: at(25) }),
    row(6, { actorUid: CAROL, actorName: name, timeMs: at(30) }),
  ];
  await reading(await folder(t), rows, async (reader) => {
    assert.equal((await reader.resolvePrincipal(name)).kind, 'ambiguous');
    assert.equal(uidOf(await reader.resolvePrincipal(name, { toMs: at(12) })), ALICE);
    assert.equal(uidOf(await reader.resolvePrincipal(name, { fromMs: at(19) })), CAROL);
    assert.deepEqual(await indicesOf(reader, ALICE), [0, 1, 2]);
    assert.deepEqual(await indicesOf(reader, CAROL), [4, 5, 6]);
    const result = await readStatement(reader, ALICE, {}, HEAD);
    assert.ok(result.kind === 'statement' && result.statement.coverage.answer.kind === 'unknown');
    const [first] = result.statement.coverage.answer.because;
    assert.equal(first?.code, 'name-shared');
    assert.match(first?.text ?? '', /^1 more event/);
  });
});

test('a record without a tenant belongs to the only stated tenant, in any order', async (t) => {
  const bare = { tenant: TENANT_NOT_STATED, actorUid: ALICE };
  const stated = { actorName: name, actorUid: ALICE };
  for (const rows of [
    [row(0, bare), row(1, stated)],
    [row(0, stated), row(1, bare)],
  ]) {
    await reading(await folder(t), rows, async (reader) => {
      const resolution = await reader.resolvePrincipal(ALICE);
      assert.ok(resolution.kind === 'one');
      assert.equal(resolution.principal.tenant, CONTOSO);
      assert.deepEqual(await indicesOf(reader, name, { tenant: CONTOSO }), [0, 1]);
    });
  }
});

test('with two stated tenants, a record without one stays separate', async (t) => {
  const rows = [
    row(0, { tenant: TENANT_NOT_STATED, actorUid: ALICE }),
    row(1, { actorUid: ALICE }),
    row(2, { tenant: FABRIKAM, actorUid: CAROL }),
  ];
  await reading(await folder(t), rows, async (reader) => {
    assert.equal((await reader.resolvePrincipal(ALICE)).kind, 'ambiguous');
    assert.deepEqual(await indicesOf(reader, ALICE, { tenant: CONTOSO }), [1]);
  });
});

test('a name left over from a merged row makes nothing ambiguous', async (t) => {
  const dir = await folder(t);
  const rows = [
    row(0, { tenant: TENANT_NOT_STATED, actorUid: ALICE }),
    row(1, { actorUid: ALICE, entries: [0, 1] }),
    row(2, { tenant: FABRIKAM, actorUid: CAROL }),
  ];
  (await storeOf(dir, [rows], [0])).close();
  const reader = await StoreReader.open(dir);
  t.after(() => reader.close());
  assert.equal(uidOf(await reader.resolvePrincipal(ALICE)), ALICE);
});

test('an empty store is reported, not taken for an unknown person', async (t) => {
  const reader = await StoreReader.open(await folder(t));
  t.after(() => reader.close());
  const resolution = await reader.resolvePrincipal(name);
  assert.ok(resolution.kind === 'none');
  assert.equal(resolution.because.code, 'store-empty');
  assert.deepEqual(await indicesOf(reader, name), []);
});

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Feed } from './core/feed-record.ts';
import type { Emulator, EmulatorOptions } from './emulator-options.ts';
import { startEmulator } from './start-emulator.ts';
import { endAfter } from './testing/end-after.ts';
import { Reader } from './testing/reader.ts';

const START_MS = Date.UTC(2026, 2, 2, 9);
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

async function begin(t: TestContext, options: EmulatorOptions = {}): Promise<Emulator> {
  const emulator = await startEmulator({
    startMs: START_MS,
    tenants: [{ people: 30 }],
    subscribed: 'before',
    ...options,
  });
  endAfter(t, emulator);
  return emulator;
}

const tenantOf = (emulator: Emulator): string => emulator.tenants[0]?.tenantId ?? '';

test('the same seed gives the same day, another does not', async (t) => {
  const days = [];
  for (const seed of [1, 1, 2]) {
    const emulator = await begin(t, { seed, tenants: [{ people: 30, name: 'Northmoor' }] });
    await emulator.advance(4 * HOUR_MS);
    days.push([...emulator.offered(tenantOf(emulator), 'activity/Audit.Exchange')]);
  }
  assert.ok((days[0]?.length ?? 0) > 20);
  assert.deepEqual(days[0], days[1]);
  assert.notDeepEqual(days[0], days[2]);
});

test('records offered since a time are those available from it on', async (t) => {
  const emulator = await begin(t);
  await emulator.advance(6 * HOUR_MS);
  const tenantId = tenantOf(emulator);
  const sinceMs = emulator.clock.now() - 2 * HOUR_MS;
  for (const feed of ['activity/Audit.Exchange', 'graph/signIns'] as const) {
    const all = emulator.offered(tenantId, feed);
    const since = emulator.offered(tenantId, feed, sinceMs);
    const before = emulator.store.listed(feed, tenantId, 0, sinceMs);
    const earlier = new Set([...before].map(({ record }) => record.id));
    assert.ok(since.size > 0 && since.size < all.size);
    assert.ok([...all].every((id) => since.has(id) || earlier.has(id)));
    assert.ok([...since].every((id) => all.has(id)));
  }
});

test('one act is in several feeds under one id', async (t) => {
  const emulator = await begin(t);
  await emulator.advance(6 * HOUR_MS);
  const audited = emulator.offered(tenantOf(emulator), 'activity/Audit.AzureActiveDirectory');
  const signedIn = emulator.offered(tenantOf(emulator), 'graph/signIns');
  const both = [...audited].filter((id) => signedIn.has(id));
  assert.ok(both.length > 5, `${both.length} sign-ins in both`);
});

test('a lost record of the Activity API is still in Graph: an independent source', async (t) => {
  const emulator = await begin(t, { faults: { lost: 1 } });
  await emulator.advance(6 * HOUR_MS);
  const tenantId = tenantOf(emulator);
  assert.equal(emulator.offered(tenantId, 'activity/Audit.AzureActiveDirectory').size, 0);
  assert.ok(emulator.offered(tenantId, 'graph/signIns').size > 10);
});

test('a client sees its own sign-in in the log, by the id in its token', async (t) => {
  const emulator = await begin(t, { tenants: [{}] });
  const reader = await new Reader(emulator).signIn();
  await emulator.advance(HOUR_MS);
  const feeds: readonly Feed[] = ['azure/ServicePrincipalSignInLogs', 'graph/signIns'];
  for (const feed of feeds) {
    const [stored] = emulator.store.listed(feed, reader.tenantId, 0, emulator.clock.now());
    assert.ok(stored !== undefined, feed);
    assert.match(stored.json, new RegExp(emulator.credentials.clientId));
  }
  assert.deepEqual(
    emulator.truth().steps.map(({ scenario, isAttacker }) => [scenario, isAttacker]),
    [['api', false]],
  );
});

test('a scenario runs among the people, and the truth has its acts', async (t) => {
  const emulator = await begin(t, { scenarios: ['audit-off'] });
  await emulator.advance(DAY_MS);
  const { steps, footholds } = emulator.truth();
  const attacks = steps.filter(({ isAttacker }) => isAttacker);
  assert.ok(attacks.length > 0);
  assert.ok(attacks.every(({ scenario, technique }) => scenario === 'audit-off' && technique));
  assert.ok(Array.isArray(footholds));
});

test('two tenants run side by side and never mix', async (t) => {
  const emulator = await begin(t, { tenants: [{ people: 20 }, { people: 20, name: 'Second' }] });
  await emulator.advance(3 * HOUR_MS);
  const [first, second] = emulator.tenants;
  assert.ok(first !== undefined && second !== undefined);
  assert.equal(second.domain, 'second.example');
  for (const { tenantId } of [first, second]) {
    const reader = await new Reader(emulator, tenantId).signIn();
    const items = await reader.items('Audit.Exchange', START_MS, START_MS + 3 * HOUR_MS);
    const blobs = await Promise.all(items.map(({ contentUri }) => reader.ask(contentUri)));
    const owners = blobs.flatMap(({ body }) =>
      (body as { OrganizationId: string }[]).map((record) => record.OrganizationId),
    );
    assert.ok(owners.length > 0);
    assert.deepEqual([...new Set(owners)], [tenantId]);
  }
});

test('a tenant that starts with history has it', async (t) => {
  const emulator = await begin(t, { historyMs: 5 * HOUR_MS });
  assert.equal(emulator.clock.now(), START_MS + 5 * HOUR_MS);
  assert.ok(emulator.offered(tenantOf(emulator), 'activity/Audit.Exchange').size > 0);
});

test('refuses a domain that may be registered', async () => {
  await assert.rejects(startEmulator({ tenants: [{ domain: 'contoso.com' }] }), /may exist/);
});

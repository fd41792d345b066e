import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { JsonObject } from '../core/json-object.ts';
import type { Emulator } from '../emulator-options.ts';
import { WIKI } from '../login/wiki.ts';
import { startEmulator } from '../start-emulator.ts';
import { browse } from '../testing/browser.ts';
import { endAfter } from '../testing/end-after.ts';
import { ExternalProvider, type Mood } from '../testing/external-provider.ts';
import type { BrowserVisit } from './challenged-sign-ins.ts';

/** A Monday. */
const START_MS = Date.UTC(2026, 2, 2);
const HOURS_MS = 12 * 3_600_000;
const PEOPLE = 10;

type Morning = { readonly emulator: Emulator; readonly visits: readonly BrowserVisit[] };

/** The morning of a company that asks everybody for the external method. */
async function morning(t: TestContext, mood: Mood): Promise<Morning> {
  const visits: BrowserVisit[] = [];
  const emulator = await startEmulator({
    ...{ startMs: START_MS, subscribed: 'before' },
    tenants: [{ people: PEOPLE, governed: true, askedDaily: true, apps: [WIKI] }],
    browser: async (visit) => {
      visits.push(visit);
      await browse(visit.url);
    },
  });
  const provider = await ExternalProvider.start({
    authority: () => emulator.origins['login'] ?? '',
    now: () => emulator.clock.now(),
  });
  t.after(() => provider.stop());
  endAfter(t, emulator);
  provider.mood = mood;
  const { clientId, appId, origin } = provider;
  emulator.companies.connectMethod(emulator.tenants[0]?.tenantId ?? '', {
    ...{ displayName: 'Countersign', clientId, appId },
    discoveryUrl: `${origin}/.well-known/openid-configuration`,
    authorizationEndpoint: `${origin}/authorize`,
  });
  await emulator.advance(HOURS_MS);
  return { emulator, visits };
}

function bodies({ emulator }: Morning, feed: Parameters<Emulator['offered']>[1]): JsonObject[] {
  const nowMs = emulator.clock.now() + HOURS_MS;
  const { tenantId = '' } = emulator.tenants[0] ?? {};
  emulator.store.advance(nowMs);
  return [...emulator.store.listed(feed, tenantId, 0, nowMs)].map(({ record }) => record.body);
}

function rowsOf(made: Morning): JsonObject[] {
  return bodies(made, 'graph/signIns').filter((row) =>
    made.visits.some(({ url }) => url.includes(String(row['correlationId']))),
  );
}

test('each person meets the provider, and the sign-in has one row with its result', async (t) => {
  const made = await morning(t, {});
  const people = new Set(made.visits.map(({ person }) => person));
  assert.ok(people.size >= PEOPLE / 2, `${people.size} people`);
  const rows = rowsOf(made);
  const ids = new Set(rows.map((row) => row['id']));
  assert.equal(ids.size, made.visits.length);
  for (const row of rows) {
    assert.equal((row['status'] as JsonObject)['errorCode'], 0);
    assert.notEqual(row['appDisplayName'], 'Wiki');
    assert.equal(row['ipAddress'], addressOf(made, row));
  }
});

test('a person whom the provider refuses is not let in, and does nothing', async (t) => {
  const made = await morning(t, { error: 'access_denied' });
  const rows = rowsOf(made);
  assert.ok(rows.length > 0);
  const tokens = new Set(rows.map((row) => row['uniqueTokenIdentifier']));
  for (const row of rows) assert.equal((row['status'] as JsonObject)['errorCode'], 50158);
  const acts = bodies(made, 'activity/Audit.SharePoint');
  for (const { AppAccessContext: access } of acts) {
    assert.ok(!tokens.has((access as JsonObject)['UniqueTokenId']));
  }
});

test('a feed without a reader keeps nothing', async (t) => {
  const emulator = await startEmulator({
    ...{ startMs: START_MS, subscribed: 'before', tenants: [{ people: PEOPLE }] },
    isRead: (feed) => feed === 'graph/signIns',
  });
  endAfter(t, emulator);
  await emulator.advance(HOURS_MS);
  const made = { emulator, visits: [] };
  assert.ok(bodies(made, 'graph/signIns').length > 0);
  assert.deepEqual(bodies(made, 'activity/Audit.Exchange'), []);
});

function addressOf({ visits }: Morning, row: JsonObject): string | undefined {
  return visits.find(({ url }) => url.includes(String(row['correlationId'])))?.address;
}

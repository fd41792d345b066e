import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Actor, Occurrence } from '../core/feed-record.ts';
import type { JsonObject } from '../core/json-object.ts';
import { Directory } from '../directory/directory.ts';
import type { Change } from '../directory/model/directory-change.ts';
import { lifeOf } from '../life/tenant-life.ts';
import { VENDOR_RESOURCES } from '../login/resources.ts';
import { Population } from '../population/population.ts';
import { FIRST_PARTY } from '../records/first-party-apps.ts';
import { runScenario } from '../scenarios/run-scenario.ts';
import { loadScenario } from '../scenarios/steps/scenario.ts';
import { companySeed } from './company-seed.ts';
import { GovernedActor } from './governed-actor.ts';

const MONDAY = Date.parse('2026-03-02T00:00:00Z');
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

function directoryOf(population: Population): Directory {
  const seed = companySeed({ population, apps: [], resources: VENDOR_RESOURCES });
  return new Directory({ seed, effectDelayMs: () => 0 });
}

function governed(actor: Actor, ...directories: readonly Directory[]): GovernedActor {
  return new GovernedActor({
    actor,
    directories: new Map(directories.map((one) => [one.tenantId, one])),
    startMs: MONDAY,
  });
}

function act(directory: Directory, atMs: number, ...changes: readonly Change[]): void {
  directory.apply(changes, {
    atMs,
    by: { kind: 'user', id: 'x', userPrincipalName: 'admin@northmoor.example' },
    correlationId: 'c0ffee00-0000-4000-8000-000000000001',
    truth: { scenario: 'life', isAttacker: false },
  });
}

/** Result codes of a person's sign-ins in a feed, in order. */
function codesOf(happenings: readonly Occurrence[], userId: string): readonly unknown[] {
  return happenings
    .flatMap(({ records }) => records)
    .filter(({ feed, body, completes }) => {
      return feed === 'graph/signIns' && body['userId'] === userId && completes !== true;
    })
    .map(({ body }) => (body['status'] as JsonObject)['errorCode']);
}

function busiest(happenings: readonly Occurrence[], population: Population): string {
  let best: readonly [string, number] = ['', 0];
  for (let n = 0; n < population.size; n++) {
    const { objectId } = population.person(n);
    const count = codesOf(happenings, objectId).filter((code) => code === 0).length;
    if (count > best[1]) best = [objectId, count];
  }
  return best[0];
}

test('without changes, activity continues as before', () => {
  const population = new Population({ seed: 3, size: 20 });
  const life = lifeOf(population, 3);
  const plain = [...lifeOf(population, 3).happenings(MONDAY, MONDAY + 10 * HOUR)];
  const left = [...governed(life, directoryOf(population)).happenings(MONDAY, MONDAY + 10 * HOUR)];
  assert.equal(left.length, plain.length);
});

test('a disabled person has no more sign-ins and actions in any feed', () => {
  const population = new Population({ seed: 3, size: 30 });
  const directory = directoryOf(population);
  const actor = governed(lifeOf(population, 3), directory);
  const before = [...actor.happenings(MONDAY, MONDAY + DAY)];
  const who = busiest(before, population);
  const id = who;
  act(directory, MONDAY + DAY, {
    act: 'update',
    kind: 'users',
    id,
    set: { accountEnabled: false },
  });
  const after = [...actor.happenings(MONDAY + DAY, MONDAY + 2 * DAY)];
  const codes = codesOf(after, who);
  assert.ok(codes.length > 5, `${codes.length} sign-ins`);
  assert.ok(!codes.includes(0));
  assert.ok(codes.includes(50057));
  const upn = population.personByObjectId(who)?.upn ?? '';
  const logons = after
    .flatMap(({ records }) => records)
    .filter(({ body }) => body['RecordType'] === 15 && body['UserId'] === upn);
  for (const { body } of logons) assert.equal(body['Operation'], 'UserLoginFailed');
  const exported = after
    .flatMap(({ records }) => records)
    .filter(({ feed, body }) => {
      const properties = body['properties'] as JsonObject | undefined;
      return /SignInLogs$/.test(feed) && properties?.['userId'] === who;
    });
  for (const { body } of exported) assert.notEqual(body['resultType'], '0');
  const acts = (happenings: readonly Occurrence[]): number =>
    happenings.filter(({ records }) =>
      records.some(({ body }) => body['RecordType'] === 2 && body['UserId'] === upn),
    ).length;
  assert.equal(acts(after), 0);
});

test('a revoked person returns only with a new sign-in', () => {
  const population = new Population({ seed: 3, size: 30 });
  const directory = directoryOf(population);
  const actor = governed(lifeOf(population, 3), directory);
  const before = [...actor.happenings(MONDAY, MONDAY + DAY)];
  const who = busiest(before, population);
  act(directory, MONDAY + DAY, { act: 'revoke-sessions', id: who });
  const codes = codesOf([...actor.happenings(MONDAY + DAY, MONDAY + 4 * DAY)], who);
  assert.ok(codes.includes(50173));
  const first = codes.indexOf(0);
  assert.ok(first > codes.indexOf(50173));
});

test('the directory shows what an intruder leaves behind', () => {
  const population = new Population({ seed: 4, size: 60 });
  const directory = directoryOf(population);
  const played = runScenario(loadScenario('token-theft'), {
    populations: [population],
    seed: 4,
    fromMs: MONDAY,
  });
  const actor = governed(played, directory);
  for (const _ of actor.happenings(MONDAY, played.endMs + 1));
  const kinds = new Set(played.footholds.map(({ kind }) => kind));
  for (const { kind, objectId } of played.footholds) {
    const { state } = directory;
    if (kind === 'method') {
      const person = population.personByObjectId(objectId);
      const held = state.owned('authenticationMethods', objectId).length;
      assert.equal(held, (person?.methods.length ?? 0) + 1);
    }
    if (kind === 'inbox-rule') assert.equal(state.owned('messageRules', objectId).length, 1);
    if (kind === 'device') {
      const owners = [...state.related(objectId, 'registeredOwners')];
      assert.equal(owners.length, 1);
    }
  }
  assert.ok(kinds.has('method') && kinds.has('device') && kinds.has('inbox-rule'));
});

/** A client with a person's consent reads the person's mail every hour. */
function delegatedClient(population: Population, appId: string, userId: string): Actor {
  const body = {
    userId,
    appId,
    resourceId: FIRST_PARTY.graph,
    signInEventTypes: ['nonInteractiveUser'],
    incomingTokenType: 'refreshToken',
    deviceDetail: null,
    status: { errorCode: 0 },
  };
  return {
    *happenings(from, to) {
      for (let atMs = Math.ceil(from / HOUR) * HOUR; atMs < to; atMs += HOUR) {
        const row = { ...body, uniqueTokenIdentifier: `token ${atMs}` };
        yield {
          atMs,
          tenantId: population.tenant.id,
          truth: { scenario: 'consent', isAttacker: true },
          records: [{ feed: 'graph/signIns', id: String(atMs), atMs, body: row }],
        };
      }
    },
  };
}

test("revoking a consent ends the client's activity for people", () => {
  const corp = new Population({ seed: 6, size: 60 });
  const outside = new Population({ seed: 7, size: 10 });
  const directory = directoryOf(corp);
  const options = { populations: [corp, outside], seed: 6, fromMs: MONDAY };
  const played = runScenario(loadScenario('consent-phishing'), options);
  for (const _ of governed(played, directory).happenings(MONDAY, MONDAY + DAY));
  const [grant] = [...directory.state.list('oauth2PermissionGrants')].map(({ object }) => object);
  const client = directory.state.get('servicePrincipals', String(grant?.['clientId']));
  const victim = String(grant?.['principalId']);
  assert.ok(grant && client);
  const appId = String(client['appId']);
  assert.notDeepEqual(directory.effects.grantedScopes(appId, FIRST_PARTY.graph, victim), []);
  const actor = governed(delegatedClient(corp, appId, victim), directory);
  const before = [...actor.happenings(MONDAY + DAY - HOUR, MONDAY + DAY)];
  assert.deepEqual(codesOf(before, victim), [0]);
  act(directory, MONDAY + DAY, { act: 'delete', kind: 'oauth2PermissionGrants', id: grant.id });
  const after = [...actor.happenings(MONDAY + DAY, MONDAY + DAY + 3 * HOUR)];
  assert.deepEqual(codesOf(after, victim), [65001, 65001, 65001]);
});

test('a removed credential no longer authenticates', () => {
  const population = new Population({ seed: 3, size: 20 });
  const directory = directoryOf(population);
  const actor = governed(lifeOf(population, 3), directory);
  for (const _ of actor.happenings(MONDAY, MONDAY + HOUR));
  const numbers = Array.from({ length: population.applicationCount }, (_, n) => n);
  const app = numbers
    .map((n) => population.application(n))
    .find(({ credential, homeTenantId }) => {
      return credential !== 'managedIdentity' && homeTenantId === population.tenant.id;
    });
  assert.ok(app);
  act(directory, MONDAY + HOUR, {
    act: 'update',
    kind: 'applications',
    id: app.appObjectId,
    set: { passwordCredentials: [], keyCredentials: [] },
  });
  const after = [...actor.happenings(MONDAY + HOUR, MONDAY + 12 * HOUR)];
  const codes = after
    .flatMap(({ records }) => records)
    .filter(({ feed, body }) => feed === 'graph/signIns' && body['appId'] === app.appId)
    .map(({ body }) => (body['status'] as JsonObject)['errorCode']);
  assert.ok(codes.length > 0);
  for (const code of codes) assert.ok(code === 7000215 || code === 700027, String(code));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findingUid } from '../../findings/finding-identity.ts';
import { incidentsOf } from '../../incidents/incident.ts';
import { sessionMoved } from '../people/session-hijacking.ts';
import { daily, foundIn, person, type SceneEvent, signIn } from '../testing/scene.ts';
import { accountRaised } from './account-elevated.ts';
import { consentRead } from './consent-then-read.ts';
import { credentialUsed } from './new-credential-used.ts';

const APP = '11111111-0000-4000-8000-000000000001';
const OBJECT = '11111111-0000-4000-8000-000000000002';
const PRINCIPAL = '11111111-0000-4000-8000-000000000003';

const change = (of: SceneEvent): SceneEvent => ({
  classUid: 3004,
  activityId: 3,
  ...person(1),
  ...of,
});

const appSignIn = (of: SceneEvent): SceneEvent => ({
  ...{ classUid: 3002, activityId: 1, actorType: 4, signInType: 'servicePrincipal' },
  ...{ actorUid: PRINCIPAL, actorName: 'payroll', appUid: APP, appName: 'Payroll' },
  ...of,
});

const added = change({
  day: 10,
  operation: 'Update application – Certificates and secrets management ',
  targetUid: OBJECT,
  targetName: 'Payroll',
  body: JSON.stringify({ changed: ['AppId', APP] }),
});
const athome = daily(10, (day) => appSignIn({ day, ip: '192.0.2.10' }));

test('finds a new credential used from a network that is new to the application', async () => {
  const [found, ...more] = await foundIn(credentialUsed, [
    ...athome,
    added,
    appSignIn({ day: 11, ip: '198.18.3.4' }),
    appSignIn({ day: 12, ip: '198.18.3.9' }),
  ]);
  assert.deepEqual(more, []);
  assert.deepEqual(found?.techniques, ['T1098.001', 'T1550.001']);
  assert.match(found?.message ?? '', /from 198\.18\.3\.4\. Until then it used 1 other network\./);
  assert.deepEqual(found?.entries, [10, 11, 12]);
});

test('ignores use from a known network, and a new address without a credential', async () => {
  const atHome = [...athome, added, appSignIn({ day: 11, ip: '192.0.2.11' })];
  assert.deepEqual(await foundIn(credentialUsed, atHome), []);
  const moved = [...athome, appSignIn({ day: 11, ip: '198.18.3.4' })];
  assert.deepEqual(await foundIn(credentialUsed, moved), []);
});

test('ignores a creator who gives an application a secret and uses it', async () => {
  const made = change({ day: 9, operation: 'Add application.', targetUid: OBJECT });
  const used = appSignIn({ day: 11, ip: '198.18.3.4' });
  assert.deepEqual(await foundIn(credentialUsed, [made, added, used]), []);
  assert.equal((await foundIn(credentialUsed, [added, used])).length, 1);
});

const consented = change({
  day: 10,
  operation: 'Consent to application.',
  targetUid: PRINCIPAL,
  targetName: 'Inbox Booster',
  body: JSON.stringify({ names: APP }),
});
const read = (of: SceneEvent): SceneEvent => ({
  ...{ classUid: 6001, operation: 'MailItemsAccessed', actorType: 4, actorUid: PRINCIPAL },
  ...{ appUid: APP, mailbox: 'p1@northmoor.example', itemCount: 5, workload: 'Exchange' },
  ...of,
});

test('finds an application that reads mail after consent and never before', async () => {
  const [found, ...more] = await foundIn(consentRead, [
    consented,
    read({ day: 10, minute: 600 }),
    read({ day: 10, minute: 601, mailbox: 'p2@northmoor.example' }),
  ]);
  assert.deepEqual(more, []);
  assert.match(
    found?.title ?? '',
    /^Inbox Booster read 2 mailboxes after a grant by p1@northmoor\.example$/,
  );
  assert.deepEqual(found?.entries, [0, 1, 2]);
});

test('ignores an application that read before, or reads without consent', async () => {
  const before = [read({ day: 4 }), consented, read({ day: 10, minute: 600 })];
  assert.deepEqual(await foundIn(consentRead, before), []);
  assert.deepEqual(await foundIn(consentRead, [read({ day: 10, minute: 600 })]), []);
});

test('finds a new account that consents for everyone within the hour', async () => {
  const made = change({ day: 3, operation: 'Add user.', ...target(7) });
  const consent = change({
    day: 3,
    minute: 560,
    operation: 'Consent to application.',
    ...actor(7),
  });
  const [found, ...more] = await foundIn(accountRaised, [made, made, consent]);
  assert.deepEqual(more, [], 'two feeds tell of one account');
  assert.deepEqual(found?.techniques, ['T1136.003', 'T1528']);
  const later = { ...consent, day: 5 };
  assert.deepEqual(await foundIn(accountRaised, [made, later]), []);
  assert.deepEqual(await foundIn(accountRaised, [made]), []);
});

test('reports chains with a common step separately, in one incident', async () => {
  const consent = { ...consented, ...actor(7), minute: 560 };
  const events = [
    change({ day: 10, operation: 'Add user.', ...target(7) }),
    change({ ...consent, body: JSON.stringify({ names: APP }) }),
    read({ day: 10, minute: 600 }),
  ];
  const raised = await foundIn(accountRaised, events);
  const used = await foundIn(consentRead, events);
  assert.deepEqual([raised.length, used.length], [1, 1]);
  const shared = raised[0]?.entries.filter((entry) => used[0]?.entries.includes(entry));
  assert.deepEqual(shared, [1]);
  const said = { detector: 'stream', state: 'open', because: null, revision: 0 } as const;
  const kept = [...raised, ...used].map((draft, index) => {
    const uid = findingUid(draft);
    return { ...said, draft, uid, index, revisions: [index], mark: undefined };
  });
  const surroundings = {
    personOf: (key: string) => key,
    common: new Set<string>(),
    administrators: new Set<string>(),
  };
  assert.equal(incidentsOf(kept, surroundings).length, 1);
});

function target(n: number): Partial<SceneEvent> {
  const { actorUid, actorName } = person(n);
  return { targetUid: actorUid ?? null, targetName: actorName ?? null };
}

function actor(n: number): Partial<SceneEvent> {
  return { ...person(n), targetUid: PRINCIPAL, targetName: 'Inbox Booster' };
}

const own = daily(5, (day) => signIn({ day, ...person(1), ip: '192.0.2.1', deviceUid: 'd-1' }));

test('finds a session that continues without its device in another country', async () => {
  const stolen = signIn({
    ...{ day: 5, ...person(1), ip: '198.18.7.7', country: 'EE', userAgent: 'Chrome/145' },
  });
  const [found, ...more] = await foundIn(sessionMoved, [...own, stolen]);
  assert.deepEqual(more, []);
  assert.equal(found?.severity, 4);
  assert.deepEqual(found?.techniques, ['T1550.004', 'T1539']);
  assert.deepEqual(found?.sessions, ['s-1']);
});

test('ignores a computer that travels with its session, and an update', async () => {
  const traveled = signIn({
    ...{ day: 5, ...person(1), ip: '203.0.113.7', country: 'FR', deviceUid: 'd-1' },
  });
  const updated = signIn({ ...traveled, minute: 600, userAgent: 'Edge/146', country: 'DE' });
  assert.deepEqual(await foundIn(sessionMoved, [...own, traveled, updated]), []);
});

test('order and requested period do not change the findings', async () => {
  const events = [...athome, added, appSignIn({ day: 11, ip: '198.18.3.4' })];
  const all = await foundIn(credentialUsed, events);
  const day = await foundIn(credentialUsed, events, { from: 11, to: 12 });
  assert.deepEqual(day, all);
  assert.deepEqual(await foundIn(credentialUsed, events, { from: 12, to: 40 }), []);
});

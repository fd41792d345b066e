import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assessEviction, type EvictionReport, type OutInput } from './eviction-report.ts';
import { namedSeed } from './lineage/parse-seed.ts';
import { accountOf, findingOf, TENANT, type WorldEvent } from './testing/world.ts';

/** Parties that the lineage must not implicate. */

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const T = Date.UTC(2026, 2, 2);
const EVE = 'eve@northmoor.example';
const ADA = 'ada@northmoor.example';
const ADMIN = 'admin@northmoor.example';
const UID = '11111111-2222-4333-8444-';

function at(hours: number): number {
  return T + hours * HOUR_MS;
}

function signIn(
  name: string,
  ip: string,
  hours: number,
  more: WorldEvent['event'] = {},
): WorldEvent {
  const event = { classUid: 3002, actorName: name, actorType: 1, ip, ...more };
  return { atMs: at(hours), operation: 'UserLoggedIn', event };
}

function change(
  operation: string,
  event: WorldEvent['event'],
  hours: number,
  record?: unknown,
): WorldEvent {
  return { atMs: at(hours), operation, event: { actorType: 1, ...event }, record };
}

async function ask(
  events: readonly WorldEvent[],
  more: Partial<OutInput> = {},
): Promise<EvictionReport> {
  return assessEviction({
    source: accountOf(events),
    asOf: { origin: 'ledger.example', size: 99, at: null },
    period: { fromMs: T },
    findings: [],
    seeds: [],
    coverage: [],
    connected: new Set([TENANT]),
    unconnected: [],
    blind: [],
    nowMs: at(1000),
    ...more,
  });
}

function suspects({ lineage }: EvictionReport): string[] {
  return lineage.flatMap(({ names }) => [...names]).sort();
}

function openOf({ footholds }: EvictionReport): string[] {
  return footholds.filter(({ answer }) => answer.kind === 'no').map(({ foothold }) => foothold.id);
}

test('a person who was only guessed at is not suspect; the guessing address is', async () => {
  const events = [
    signIn(ADA, '198.51.100.7', 1, { statusId: 2, statusCode: '50126' }),
    signIn(EVE, '198.51.100.7', 2),
  ];
  const named = { principals: [`user:${ADA}`, `user:${EVE}`], addresses: ['198.51.100.7'] };
  const report = await ask(events, { findings: [findingOf(events, [0, 1], named)] });
  assert.deepEqual(suspects(report), ['address:198.51.100.7', `name:${EVE}`]);
});

test('a guessed password behind a second factor is known, and its owner not suspect', async () => {
  const events = [signIn(ADA, '198.51.100.7', 1, { statusId: 2, statusCode: '50076' })];
  const findings = [
    findingOf(events, [0], { principals: [`user:${ADA}`], techniques: ['T1110.003'] }),
  ];
  const report = await ask(events, { findings });
  assert.deepEqual(suspects(report), ['address:198.51.100.7']);
  assert.deepEqual(openOf(report), ['passwords']);
  const reset = change('Reset user password.', { actorName: ADMIN, targetName: ADA }, 2);
  assert.deepEqual(openOf(await ask([...events, reset], { findings })), []);
});

test('the target of a change is suspect only if the change gives control over it', async () => {
  const events = [
    change('Set-MailboxAuditBypassAssociation', { actorName: EVE, targetName: ADA }, 1),
    change('Delete user.', { actorName: EVE, targetName: ADMIN, targetType: 'User' }, 2),
    change('Add member to group.', { actorName: EVE, targetName: 'bo@northmoor.example' }, 3),
    change('Reset user password.', { actorName: EVE, targetName: 'cy@northmoor.example' }, 4),
  ];
  const principals = [`user:${EVE}`, `user:${ADA}`, `user:${ADMIN}`];
  const report = await ask(events, { findings: [findingOf(events, [0, 1], { principals })] });
  assert.deepEqual(suspects(report), ['name:cy@northmoor.example', `name:${EVE}`]);
});

test('a consenting person may be a victim; the application is suspect', async () => {
  const events = [
    change(
      'Consent to application.',
      {
        actorName: ADA,
        ip: '203.0.113.5',
        targetName: 'Read Receipts',
        targetUid: `${UID}000000000001`,
      },
      1,
    ),
  ];
  const findings = [findingOf(events, [0], { principals: [`user:${ADA}`] })];
  const report = await ask(events, { findings });
  assert.deepEqual(openOf(report), []);
  assert.deepEqual(
    report.lineage.map(({ party }) => party),
    [`uid:${UID}000000000001`],
  );
});

const VENDORS = ['40.126.1.7', '2603:10b6:208:3f::19', '52.98.1.1'];
const INSIDE = ['192.168.2.5', '10.1.2.3', 'fd00::7'];

test("the vendor's own and private addresses taint no party", async () => {
  for (const ip of [...VENDORS, ...INSIDE]) {
    const events = [
      signIn(EVE, ip, 1),
      change('Add user.', { actorName: ADA, ip, targetName: 'x@y.example' }, 2),
    ];
    const report = await ask(events, { findings: [findingOf(events, [0])] });
    assert.deepEqual(suspects(report), [`name:${EVE}`], ip);
    assert.equal(report.addresses[0]?.isFollowed, false, ip);
  }
});

test('an address with users before the attack is theirs, with their number', async () => {
  const ip = '198.51.100.7';
  const acts = [
    signIn(EVE, ip, 1),
    change('Add user.', { actorName: ADA, ip, targetName: 'x@y.example' }, 2),
  ];
  const before = [signIn(ADA, ip, -50), signIn('bo@northmoor.example', ip, -40)];
  const events = [...acts, ...before];
  const report = await ask(events, { findings: [findingOf(events, [0])] });
  assert.deepEqual(openOf(report), ['sessions']);
  assert.deepEqual(
    report.addresses.map(({ isFollowed, earlier }) => [isFollowed, earlier.people]),
    [[false, 2]],
  );
  const elsewhere = [...acts, signIn(ADA, '203.0.113.1', -50)];
  const fresh = await ask(elsewhere, { findings: [findingOf(elsewhere, [0])] });
  assert.deepEqual(openOf(fresh), ['sessions', 'accounts']);
  assert.deepEqual(
    fresh.addresses.map(({ isFollowed, earlier }) => [isFollowed, earlier.people]),
    [[true, 0]],
  );
});

test('earlier use of an address is unknown if the ledger begins later', async () => {
  const events = [signIn(EVE, '198.51.100.7', 1)];
  const { addresses } = await ask(events, { findings: [findingOf(events, [0])] });
  assert.equal(addresses[0]?.earlier.people, null);
  assert.match(addresses[0]?.earlier.because ?? '', /is unknown: the ledger holds no record/);
});

test("an owner's acts from their usual address are the owner's", async () => {
  const [home, relay] = ['203.0.113.8', '198.51.100.7'];
  const rule = (ip: string, hours: number, name: string): WorldEvent =>
    change('New-InboxRule', { actorName: EVE, ip, mailbox: EVE, object: `x/eve\\${name}` }, hours);
  const events = [
    signIn(EVE, relay, 1),
    rule(home, 2, 'mine'),
    rule(relay, 3, '.'),
    signIn(EVE, home, -30),
  ];
  const report = await ask(events, { findings: [findingOf(events, [0])] });
  const rules = report.footholds.find(({ foothold }) => foothold.id === 'inbox-rules');
  assert.deepEqual(
    rules?.openings.map(({ entry }) => entry),
    [2],
  );
  // A party that a person names is fully suspect, and so is one that a finding shows acting from
  // there.
  const named = await ask(events, { seeds: [namedSeed(`user:${EVE}`, T)] });
  assert.equal(
    named.footholds.find(({ foothold }) => foothold.id === 'inbox-rules')?.openings.length,
    2,
  );
  const inside = [signIn(EVE, home, 1), ...events.slice(1)];
  const insider = await ask(inside, { findings: [findingOf(inside, [0])] });
  assert.equal(
    insider.footholds.find(({ foothold }) => foothold.id === 'inbox-rules')?.openings.length,
    2,
  );
});

test('an administrator at a shared address is not suspect for what they gave', async () => {
  const office = '203.0.113.9';
  const crowd = ['a', 'b', 'c', 'd'].map((name) => signIn(`${name}@northmoor.example`, office, -5));
  const add = change(
    'Add service principal credentials.',
    { actorName: ADMIN, ip: office, targetName: 'Payroll', targetUid: `${UID}000000000002` },
    1,
  );
  const events = [
    add,
    change('Add user.', { actorName: ADMIN, targetName: 'new@y.example' }, 2),
    ...crowd,
  ];
  const report = await ask(events, { findings: [findingOf(events, [0])] });
  assert.deepEqual(
    report.lineage.map(({ party }) => party),
    [`uid:${UID}000000000002`],
  );
  const lonely = await ask(events.slice(0, 2), { findings: [findingOf(events.slice(0, 2), [0])] });
  assert.deepEqual(openOf(lonely), ['principal-credentials', 'accounts']);
});

test('two applications, or accounts, with one name are two parties', async () => {
  const app = (uid: string): WorldEvent['event'] => ({
    ...{
      actorName: EVE,
      targetName: 'Mail Hygiene',
      targetUid: uid,
      targetType: 'ServicePrincipal',
    },
  });
  const [theirs, other] = [`${UID}000000000003`, `${UID}000000000004`];
  const events = [
    change('Add service principal.', app(theirs), 1),
    change('Add service principal.', { ...app(other), actorName: ADMIN }, 2),
    change('Add user.', { actorName: EVE, targetName: ADA, targetUid: `${UID}000000000005` }, 3),
    change('Add user.', { actorName: ADMIN, targetName: ADA, targetUid: `${UID}000000000006` }, 9),
  ];
  const report = await ask(events, { seeds: [namedSeed(`user:${EVE}`, T)] });
  const parties = report.lineage.map(({ party }) => party).sort();
  assert.deepEqual(parties, [`name:${EVE}`, `uid:${theirs}`, `uid:${UID}000000000005`].sort());
});

test("a phone's session outlives a revocation, which proves nothing of a stolen one", async () => {
  const relay = '198.51.100.7';
  // A phone roams, so none of its addresses is its owner's usual one.
  const phone = (ip: string, hours: number): WorldEvent =>
    signIn(EVE, ip, hours, { sessionUid: 'phone' });
  const events = [
    signIn(EVE, relay, 1, { sessionUid: 'stolen' }),
    phone('192.0.2.1', 2),
    change(
      'Update StsRefreshTokenValidFrom Timestamp.',
      { actorName: ADMIN, targetName: EVE, targetType: 'User' },
      3,
    ),
    phone('192.0.2.2', 4),
  ];
  const answerOf = async (
    rows: readonly WorldEvent[],
  ): Promise<EvictionReport['footholds'][number]> => {
    const named = { principals: [`user:${EVE}`], sessions: ['stolen'], addresses: [relay] };
    const { footholds } = await ask(rows, { findings: [findingOf(rows, [0], named)] });
    const found = footholds.find(({ foothold }) => foothold.id === 'sessions');
    assert.ok(found !== undefined);
    return found;
  };
  const { answer, openings } = await answerOf(events);
  assert.deepEqual(
    openings.map(({ reversal }) => reversal.kind),
    ['unsure'],
  );
  assert.match(JSON.stringify(answer), /reversal-unsure.*session phone.*may be the owner's/);
  const stolen = signIn(EVE, '192.0.2.9', 5, { sessionUid: 'stolen' });
  assert.equal((await answerOf([...events, stolen])).openings[0]?.reversal.kind, 'none');
});

test('a revocation counts from when an account is suspect, not from its next sign-in', async () => {
  const revoke = (hours: number): WorldEvent =>
    change(
      'Update StsRefreshTokenValidFrom Timestamp.',
      { actorName: ADMIN, targetName: EVE, targetType: 'User' },
      hours,
    );
  // The finding names the intruders' acts, but not their session.
  const statesOf = async (...later: readonly WorldEvent[]): Promise<string[]> => {
    const events = [change('New-InboxRule', { actorName: EVE }, 1), ...later];
    const named = { principals: [`user:${EVE}`] };
    const { footholds } = await ask(events, { findings: [findingOf(events, [0], named)] });
    const found = footholds.find(({ foothold }) => foothold.id === 'sessions');
    assert.ok(found !== undefined);
    const isSilent = found.openings.length === 0;
    assert.equal(JSON.stringify(found.answer).includes('sign-in-not-known'), isSilent);
    return found.openings.map(({ reversal }) => reversal.kind);
  };
  const own = signIn(EVE, '192.0.2.1', 3, { sessionUid: 'phone' });
  assert.deepEqual(await statesOf(), []);
  assert.deepEqual(await statesOf(own), ['none']);
  assert.deepEqual(await statesOf(revoke(2), own), ['closed']);
  assert.deepEqual(await statesOf(revoke(0), own), ['none']);
  const before = signIn(EVE, '192.0.2.2', 1.5, { sessionUid: 'phone' });
  assert.deepEqual(await statesOf(before, revoke(2), own), ['unsure'], 'whose it is, is not known');
});

test('a session that a later finding names is open since its sign-in', async () => {
  const home = '203.0.113.1';
  const events = [
    signIn(EVE, home, -30),
    signIn(EVE, '198.51.100.7', 1, { sessionUid: 'stolen' }),
    signIn(EVE, home, 1, { sessionUid: 'sink' }),
    change('New-InboxRule', { actorName: EVE, ip: '192.0.2.9', sessionUid: 'stolen' }, 2),
  ];
  const named = { principals: [`user:${EVE}`], sessions: ['stolen'] };
  const { footholds, doubts } = await ask(events, { findings: [findingOf(events, [3], named)] });
  const found = footholds.find(({ foothold }) => foothold.id === 'sessions');
  assert.deepEqual(
    found?.openings.map(({ entries, reversal }) => [entries, reversal.kind]),
    [[[1], 'none']],
  );
  assert.equal(doubts[0]?.openCounts.get(1), 0, 'by that finding alone');
});

test('each party lists its records, the edge and the previous party', async () => {
  const events = [
    signIn(EVE, '198.51.100.7', 1),
    change('Add user.', { actorName: EVE, targetName: ADA }, 2),
  ];
  const { lineage } = await ask(events, { findings: [findingOf(events, [0], { uid: 'f7' })] });
  const origins = Object.fromEntries(
    lineage.map(({ party, taints }) => [party, [taints[0]?.origin, taints[0]?.entries]]),
  );
  assert.deepEqual(origins[`name:${EVE}`], [{ kind: 'finding', uid: 'f7', confidence: null }, [0]]);
  assert.deepEqual(origins[`name:${ADA}`], [
    { kind: 'change', from: `name:${EVE}`, operation: 'Add user.' },
    [1],
  ]);
});

test('without a finding, everything that depends on it alone is no longer open', async () => {
  const events = [
    signIn(EVE, '198.51.100.7', 1),
    change('Add user.', { actorName: EVE, targetName: ADA }, 2),
    signIn('bo@northmoor.example', '198.51.100.9', 3),
    change('Add user.', { actorName: 'bo@northmoor.example', targetName: 'cy@y.example' }, 4),
  ];
  const findings = [
    findingOf(events, [0], { uid: 'f1' }),
    findingOf(events, [2], { uid: 'f2' }),
    findingOf(events, [2], { uid: 'f3' }),
  ];
  const { doubts, footholds } = await ask(events, { findings });
  const accounts = footholds.find(({ foothold }) => foothold.id === 'accounts');
  assert.equal(accounts?.openings.length, 2);
  const byUid = new Map(doubts.map((doubt) => [doubt.finding.uid, doubt]));
  assert.equal(byUid.get('f1')?.openCounts.get(27), 1);
  assert.deepEqual(byUid.get('f1')?.cleared.toSorted(), [
    'address:198.51.100.7',
    `name:${ADA}`,
    `name:${EVE}`,
  ]);
  // Two findings on one record are one reason: if it is harmless, both are void.
  assert.equal(byUid.get('f2')?.openCounts.get(27), 1);
  assert.equal(byUid.get('f3')?.openCounts.get(27), 1);
  const alone = await ask(events.slice(0, 2), { findings: [findings[0] as (typeof findings)[0]] });
  assert.equal(alone.doubts[0]?.openCounts.get(27), 0);
});

test('use of months ago is no habit', async () => {
  const events = [
    signIn(EVE, '198.51.100.7', 1),
    signIn(ADA, '198.51.100.7', (-200 * DAY_MS) / HOUR_MS),
  ];
  const { addresses } = await ask(events, { findings: [findingOf(events, [0])] });
  assert.equal(addresses[0]?.isFollowed, true);
});

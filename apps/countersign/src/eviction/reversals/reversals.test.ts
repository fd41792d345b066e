import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TENANT_NOT_STATED, type TenantId } from '@countersign/core';
import fc from 'fast-check';
import { runs } from '../../../../../tools/property.ts';
import { assessEviction, type FootholdAnswer } from '../eviction-report.ts';
import { namedSeed } from '../lineage/parse-seed.ts';
import {
  ADA,
  ADMIN,
  at,
  CASES,
  change,
  EVE,
  ONE,
  parameters,
  properties,
  ROLE,
  rule,
  T,
  user,
} from '../testing/reversal-cases.ts';
import { accountOf, TENANT, type WorldEvent } from '../testing/world.ts';

/** Which later changes reverse what intruders opened, and which do not. */

const DAY_MS = 86_400_000;
const ELSEWHERE = 'a7c4e9d2-5b18-4f3a-8e60-d2f1b3c59a74' as TenantId;

async function answersOf(
  events: readonly WorldEvent[],
  nowMs = T + 400 * DAY_MS,
): Promise<ReadonlyMap<string, FootholdAnswer>> {
  const { footholds } = await assessEviction({
    source: accountOf(events),
    asOf: { origin: 'ledger.example', size: 99, at: null },
    period: { fromMs: T },
    findings: [],
    seeds: [namedSeed(`user:${EVE}`, T)],
    coverage: [],
    connected: new Set([TENANT]),
    unconnected: [],
    blind: [],
    nowMs,
  });
  return new Map(footholds.map((each) => [each.foothold.id, each]));
}

/** The states of a foothold's openings. */
async function statesOf(id: string, events: readonly WorldEvent[]): Promise<string[]> {
  const answer = (await answersOf(events)).get(id);
  assert.ok(answer !== undefined, id);
  const states = answer.openings.map(({ reversal }) => reversal.kind);
  // With an open one the foothold is open; otherwise it is unknown, never out.
  assert.equal(answer.answer.kind, states.includes('none') ? 'no' : 'unknown');
  return states;
}

async function codesOf(
  id: string,
  events: readonly WorldEvent[],
  nowMs?: number,
): Promise<string[]> {
  const answer = (await answersOf(events, nowMs)).get(id)?.answer;
  return answer?.kind === 'unknown' ? answer.because.map(({ code }) => code) : [];
}

for (const { foothold, opens, closes, elsewhere } of CASES) {
  test(`${foothold}: a reversal by others closes it, a later act opens it`, async () => {
    assert.deepEqual(await statesOf(foothold, [opens(EVE, 10)]), ['none']);
    assert.deepEqual(await statesOf(foothold, [opens(EVE, 10), closes(ADMIN, 20)]), ['closed']);
    const again = [opens(EVE, 10), closes(ADMIN, 20), opens(EVE, 30)];
    assert.deepEqual(await statesOf(foothold, again), ['none', 'closed']);
  });

  test(`${foothold}: ineffective reversals`, async () => {
    const before = [opens(EVE, 10), closes(ADMIN, 5)];
    assert.deepEqual(await statesOf(foothold, before), ['none'], 'earlier by the clock');
    assert.deepEqual(await statesOf(foothold, before.toReversed()), ['none'], 'and by the entry');
    assert.deepEqual(
      await statesOf(foothold, [opens(EVE, 10), closes(EVE, 20)]),
      ['none'],
      'theirs',
    );
    const failed = closes(ADMIN, 20);
    const tried = { ...failed, event: { ...failed.event, statusId: 2 } };
    assert.deepEqual(await statesOf(foothold, [opens(EVE, 10), tried]), ['none'], 'failed');
    if (elsewhere === undefined) return;
    assert.deepEqual(await statesOf(foothold, [opens(EVE, 10), elsewhere(ADMIN, 20)]), ['none']);
  });
}

test('the order within a second is unknown unless both have milliseconds', async () => {
  const opens = change('Add user.', EVE, at(10) + 700, user(ONE));
  const closes = (ms: number): WorldEvent =>
    change('Disable account.', ADMIN, at(10) + ms, user(ONE));
  assert.deepEqual(await statesOf('accounts', [opens, closes(0)]), ['unsure']);
  assert.deepEqual(await statesOf('accounts', [opens, closes(900)]), ['closed']);
  assert.deepEqual(await statesOf('accounts', [opens, closes(600)]), ['none']);
  assert.deepEqual(
    await codesOf('accounts', [opens, closes(0)]).then((codes) => codes[0]),
    'reversal-unsure',
  );
});

test('a reversal without an object is a reason, and closes nothing', async () => {
  const opens = rule('New-InboxRule', EVE, 10, 'eve_1', '.');
  const closes = change('Remove-InboxRule', ADMIN, at(20), { mailbox: EVE });
  assert.deepEqual(await statesOf('inbox-rules', [opens, closes]), ['unsure']);
});

test('an account that anyone enables again has its earlier access', async () => {
  const events = [
    change('Add user.', EVE, at(1), user(ONE)),
    change('Add member to role.', EVE, at(10), user(ONE), properties(ROLE)),
    change('Disable account.', ADMIN, at(20), user(ONE)),
  ];
  assert.deepEqual(await statesOf('directory-roles', events), ['closed']);
  const enabled = [...events, change('Enable account.', ADMIN, at(30), user(ONE))];
  assert.deepEqual(await statesOf('directory-roles', enabled), ['none']);
  const removed = change(
    'Remove member from role.',
    ADMIN,
    at(25),
    user(ONE),
    properties({}, ROLE),
  );
  const both = [...events, removed, change('Enable account.', ADMIN, at(30), user(ONE))];
  assert.deepEqual(await statesOf('directory-roles', both), ['closed']);
  const given = change('Add member to role.', ADMIN, at(40), user(ONE), properties(ROLE));
  assert.deepEqual(await statesOf('directory-roles', [...both, given]), ['none']);
});

test('a reversal in one tenant does not affect an application in another', async () => {
  const of = CASES.find(({ foothold }) => foothold === 'app-roles');
  assert.ok(of !== undefined);
  const elsewhere = { ...of.closes(ADMIN, 20), tenant: ELSEWHERE };
  assert.deepEqual(await statesOf('app-roles', [of.opens(EVE, 10), elsewhere]), ['none']);
  const notStated = { ...of.closes(ADMIN, 20), tenant: TENANT_NOT_STATED };
  assert.deepEqual(await statesOf('app-roles', [of.opens(EVE, 10), notStated]), ['closed']);
});

test('removing one of several rights leaves the others', async () => {
  const rights = (operation: string, by: string, s: number, text: string): WorldEvent =>
    change(operation, by, at(s), {}, parameters({ Identity: ADA, User: EVE, AccessRights: text }));
  const opens = rights('Add-MailboxPermission', EVE, 1, 'FullAccess, SendAs');
  const one = rights('Remove-MailboxPermission', ADMIN, 2, 'FullAccess');
  const other = rights('Remove-MailboxPermission', ADMIN, 3, 'SendAs');
  assert.deepEqual(await statesOf('mailbox-permissions', [opens, one]), ['none']);
  assert.deepEqual(await statesOf('mailbox-permissions', [opens, one, other]), ['closed']);
});

test('what a reversal leaves is a reason for as long as it lasts', async () => {
  const events = [
    change('Add user.', EVE, at(1), user(ONE)),
    change('Delete user.', ADMIN, at(2), user(ONE)),
  ];
  const soon = await codesOf('accounts', events, T + 3_600_000);
  assert.deepEqual(soon.slice(0, 3), ['taken-back', 'restorable', 'tokens-alive']);
  const week = await codesOf('accounts', events, T + 7 * DAY_MS);
  assert.ok(week.includes('restorable') && !week.includes('tokens-alive'), week.join());
  const later = await codesOf('accounts', events, T + 31 * DAY_MS);
  assert.ok(later.includes('taken-back') && !later.includes('restorable'), later.join());
  assert.ok(later.includes('state-not-read'), 'and the live state is not read all the same');
});

test("a session used after its revocation is open, a new one may be the owner's", async () => {
  const signIn = (s: number, sessionUid: string): WorldEvent =>
    change('UserLoggedIn', EVE, at(s), { classUid: 3002, sessionUid });
  const revoked = change('Update StsRefreshTokenValidFrom Timestamp.', ADMIN, at(20), {
    targetName: EVE,
  });
  assert.deepEqual(await statesOf('sessions', [signIn(10, 's1'), revoked]), ['closed']);
  assert.deepEqual(await statesOf('sessions', [signIn(10, 's1'), revoked, signIn(30, 's1')]), [
    'none',
  ]);
  const other = [signIn(10, 's1'), revoked, signIn(30, 's2')];
  assert.deepEqual(await statesOf('sessions', other), ['closed']);
  assert.ok((await codesOf('sessions', other)).includes('later-sign-ins'));
});

test('the last change decides, in any order of records', async () => {
  const steps = fc.array(
    fc.record({ isOpening: fc.boolean(), by: fc.constantFrom(EVE, ADMIN), isFailed: fc.boolean() }),
    { minLength: 1, maxLength: 8 },
  );
  const one = fc.constantFrom(...CASES.filter(({ foothold }) => foothold !== 'folder-permissions'));
  await fc.assert(
    fc.asyncProperty(one, steps, fc.infiniteStream(fc.nat()), async (of, list, order) => {
      const events = list.map(({ isOpening, by, isFailed }, i): WorldEvent => {
        const made = (isOpening ? of.opens : of.closes)(by, (i + 1) * 10);
        return isFailed ? { ...made, event: { ...made.event, statusId: 2 } } : made;
      });
      // The intruders' last opening, and whether an administrator reversed it afterwards.
      const done = list
        .map((step, at_) => ({ ...step, at: at_ }))
        .filter(({ isFailed }) => !isFailed);
      const opened = done.filter(({ isOpening, by }) => isOpening && by === EVE);
      const shuffled = events
        .map((each) => ({ each, key: order.next().value as number }))
        .sort((a, b) => a.key - b.key)
        .map(({ each }) => each);
      const states = await statesOf(of.foothold, shuffled);
      assert.equal(states.length, opened.length);
      const last = opened.at(-1);
      if (last === undefined) return;
      const behind = done.filter(({ at: step }) => step > last.at);
      const undone = behind.findLastIndex(({ isOpening, by }) => !isOpening && by === ADMIN);
      if (undone < 0) assert.ok(states.includes('none'), states.join());
      else if (behind.slice(undone).every(({ isOpening }) => !isOpening)) {
        assert.deepEqual(new Set(states), new Set(['closed']));
      }
    }),
    runs(60, 2000),
  );
});

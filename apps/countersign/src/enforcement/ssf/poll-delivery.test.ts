import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RECEIVER } from '../testing/ssf-world.ts';
import { ended, idOf, never, poll, verified, world } from '../testing/transmitter-world.ts';
import { pollRequestOf } from './poll-delivery.ts';
import { EVENT_TYPES } from './security-event.ts';

describe('a polled stream', () => {
  test('returns verifiable events until they are acknowledged', async () => {
    const { at, transmitter, management, polls } = await world();
    const id = idOf(await management.create(RECEIVER, {}));
    assert.equal(await transmitter.emit([ended('ada', at)]), 1);
    const first = await poll(polls, id);
    const [jti = '', set = ''] = Object.entries(first.sets)[0] ?? [];
    assert.equal(first.moreAvailable, false);

    const { payload, protectedHeader } = await verified(transmitter, set);
    assert.equal(protectedHeader.typ, 'secevent+jwt');
    assert.equal(payload.jti, jti);
    assert.equal(payload['txn'], 'tx-1');
    assert.equal('sub' in payload || 'exp' in payload, false);
    assert.deepEqual(payload['sub_id'], {
      format: 'complex',
      user: { format: 'iss_sub', iss: 'https://idp.example.com', sub: 'ada' },
      session: { format: 'opaque', id: 'pass-ada' },
    });
    assert.deepEqual(payload['events'], {
      [EVENT_TYPES.sessionRevoked]: {
        event_timestamp: at.clock.now() / 1000,
        initiating_entity: 'policy',
        reason_admin: { en: 'the risk was raised' },
      },
    });

    // An unacknowledged event repeats; an acknowledged one does not.
    assert.deepEqual(Object.keys((await poll(polls, id)).sets), [jti]);
    assert.deepEqual((await poll(polls, id, { ack: [jti] })).sets, {});
    assert.deepEqual((await poll(polls, id, { ack: [jti, 'unknown'] })).sets, {});
    const settled = at.records.filter(({ what }) => what === 'ssf-settled');
    assert.deepEqual(
      settled.map((record) => 'how' in record && record.how),
      ['acknowledged'],
    );
  });

  test("records a receiver's refusal and its reason", async () => {
    const { at, transmitter, management, polls } = await world();
    const id = idOf(await management.create(RECEIVER, {}));
    await transmitter.emit([ended('ada', at)]);
    const [jti = ''] = Object.keys((await poll(polls, id)).sets);
    const setErrs = { [jti]: { err: 'invalid_key', description: 'who is this' } };
    assert.deepEqual((await poll(polls, id, { setErrs })).sets, {});
    const last = at.records.at(-1);
    assert.ok(last?.what === 'ssf-settled' && last.how === 'refused');
    assert.equal(last.error, 'invalid_key: who is this');
  });

  test('pages in order', async () => {
    const { at, transmitter, management, polls } = await world();
    const id = idOf(await management.create(RECEIVER, {}));
    await transmitter.emit(['a', 'b', 'c'].map((who) => ended(who, at)));
    const none = await poll(polls, id, { maxEvents: 0 });
    assert.deepEqual(none, { sets: {}, moreAvailable: true });
    const two = await poll(polls, id, { maxEvents: 2 });
    assert.equal(Object.keys(two.sets).length, 2);
    assert.equal(two.moreAvailable, true);
    const last = await poll(polls, id, { maxEvents: 2, ack: Object.keys(two.sets) });
    assert.equal(Object.keys(last.sets).length, 1);
    assert.equal(last.moreAvailable, false);
  });

  test('waits for an event, up to a timeout', async () => {
    const { at, transmitter, management, polls } = await world();
    const id = idOf(await management.create(RECEIVER, {}));
    const waiting = polls.poll(RECEIVER, id, pollRequestOf({}), never);
    await at.settled();
    await transmitter.emit([ended('ada', at)]);
    assert.equal(Object.keys((await waiting)['sets'] as object).length, 1);

    const [jti = ''] = Object.keys((await poll(polls, id)).sets);
    const again = polls.poll(RECEIVER, id, pollRequestOf({ ack: [jti] }), never);
    await at.settled();
    await at.advance(30_000);
    assert.deepEqual(await again, { sets: {}, moreAvailable: false });

    const gone = new AbortController();
    const cut = polls.poll(RECEIVER, id, pollRequestOf({}), gone.signal);
    await at.settled();
    gone.abort();
    assert.deepEqual(await cut, { sets: {}, moreAvailable: false });
  });

  test('limits the connections of a receiver', async () => {
    const { at, management, polls } = await world();
    const id = idOf(await management.create(RECEIVER, {}));
    const gone = new AbortController();
    const waiting = Array.from({ length: 4 }, () =>
      polls.poll(RECEIVER, id, pollRequestOf({}), gone.signal),
    );
    await at.settled();
    await assert.rejects(polls.poll(RECEIVER, id, pollRequestOf({}), never), /already waiting/);
    gone.abort();
    await Promise.all(waiting);
  });

  test('refuses invalid polls', () => {
    for (const bad of [
      { maxEvents: -1 },
      { maxEvents: '5' },
      { returnImmediately: 'yes' },
      { ack: 'jti' },
      { ack: [1] },
      { setErrs: [] },
    ]) {
      assert.throws(() => pollRequestOf(bad), /^EndpointError/, JSON.stringify(bad));
    }
  });
});

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { OTHER, RECEIVER } from '../testing/ssf-world.ts';
import { ended, HOOK, idOf, poll, verified, world } from '../testing/transmitter-world.ts';
import { PUSH } from './event-stream.ts';
import { EVENT_KEPT_MS, PENDING_EVENTS_MAX } from './limits.ts';
import { EVENT_TYPES } from './security-event.ts';
import { ssfRecordOf } from './ssf-record.ts';

test('distinguishes its records from all other entries', async () => {
  const { at, transmitter, management } = await world();
  const id = idOf(await management.create(RECEIVER, {}));
  await transmitter.emit([ended('ada', at)]);
  await management.remove(RECEIVER, id);
  assert.equal(at.records.length, 3);
  for (const record of at.records) assert.deepEqual(ssfRecordOf(record), record);
  const [record] = at.records;
  for (const body of [null, 'x', [], { ...record, v: 2 }, { ...record, what: 'ssf' }, { v: 1 }]) {
    assert.equal(ssfRecordOf(body), undefined, JSON.stringify(body));
  }
});

describe('a transmitter', () => {
  test('continues after a crash where it stopped', async () => {
    const before = await world();
    const polled = idOf(await before.management.create(RECEIVER, {}));
    await before.management.create(OTHER, { events_requested: [] });
    await before.transmitter.emit([ended('ada', before.at), ended('bob', before.at)]);
    const first = await poll(before.polls, polled, { maxEvents: 1 });
    await poll(before.polls, polled, { ack: Object.keys(first.sets), maxEvents: 0 });

    const after = await world(structuredClone(before.at.records), before.at);
    assert.deepEqual(after.management.list(RECEIVER), before.management.list(RECEIVER));
    assert.deepEqual(after.management.list(OTHER), before.management.list(OTHER));
    const rest = await poll(after.polls, polled);
    assert.deepEqual(Object.keys(rest.sets), Object.keys((await poll(before.polls, polled)).sets));
    assert.equal(Object.keys(rest.sets).length, 1);
  });

  test('accepts a stream of an earlier version with the types that are still sent', async () => {
    const before = await world();
    const { sessionRevoked } = EVENT_TYPES;
    const gone = sessionRevoked.replace('session-revoked', 'session-presented');
    for (const events_requested of [[gone, sessionRevoked], [gone]]) {
      await before.management.create(RECEIVER, { events_requested });
    }
    const after = await world(structuredClone(before.at.records), before.at);
    const shown = after.management.list(RECEIVER);
    assert.deepEqual(
      shown.map((stream) => [stream['events_requested'], stream['events_delivered']]),
      [
        [[sessionRevoked], [sessionRevoked]],
        [[], []],
      ],
    );
    assert.equal(await after.transmitter.emit([ended('ada', after.at)]), 1);
  });

  test('pushes unacknowledged events after a start', async () => {
    const before = await world();
    before.at.answer = () => ({ status: 500, body: '' });
    const delivery = { method: PUSH, endpoint_url: HOOK };
    await before.management.create(RECEIVER, { delivery });
    await before.transmitter.emit([ended('ada', before.at)]);
    await before.at.pushed(1);
    await before.transmitter.close();
    before.at.answer = () => ({ status: 202, body: '' });
    const after = await world(structuredClone(before.at.records), before.at);
    after.transmitter.start();
    await after.at.pushed(2);
    const [first, second] = after.at.posts.map(({ body }) => body.split('.')[1]);
    assert.equal(first, second, 'the same event, by the same jti');
  });

  test('sends nothing without a record', async () => {
    const { at, transmitter, management, polls } = await world();
    const id = idOf(await management.create(RECEIVER, {}));
    at.keepFails = new Error('the disk is full');
    await assert.rejects(transmitter.emit([ended('ada', at)]), /disk is full/);
    at.keepFails = undefined;
    assert.deepEqual((await poll(polls, id)).sets, {});
  });

  test('drops an event that was not fetched for a week, and records it', async () => {
    const { at, transmitter, management, polls } = await world();
    const id = idOf(await management.create(RECEIVER, {}));
    await transmitter.emit([ended('ada', at)]);
    await at.advance(EVENT_KEPT_MS);
    assert.equal(Object.keys((await poll(polls, id)).sets).length, 1);
    await at.advance(1);
    assert.deepEqual((await poll(polls, id)).sets, {});
    const last = at.records.at(-1);
    assert.ok(last?.what === 'ssf-settled' && last.how === 'expired');
  });

  test('disables a stream that no receiver reads, with an event on it', async () => {
    const { at, transmitter, management, polls } = await world();
    const id = idOf(await management.create(RECEIVER, {}));
    const many = Array.from({ length: PENDING_EVENTS_MAX + 1 }, () => ended('ada', at));
    await transmitter.emit(many);
    assert.equal(management.status(RECEIVER, id)['status'], 'disabled');
    const { sets } = await poll(polls, id);
    const [set = ''] = Object.values(sets);
    const { payload } = await verified(transmitter, set);
    const [said] = Object.values(payload['events'] as Record<string, { status: string }>);
    assert.equal(said?.status, 'disabled');
    assert.equal(Object.keys(sets).length, 1);
  });

  test('sends nothing to a receiver that is no longer configured', async () => {
    const before = await world();
    await before.management.create({ ...RECEIVER, name: 'gone' }, {});
    assert.equal(await before.transmitter.emit([ended('ada', before.at)]), 0);
  });
});

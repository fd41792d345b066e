import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ISSUER, OTHER, RECEIVER } from '../testing/ssf-world.ts';
import { ended, HOOK, idOf, poll, verified, world } from '../testing/transmitter-world.ts';
import { POLL, PUSH } from './event-stream.ts';
import { VERIFICATION_EVERY_MS } from './limits.ts';
import { EVENT_TYPES, riskLevelChange } from './security-event.ts';
import { issSub, opaque } from './subject-identifier.ts';

describe('streams', () => {
  test('state the minimum verification interval in seconds', async () => {
    const { management } = await world();
    const shown = await management.create(RECEIVER, {});
    assert.equal(Number(shown['min_verification_interval']) * 1000, VERIFICATION_EVERY_MS);
  });

  test('limit the list of requested events', async () => {
    const { management } = await world();
    const asked = (events_requested: unknown) => management.create(RECEIVER, { events_requested });
    const { events_supported } = await management.create(RECEIVER, {});
    const max = 2 * (events_supported as unknown[]).length;
    await asked(Array(max).fill('https://example.com/unknown'));
    for (const bad of ['x', {}, [7], Array(max + 1).fill('https://example.com/unknown')]) {
      await assert.rejects(asked(bad), { code: 'MALFORMED' }, JSON.stringify(bad));
    }
  });

  test('are created, read, changed, replaced and deleted', async () => {
    const { management } = await world();
    const created = await management.create(RECEIVER, {
      events_requested: [EVENT_TYPES.sessionRevoked, 'https://example.com/unknown'],
      description: 'the wiki',
    });
    assert.equal(created['iss'], ISSUER);
    assert.equal(created['aud'], RECEIVER.audience);
    assert.deepEqual(created['events_delivered'], [EVENT_TYPES.sessionRevoked]);
    const id = idOf(created);
    assert.deepEqual(created['delivery'], {
      method: POLL,
      endpoint_url: `${ISSUER}/ssf/poll/${id}`,
    });
    assert.deepEqual(management.read(RECEIVER, id), created);
    assert.deepEqual(management.list(RECEIVER), [created]);

    const patched = await management.patch(RECEIVER, {
      stream_id: id,
      iss: ISSUER,
      delivery: { method: PUSH, endpoint_url: HOOK },
    });
    assert.deepEqual(patched['events_delivered'], [EVENT_TYPES.sessionRevoked]);
    assert.equal(patched['description'], 'the wiki');
    assert.deepEqual(patched['delivery'], { method: PUSH, endpoint_url: HOOK });

    const replaced = await management.replace(RECEIVER, { stream_id: id });
    assert.equal('description' in replaced || 'events_requested' in replaced, false);
    assert.deepEqual(replaced['events_delivered'], replaced['events_supported']);

    await management.remove(RECEIVER, id);
    assert.throws(() => management.read(RECEIVER, id), /no stream has this id/);
    assert.deepEqual(management.list(RECEIVER), []);
  });

  test('of another receiver are reported as missing', async () => {
    const { management, polls } = await world();
    const id = idOf(await management.create(OTHER, {}));
    const message = { stream_id: id };
    const none = /^EndpointError: no stream has this id$/;
    assert.throws(() => management.read(RECEIVER, id), none);
    assert.throws(() => management.status(RECEIVER, id), none);
    assert.deepEqual(management.list(RECEIVER), []);
    await assert.rejects(management.patch(RECEIVER, message), none);
    await assert.rejects(management.replace(RECEIVER, message), none);
    await assert.rejects(management.remove(RECEIVER, id), none);
    await assert.rejects(management.setStatus(RECEIVER, { ...message, status: 'paused' }), none);
    await assert.rejects(management.verify(RECEIVER, message), none);
    await assert.rejects(poll(polls, id), none);
    const subject = { ...opaque('x') };
    await assert.rejects(management.addSubject(RECEIVER, { ...message, subject }), none);
    await assert.rejects(management.removeSubject(RECEIVER, { ...message, subject }), none);
  });

  test("protect the transmitter's members", async () => {
    const { management } = await world();
    const id = idOf(await management.create(RECEIVER, {}));
    for (const bad of [
      { iss: 'https://evil.example.com' },
      { aud: 'https://other.example.com' },
      { events_delivered: [] },
    ]) {
      await assert.rejects(management.patch(RECEIVER, { stream_id: id, ...bad }), /cannot change/);
      await assert.rejects(
        management.replace(RECEIVER, { stream_id: id, ...bad }),
        /cannot change/,
      );
    }
  });

  test('have a maximum number per receiver', async () => {
    const { management } = await world();
    for (let i = 0; i < 8; i++) await management.create(RECEIVER, {});
    await assert.rejects(management.create(RECEIVER, {}), /at most 8 streams/);
    await management.create(OTHER, {});
  });

  test('hold events while paused, and drop them while disabled', async () => {
    const { at, transmitter, management, polls } = await world();
    const id = idOf(await management.create(RECEIVER, {}));
    const set = (status: string) => management.setStatus(RECEIVER, { stream_id: id, status });
    assert.deepEqual(await set('paused'), { stream_id: id, status: 'paused' });
    await transmitter.emit([ended('ada', at)]);
    assert.deepEqual((await poll(polls, id)).sets, {});
    await set('enabled');
    assert.equal(Object.keys((await poll(polls, id)).sets).length, 1);
    await set('disabled');
    assert.equal(await transmitter.emit([ended('bob', at)]), 0);
    await set('enabled');
    assert.deepEqual((await poll(polls, id)).sets, {});
    await assert.rejects(set('asleep'), /must be one of enabled, paused, disabled/);
  });

  test('are verified on demand with the given state', async () => {
    const { at, transmitter, management, polls } = await world();
    const id = idOf(await management.create(RECEIVER, {}));
    await management.verify(RECEIVER, { stream_id: id, state: 'VGhpcw' });
    await assert.rejects(management.verify(RECEIVER, { stream_id: id }), /at most once in 1000 ms/);
    const [set = ''] = Object.values((await poll(polls, id)).sets);
    const { payload } = await verified(transmitter, set);
    assert.deepEqual(payload['sub_id'], { format: 'opaque', id });
    assert.deepEqual(payload['events'], {
      'https://schemas.openid.net/secevent/ssf/event-type/verification': { state: 'VGhpcw' },
    });
    await at.advance(1000);
    await management.verify(RECEIVER, { stream_id: id });
  });

  test('exclude subjects on request', async () => {
    const { at, transmitter, management, polls } = await world();
    const id = idOf(await management.create(RECEIVER, {}));
    const subject = { ...issSub('https://idp.example.com', 'ada') };
    await management.removeSubject(RECEIVER, { stream_id: id, subject });
    await management.removeSubject(RECEIVER, { stream_id: id, subject });
    assert.equal(await transmitter.emit([ended('ada', at)]), 0);
    assert.equal(await transmitter.emit([ended('bob', at)]), 1);
    await management.addSubject(RECEIVER, { stream_id: id, subject });
    assert.equal(await transmitter.emit([ended('ada', at)]), 1);
    assert.equal(Object.keys((await poll(polls, id)).sets).length, 2);
  });

  test('deliver only the requested events', async () => {
    const { at, transmitter, management } = await world();
    await management.create(RECEIVER, { events_requested: [EVENT_TYPES.riskLevelChange] });
    assert.equal(await transmitter.emit([ended('ada', at)]), 0);
    const risk = riskLevelChange(
      issSub('https://idp.example.com', 'ada'),
      { atMs: at.clock.now(), by: 'system', reason: 'password spray', transaction: 't' },
      { current: 'HIGH', previous: 'LOW' },
    );
    assert.equal(await transmitter.emit([risk]), 1);
    const last = at.records.at(-1);
    assert.ok(last?.what === 'ssf-issued');
    assert.equal(
      last.claims.events[EVENT_TYPES.riskLevelChange]?.['risk_reason'],
      'password spray',
    );
  });
});

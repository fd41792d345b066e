import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RECEIVER } from '../testing/ssf-world.ts';
import { ended, HOOK, verified, world } from '../testing/transmitter-world.ts';
import { PUSH } from './event-stream.ts';
import {
  PUSH_RETRY_FIRST_MS,
  PUSH_RETRY_MAX_MS,
  PUSHES_AT_ONCE,
  RECEIVER_TEXT_CHARACTERS_MAX,
} from './limits.ts';

describe('a pushed stream', () => {
  const delivery = { method: PUSH, endpoint_url: HOOK, authorization_header: 'Bearer hush-4f6b' };

  test('sends events at once, and takes 202 as acknowledgment', async () => {
    const { at, transmitter, management } = await world();
    const shown = await management.create(RECEIVER, { delivery });
    await transmitter.emit([ended('ada', at)]);
    await at.pushed(1);
    const [post] = at.posts;
    assert.equal(post?.url, HOOK);
    assert.equal(post.headers['content-type'], 'application/secevent+jwt');
    assert.equal(post.headers['authorization'], 'Bearer hush-4f6b');
    await verified(transmitter, post.body);
    assert.equal(at.posts.length, 1);
    const last = await at.settlement();
    assert.ok(last.what === 'ssf-settled' && last.how === 'acknowledged');
    // The receiver's secret is neither returned nor recorded.
    assert.doesNotMatch(JSON.stringify([shown, at.records]), /hush/);
  });

  test('retries with growing delays, and continues in order', async () => {
    const { at, transmitter, management } = await world();
    await management.create(RECEIVER, { delivery });
    at.answer = () => ({ status: 503, body: '' });
    await transmitter.emit([ended('ada', at)]);
    await at.pushed(1);
    await at.advance(PUSH_RETRY_FIRST_MS - 1);
    assert.equal(at.posts.length, 1);
    await at.advance(1);
    await at.pushed(2);
    await at.advance(PUSH_RETRY_FIRST_MS);
    assert.equal(at.posts.length, 2, 'the second rest is longer');
    at.answer = () => {
      throw new Error('connection refused');
    };
    await at.advance(PUSH_RETRY_FIRST_MS);
    await at.pushed(3);
    at.answer = () => ({ status: 202, body: '' });
    await at.advance(PUSH_RETRY_FIRST_MS * 4);
    await at.pushed(4);
    await at.advance(60_000);
    assert.equal(at.posts.length, 4);
  });

  test('does not repeat an event that a receiver refused', async () => {
    const { at, transmitter, management } = await world();
    await management.create(RECEIVER, { delivery });
    at.answer = () => ({ status: 400, body: '{"err":"invalid_audience","description":"not me"}' });
    await transmitter.emit([ended('ada', at)]);
    const last = await at.settlement();
    assert.ok(last.what === 'ssf-settled' && last.how === 'refused');
    assert.equal(last.error, 'invalid_audience: not me');
    await at.advance(60_000);
    assert.equal(at.posts.length, 1);
  });

  test('sends events of one subject in sequence, of others in parallel', async () => {
    const { at, transmitter, management } = await world();
    await management.create(RECEIVER, { delivery });
    const open: ((answer: { status: number; body: string }) => void)[] = [];
    at.answer = () => new Promise((resolve) => open.push(resolve));
    await transmitter.emit([ended('ada', at), ended('ada', at), ended('bob', at)]);
    await at.pushed(2);
    assert.equal(at.posts.length, 2);
    open.shift()?.({ status: 202, body: '' });
    open.shift()?.({ status: 202, body: '' });
    await at.pushed(3);
    for (const answer of open) answer({ status: 202, body: '' });
    await transmitter.close();
  });

  test('limits the events in flight', async () => {
    const { at, transmitter, management } = await world();
    await management.create(RECEIVER, { delivery });
    const open: ((answer: { status: number; body: string }) => void)[] = [];
    at.answer = () => new Promise((resolve) => open.push(resolve));
    const people = Array.from({ length: PUSHES_AT_ONCE + 2 }, (_, n) => ended(`p${n}`, at));
    for (const each of people) {
      await transmitter.emit([each]);
      at.clock.advance(1);
    }
    await at.pushed(PUSHES_AT_ONCE);
    assert.equal(at.posts.length, PUSHES_AT_ONCE);
    open.shift()?.({ status: 202, body: '' });
    await at.pushed(PUSHES_AT_ONCE + 1);
    assert.equal(at.posts.length, PUSHES_AT_ONCE + 1);
    at.answer = () => ({ status: 202, body: '' });
    for (const answer of open) answer({ status: 202, body: '' });
    await at.pushed(people.length);
    await transmitter.close();
  });

  test('limits the delay, however long a receiver was away', async () => {
    const { at, transmitter, management } = await world();
    await management.create(RECEIVER, { delivery });
    at.answer = () => ({ status: 503, body: '' });
    await transmitter.emit([ended('ada', at)]);
    await at.pushed(1);
    for (let count = 2; count < 14; count++) {
      await at.advance(PUSH_RETRY_MAX_MS);
      await at.pushed(count);
    }
    const before = at.posts.length;
    await at.advance(PUSH_RETRY_MAX_MS - 1);
    assert.equal(at.posts.length, before);
    await at.advance(1);
    await at.pushed(before + 1);
    // After a success, the next failure starts with the shortest delay.
    at.answer = () => ({ status: 202, body: '' });
    await at.advance(PUSH_RETRY_MAX_MS);
    await at.settlement();
    at.answer = () => ({ status: 503, body: '' });
    const failed = at.posts.length + 1;
    await transmitter.emit([ended('bob', at)]);
    await at.pushed(failed);
    await at.advance(PUSH_RETRY_FIRST_MS);
    await at.pushed(failed + 1);
    await transmitter.close();
  });

  test('close interrupts pushes, which are repeated later', async () => {
    const { at, transmitter, management } = await world();
    await management.create(RECEIVER, { delivery });
    let isCut = false;
    at.answer = ({ signal }) =>
      new Promise((_, reject) => {
        signal.addEventListener('abort', () => {
          setImmediate(() => {
            isCut = true;
            reject(new Error('cut off'));
          });
        });
      });
    await transmitter.emit([ended('ada', at)]);
    await at.pushed(1);
    await transmitter.close();
    assert.ok(isCut);
    assert.ok(at.records.every(({ what }) => what !== 'ssf-settled'));
    await transmitter.emit([ended('bob', at)]);
    await at.advance(PUSH_RETRY_MAX_MS);
    assert.equal(at.posts.length, 1);
  });

  for (const [body, error] of [
    ['', 'no reason was given'],
    ['oops', 'no reason was given'],
    ['[]', 'no reason was given'],
    ['{"err":7}', 'no reason was given'],
    ['{"err":"invalid_key"}', 'invalid_key'],
    ['{"description":"who is this"}', 'who is this'],
    [`{"err":"${'x'.repeat(5000)}"}`, 'x'.repeat(RECEIVER_TEXT_CHARACTERS_MAX)],
  ] as const) {
    test(`records a refusal "${body.slice(0, 30)}": ${error.slice(0, 30)}`, async () => {
      const { at, transmitter, management } = await world();
      await management.create(RECEIVER, { delivery });
      at.answer = () => ({ status: 400, body });
      await transmitter.emit([ended('ada', at)]);
      const last = await at.settlement();
      assert.ok(last.what === 'ssf-settled' && last.how === 'refused');
      assert.equal(last.error, error);
    });
  }

  for (const [status, how] of [
    [200, 'acknowledged'],
    [204, 'acknowledged'],
    [299, 'acknowledged'],
    [199, 'tried again'],
    [300, 'tried again'],
    [401, 'tried again'],
    [404, 'tried again'],
  ] as const) {
    test(`takes a reply of ${status} as: ${how}`, async () => {
      const { at, transmitter, management } = await world();
      await management.create(RECEIVER, { delivery });
      at.answer = () => ({ status, body: '' });
      await transmitter.emit([ended('ada', at)]);
      await at.pushed(1);
      at.answer = () => ({ status: 202, body: '' });
      await at.advance(PUSH_RETRY_FIRST_MS);
      await at.settlement();
      assert.equal(at.posts.length, how === 'acknowledged' ? 1 : 2);
    });
  }

  test('does not loop when the ledger fails', async () => {
    const { at, transmitter, management } = await world();
    await management.create(RECEIVER, { delivery });
    at.answer = () => {
      at.keepFails = new Error('the disk is full');
      return { status: 202, body: '' };
    };
    await transmitter.emit([ended('ada', at)]);
    await at.pushed(1);
    assert.equal(at.posts.length, 1);
    at.keepFails = undefined;
    at.answer = () => ({ status: 202, body: '' });
    await at.advance(PUSH_RETRY_FIRST_MS);
    await at.pushed(2);
    await at.settlement();
  });

  test('calls only configured origins', async () => {
    const { management } = await world();
    for (const url of [
      'https://evil.example.com/events',
      'http://wiki.example.com/events',
      'https://wiki.example.com:8443/events',
      'https://wiki.example.com.evil.example.com/',
      'https://user:pass@wiki.example.com/',
      'http://169.254.169.254/latest/meta-data',
      'file:///etc/passwd',
      'not a url',
      undefined,
    ]) {
      const message = { delivery: { method: PUSH, endpoint_url: url } };
      await assert.rejects(management.create(RECEIVER, message), /^EndpointError: delivery/, url);
    }
    const split = { ...delivery, authorization_header: 'Bearer a\r\nX-Evil: 1' };
    await assert.rejects(
      management.create(RECEIVER, { delivery: split }),
      /not the value of a header/,
    );
  });
});

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { mayAsk, statedIds } from './caller.ts';
import { bearerOf, CallerRegistry } from './caller-registry.ts';
import { FairQueue, WAITING_PER_CALLER_MAX } from './fair-queue.ts';

const sha256 = (data: string | Uint8Array): string =>
  createHash('sha256').update(data).digest('hex');

describe('callers', () => {
  const registry = new CallerRegistry<string>();
  registry.add({ kind: 'bearer', sha256: sha256('wiki-token') }, 'wiki');
  registry.add(
    { kind: 'certificate', sha256: sha256(Buffer.from('DER')).toUpperCase() },
    'gateway',
  );
  const find = (authorization?: string, certificate?: Uint8Array): string | undefined =>
    registry.find({ authorization, certificate });

  test('are known by a token or a certificate, and by nothing else', () => {
    assert.equal(find('Bearer wiki-token'), 'wiki');
    assert.equal(find('bearer  wiki-token'), 'wiki');
    assert.equal(find(undefined, Buffer.from('DER')), 'gateway');
    assert.equal(find(), undefined);
    assert.equal(find('Bearer other'), undefined);
    assert.equal(find('Basic wiki-token'), undefined);
    assert.equal(find('Bearer wiki-token, Bearer other'), undefined);
    // A thief of the configuration has only the digest.
    assert.equal(find(`Bearer ${sha256('wiki-token')}`), undefined);
    // A digest of one kind is no proof of the other.
    assert.equal(find('Bearer DER'), undefined);
    assert.equal(find(undefined, Buffer.from('wiki-token')), undefined);
  });

  test('are identified by the certificate before the token', () => {
    assert.equal(find('Bearer wiki-token', Buffer.from('DER')), 'gateway');
    assert.equal(find('Bearer wiki-token', Buffer.from('unknown')), 'wiki');
  });

  test('send tokens in the form of RFC 6750', () => {
    assert.equal(bearerOf('Bearer abc.DEF-_~+/=='), 'abc.DEF-_~+/==');
    for (const bad of ['Bearer', 'Bearer ', 'Bearer a b', 'Bearer a=b', 'Bearerabc', undefined]) {
      assert.equal(bearerOf(bad), undefined);
    }
  });

  test('ask only about their own resources', () => {
    const caller = {
      resources: [{ type: 'record', ids: ['record-1', 'wiki/*'] }, { type: 'page' }],
    };
    const may = (type: string, id?: string): boolean => mayAsk(caller, { type, id });
    assert.ok(may('record', 'record-1') && may('record', 'wiki/a') && may('page', 'any'));
    assert.ok(may('record') && may('page'));
    assert.ok(!may('record', 'record-2') && !may('record', 'wik') && !may('record', 'record-11'));
    // A prefix ends exactly at the star.
    assert.ok(!may('record', 'wiki') && !may('record', 'wikipedia'));
    assert.ok(!may('other', 'record-1') && !may('other') && !may('record', 'Wiki/a'));
    assert.deepEqual(statedIds(caller, 'record'), ['record-1']);
  });
});

/** Turns of some steps: the clock advances by a millisecond at each look. */
function turnOf(steps: number): { nowMs: () => number; turnMs: number } {
  let nowMs = 0;
  return { nowMs: () => nowMs++, turnMs: steps };
}

describe('turns', () => {
  function turnsOf(stepsPerTurn: number): { turns: FairQueue; run: () => void } {
    const waiting: (() => void)[] = [];
    const turns = new FairQueue({
      yieldTurn: (next) => waiting.push(next),
      ...turnOf(stepsPerTurn),
    });
    const run = (): void => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) next();
    };
    return { turns, run };
  }

  for (const stepsPerTurn of [1, 3, 100]) {
    test(`a flood does not delay another caller, with ${stepsPerTurn} steps per turn`, () => {
      const { turns, run } = turnsOf(stepsPerTurn);
      const done: string[] = [];
      const step = (name: string) => (): 'done' => {
        done.push(name);
        return 'done';
      };
      for (let i = 0; i < 1000; i++) assert.equal(turns.offer('flood', step('flood')), 'taken');
      turns.offer('other', step('other'));
      turns.offer('third', step('third'));
      run();
      assert.equal(done.length, 1002);
      assert.ok(done.indexOf('other') <= 2 && done.indexOf('third') <= 3, done.slice(0, 5).join());
    });
  }

  for (const stepsPerTurn of [1, 3]) {
    test(`a turn has at most ${stepsPerTurn} steps, and one turn is requested at a time`, () => {
      const asked: (() => void)[] = [];
      const turns = new FairQueue({
        yieldTurn: (next) => asked.push(next),
        ...turnOf(stepsPerTurn),
      });
      const takesTurns: number[] = [];
      let steps = 0;
      for (let i = 0; i < 7; i++) {
        turns.offer('flood', () => {
          steps += 1;
          return 'done';
        });
        assert.equal(asked.length, 1);
      }
      for (let next = asked.shift(); next !== undefined; next = asked.shift()) {
        const before = steps;
        next();
        takesTurns.push(steps - before);
        assert.ok(asked.length <= 1);
      }
      assert.deepEqual(takesTurns, stepsPerTurn === 1 ? [1, 1, 1, 1, 1, 1, 1] : [3, 3, 1]);
      // A late arrival gets a turn again after the queue was empty.
      turns.offer('late', () => 'done');
      assert.equal(asked.length, 1);
    });
  }

  test('a long job proceeds in steps between the steps of others', () => {
    const { turns, run } = turnsOf(4);
    const done: string[] = [];
    let left = 50;
    turns.offer('batch', () => {
      done.push('batch');
      return --left > 0 ? 'more' : 'done';
    });
    turns.offer('batch', () => {
      done.push('behind');
      return 'done';
    });
    turns.offer('other', () => {
      done.push('other');
      return 'done';
    });
    run();
    assert.ok(done.indexOf('other') <= 1);
    assert.equal(done.at(-1), 'behind');
    assert.equal(done.length, 52);
  });

  test('only the caller that floods is refused', () => {
    const { turns, run } = turnsOf(10);
    const step = (): 'done' => 'done';
    for (let i = 0; i < WAITING_PER_CALLER_MAX; i++) {
      assert.equal(turns.offer('flood', step), 'taken');
    }
    assert.equal(turns.offer('flood', step), 'full');
    assert.equal(turns.offer('other', step), 'taken');
    run();
    assert.equal(turns.offer('flood', step), 'taken');
  });
});

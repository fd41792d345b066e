import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ManualClock, OWN_TENANT } from '@countersign/core';
import {
  type DecisionLog,
  DecisionPoint,
  type DecisionRequest,
  PolicySet,
} from '@countersign/policy';
import { PlainDirectory } from '@countersign/policy/testing/plain-directory';
import { countingRandom } from '@countersign/policy/testing/random';
import { EVALUATIONS_AT_ONCE } from '../authzen/limits.ts';
import { FairQueue, WAITING_PER_CALLER_MAX } from '../callers/fair-queue.ts';
import { DecisionDurations } from './decision-durations.ts';
import { DecisionQueue } from './decision-queue.ts';

const POLICIES = PolicySet.parse({
  schema: { file: 's.cedarschema', text: 'entity Person;' },
  policies: [],
});

const ALL_LOGGED: DecisionLog = { append: async (drafts) => drafts.map((_, at) => at) };

function deciding(decisionLog: DecisionLog = ALL_LOGGED, clock = new ManualClock(0)) {
  const waiting: (() => void)[] = [];
  const point = new DecisionPoint({
    ...{ policies: POLICIES, directory: new PlainDirectory({}, 0), random: countingRandom() },
    ...{ decisionLog, clock },
  });
  const durations = new DecisionDurations(clock);
  const turns = new FairQueue({
    yieldTurn: (next) => waiting.push(next),
    nowMs: () => 0,
    turnMs: 0,
  });
  const turn = (): void => waiting.shift()?.();
  return { deciding: new DecisionQueue(point, turns, durations), turn, durations };
}

const REQUEST: DecisionRequest = {
  ...{ enforcementPoint: 'tool', tenant: OWN_TENANT, subject: { type: 'user', id: 'ada' } },
  ...{ action: { name: 'read' }, resource: { type: 'app', id: 'a' }, context: {} },
};

test('the duration of a decision ends when it is durable', async () => {
  const clock = new ManualClock(0);
  const append: DecisionLog['append'] = async (drafts) => {
    clock.advance(30);
    return drafts.map((_, at) => at);
  };
  const { deciding: of, turn, durations } = deciding({ append }, clock);
  const decided = of.decide({ name: 'one' }, [REQUEST, REQUEST], {});
  clock.advance(5);
  turn();
  const [first] = await decided;
  assert.equal(first?.decision.cause, 'no-policy');
  const [series, ...others] = durations.series();
  assert.deepEqual(others, []);
  assert.equal(series?.outcome, 'deny');
  assert.equal(series.enforcementPoint, 'tool');
  assert.deepEqual(series.counts, [0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0]);
  assert.equal(series.sumSeconds, 0.07);
});

test('a request that gets no decision counts as failed', async () => {
  const append = () => Promise.reject(new Error('no disk'));
  const { deciding: of, turn, durations } = deciding({ append });
  const decided = of.decide({ name: 'one' }, [REQUEST], {});
  turn();
  await assert.rejects(decided, { code: 'UNAVAILABLE' });
  const counted = durations.series().map(({ outcome, counts }) => [outcome, counts[0]]);
  assert.deepEqual(counted, [['failed', 1]]);
});

describe('many items of one caller', () => {
  test('are processed in pieces, with turns for others in between', async () => {
    const { deciding: of, turn } = deciding();
    const done: string[] = [];
    const count = 2 * EVALUATIONS_AT_ONCE + 1;
    const all = of.inTurns({ name: 'many' }, count, (from, to) => {
      done.push(`${from} to ${to}`);
      return 'on';
    });
    const other = of.inTurns({ name: 'other' }, 1, () => {
      done.push('other');
      return 'on';
    });
    for (let turns = 0; turns < 4; turns++) turn();
    await Promise.all([all, other]);
    assert.deepEqual(done, ['0 to 16', 'other', '16 to 32', '32 to 33']);
  });

  test('end early if the rest is not needed', async () => {
    const { deciding: of, turn } = deciding();
    let pieces = 0;
    const all = of.inTurns({ name: 'many' }, 1000, () => {
      pieces += 1;
      return pieces === 2 ? 'stop' : 'on';
    });
    for (let turns = 0; turns < 9; turns++) turn();
    await all;
    assert.equal(pieces, 2);
  });

  test('end at the first failure with its error', async () => {
    const { deciding: of, turn } = deciding();
    let pieces = 0;
    const all = of.inTurns({ name: 'many' }, 1000, () => {
      pieces += 1;
      throw new TypeError('a defect');
    });
    turn();
    turn();
    await assert.rejects(all, new TypeError('a defect'));
    assert.equal(pieces, 1);
  });

  test('are refused while too much of the caller waits, unlike those of others', async () => {
    const { deciding: of } = deciding();
    for (let count = 0; count < WAITING_PER_CALLER_MAX; count++) {
      void of.inTurns({ name: 'flood' }, 1, () => 'on');
    }
    const refusal = { code: 'TOO_SOON', message: /^too many requests of flood are waiting/ };
    await assert.rejects(
      of.inTurns({ name: 'flood' }, 1, () => 'on'),
      refusal,
    );
    await assert.rejects(of.decide({ name: 'flood' }, [], { passMs: undefined }), refusal);
    void of.inTurns({ name: 'other' }, 1, () => 'on');
  });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LedgerHead } from '../../store/reading/ledger-head.ts';
import { AnswerCache } from './answer-cache.ts';

function headAt(size: number): LedgerHead {
  return { origin: 'o', size, asOf: { origin: 'o', size, at: null } } as LedgerHead;
}

class Question {
  asked = 0;
  nowMs = 0;
  readonly cache: AnswerCache = new AnswerCache({
    now: () => this.nowMs,
    monotonic: () => this.nowMs,
  });

  ask(size: number): Promise<{ value: number; head: LedgerHead }> {
    return this.cache.of('question', headAt(size), this.compute);
  }

  readonly compute = async (): Promise<number> => ++this.asked;
}

test('callers that ask at once share one computation', async () => {
  const question = new Question();
  const answers = await Promise.all([question.ask(1), question.ask(1), question.ask(1)]);
  assert.deepEqual(
    answers.map(({ value }) => value),
    [1, 1, 1],
  );
});

test('a grown ledger gets the kept answer with its watermark, and a new one later', async () => {
  const question = new Question();
  await question.ask(1);
  question.nowMs = 10_000;
  const kept = await question.ask(2);
  assert.deepEqual([kept.value, kept.head.asOf.size], [1, 1]);
  await new Promise((resolve) => setImmediate(resolve));
  const renewed = await question.ask(2);
  assert.deepEqual([renewed.value, renewed.head.asOf.size], [2, 2]);
});

test('an old answer is never given', async () => {
  const question = new Question();
  await question.ask(1);
  question.nowMs = 10 * 60_000;
  assert.equal((await question.ask(1)).value, 2);
});

test('a failure is kept from no one: the next caller computes again', async () => {
  const question = new Question();
  const failing = question.cache.of('question', headAt(1), async () => {
    throw new Error('the disk failed');
  });
  await assert.rejects(failing, /disk/);
  assert.equal((await question.ask(1)).value, 1);
});

test('without waiting, the first caller gets nothing and the next one the answer', async () => {
  const question = new Question();
  const ready = (): Promise<unknown> =>
    question.cache.ready('question', headAt(1), question.compute);
  assert.equal(await ready(), undefined);
  await question.ask(1);
  assert.deepEqual(await ready(), { value: 1, head: headAt(1) });
});

test('an answer that takes long is renewed less often', async () => {
  const question = new Question();
  const slow = async (): Promise<number> => {
    question.nowMs += 10_000;
    return question.compute();
  };
  const ask = (): Promise<unknown> => question.cache.of('slow', headAt(question.nowMs), slow);
  await ask();
  question.nowMs += 20_000;
  await ask();
  assert.equal(question.asked, 1);
  question.nowMs += 15_000;
  await ask();
  assert.equal(question.asked, 2, 'renewed in the background');
});

test('a cache that settles waits for what is computed', async () => {
  const question = new Question();
  const { promise, resolve } = Promise.withResolvers<number>();
  void question.cache.of('long', headAt(1), () => promise);
  let isSettled = false;
  const settled = question.cache.settled().then(() => {
    isSettled = true;
  });
  await new Promise((after) => setImmediate(after));
  assert.equal(isSettled, false);
  resolve(1);
  await settled;
  await question.cache.settled();
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CallSlots } from './call-slots.ts';
import { CALLS_MAX, CALLS_OF_CALLER_MAX } from './limits.ts';

test('one caller gets its share, and all together no more than the machine has', () => {
  const slots = new CallSlots();
  const own = Array.from({ length: CALLS_OF_CALLER_MAX }, () => slots.take('ada'));
  assert.ok(own.every((slot) => slot !== undefined));
  assert.equal(slots.take('ada'), undefined);
  own[0]?.[Symbol.dispose]();
  assert.ok(slots.take('ada') !== undefined);
  const others = Array.from({ length: CALLS_MAX }, (_, at) => slots.take(`caller ${at}`));
  const taken = others.filter((slot) => slot !== undefined);
  assert.equal(taken.length, CALLS_MAX - CALLS_OF_CALLER_MAX);
});

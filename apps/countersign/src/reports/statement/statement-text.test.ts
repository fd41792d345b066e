import assert from 'node:assert/strict';
import { test } from 'node:test';
import { NOTHING_READ, no, unknown } from '@countersign/core';
import { answerText } from './statement-text.ts';

test('prints a shared reason once, and keeps what each import adds', () => {
  const code = 'coverage-unknown';
  const file = 'these records are from a file';
  const reasons = [file, `${file}; 3 of 9 results are missing`, `${file}; 1 of 4 is missing`];
  const answer = unknown(
    NOTHING_READ,
    reasons.map((text) => ({ code, text })),
  );
  assert.equal(
    answerText(answer),
    `Cannot tell, because ${file}; 3 of 9 results are missing; 1 of 4 is missing`,
  );
});

test('a no states its reason, like a cannot tell', () => {
  const reason = { code: 'check-failed', text: 'policy would have denied it' };
  assert.equal(answerText(no(NOTHING_READ, reason)), 'No, because policy would have denied it');
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Budget, budgetLines } from './budget.ts';
import { ROOT } from './process.ts';
import { STEPS } from './steps.ts';

test('shows each step beside its budget, and the total', () => {
  const times = [
    { step: 'lint', seconds: 1.25 },
    { step: 'unit tests', seconds: 31 },
  ];
  assert.deepEqual(budgetLines(times, { lint: 10, 'unit tests': 30 }), [
    'lint            1.3 s of 10 s',
    'unit tests     31.0 s of 30 s, over its budget',
    'total          32.3 s of 40 s',
  ]);
});

test('marks a step without a budget, and then shows no total budget', () => {
  assert.deepEqual(budgetLines([{ step: 'lint', seconds: 1 }], {}), [
    'lint       1.0 s no budget',
    'total      1.0 s no budget',
  ]);
});

test('the budget names every step, and nothing else', () => {
  const budget = JSON.parse(readFileSync(join(ROOT, 'test/budget.json'), 'utf8')) as Budget;
  assert.deepEqual(Object.keys(budget), STEPS);
});

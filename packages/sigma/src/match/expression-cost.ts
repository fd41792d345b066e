import type { Atom, Expression } from '../expressions/expression.ts';
import { formOf } from '../expressions/text-pattern.ts';

/** Cheap tests first: if they decide, the rest is skipped. */
export function byCost(parts: readonly Expression[]): readonly Expression[] {
  return [...parts].sort((a, b) => costOf(a) - costOf(b));
}

function costOf(of: Expression): number {
  switch (of.kind) {
    case 'always':
    case 'never':
      return 0;
    case 'not':
      return costOf(of.of);
    case 'and':
    case 'or':
    case 'some':
      return of.of.reduce((sum, part) => sum + costOf(part), 0);
    case 'atom':
      return atomCost(of.atom);
  }
}

function atomCost(of: Atom): number {
  if (of.kind === 'keyword') return 1_000;
  if (of.kind !== 'field') return 1;
  const test = of.test.kind === 'differs' ? of.test.from : of.test;
  if (test.kind === 'text') return formOf(test.pattern).form === 'equals' ? 2 : 5;
  return test.kind === 'regex' ? 200 : 10;
}

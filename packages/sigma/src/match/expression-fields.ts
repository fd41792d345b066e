import { atom, type Expression, mapAtoms, type ValueTest } from '../expressions/expression.ts';

/** The fields that an expression reads. */
export function fieldsOf(expression: Expression): readonly string[] {
  const fields = new Set<string>();
  mapAtoms(expression, (of) => {
    if (of.kind !== 'source' && of.kind !== 'keyword') fields.add(of.field);
    if (of.kind === 'field') for (const field of othersOf(of.test)) fields.add(field);
    return atom(of);
  });
  return [...fields];
}

/** The field that an expression reads, if it reads nothing else of the event. */
export function onlyFieldOf(expression: Expression): string | undefined {
  let isOfFields = true;
  mapAtoms(expression, (of) => {
    if (of.kind === 'source' || of.kind === 'keyword') isOfFields = false;
    return atom(of);
  });
  const [field, ...others] = fieldsOf(expression);
  return isOfFields && others.length === 0 ? field : undefined;
}

/** Whether a test reads another field of the event. */
export function usesOther(test: ValueTest): boolean {
  return othersOf(test).length > 0;
}

function othersOf(test: ValueTest): readonly string[] {
  if (test.kind === 'differs') return othersOf(test.from);
  return test.kind === 'field' ? [test.field] : [];
}

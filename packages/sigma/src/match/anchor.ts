import type { Expression } from '../expressions/expression.ts';
import { formOf } from '../expressions/text-pattern.ts';

/** A necessary condition: one of the field's texts, in lower case, equals one of these. */
export type Anchor = { readonly field: string; readonly texts: readonly string[] };

/** Set if the expression is one equality test in any case, or several of one field with "or". */
export function anchorOf(of: Expression): Anchor | undefined {
  const equals = (of.kind === 'or' ? of.of : [of]).map(equalText);
  const field = equals[0]?.field;
  if (field === undefined || equals.some((each) => each?.field !== field)) return undefined;
  return { field, texts: [...new Set(equals.flatMap((each) => each?.text ?? []))] };
}

/** The text of an equality test in any case, in lower case; undefined for other expressions. */
export function equalText(of: Expression): { field: string; text: string } | undefined {
  if (of.kind !== 'atom' || of.atom.kind !== 'field') return undefined;
  const { field, test } = of.atom;
  if (test.kind !== 'text' || test.isCased) return undefined;
  const form = formOf(test.pattern);
  return form.form === 'equals' ? { field, text: form.text.toLowerCase() } : undefined;
}

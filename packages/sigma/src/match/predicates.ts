import { assert } from '@countersign/core';
import type { Atom, Expression, ValueTest } from '../expressions/expression.ts';
import { equalText } from './anchor.ts';
import type { EventFields } from './event-fields.ts';
import { byCost } from './expression-cost.ts';
import { compare, keywordTest, type TextTest, textTest } from './value-test.ts';

/** Whether the current event fulfills an expression. */
export type Predicate = () => boolean;

/** Compiles expressions to tests of the event that `fields` has taken. */
export class Predicates<Event> {
  readonly #fields: EventFields<Event>;

  constructor(fields: EventFields<Event>) {
    this.#fields = fields;
  }

  of(of: Expression): Predicate {
    switch (of.kind) {
      case 'always':
        return () => true;
      case 'never':
        return () => false;
      case 'not': {
        const is = this.of(of.of);
        return () => !is();
      }
      case 'and':
        return this.all(byCost(of.of));
      case 'or':
        return this.#or(of.of);
      case 'some': {
        const parts = of.of.map((part) => this.of(part));
        return () => parts.reduce((count, is) => count + (is() ? 1 : 0), 0) >= of.count;
      }
      case 'atom':
        return this.#atom(of.atom);
    }
  }

  /** Tests the parts in this order. */
  all(parts: readonly Expression[]): Predicate {
    return allOf(parts.map((part) => this.of(part)));
  }

  /** Many equality tests of one field become one lookup. */
  #or(parts: readonly Expression[]): Predicate {
    const sets = new Map<string, Set<string>>();
    const others: Expression[] = [];
    for (const part of parts) {
      const equal = equalText(part);
      if (equal === undefined) {
        others.push(part);
        continue;
      }
      const set = sets.get(equal.field) ?? new Set();
      set.add(equal.text);
      sets.set(equal.field, set);
    }
    const lookups = [...sets].map(([field, texts]) => this.#lookup(field, texts));
    return anyOf([...lookups, ...byCost(others).map((part) => this.of(part))]);
  }

  #lookup(field: string, texts: ReadonlySet<string>): Predicate {
    const fields = this.#fields;
    const number = fields.numberOf(field);
    return () => {
      const lowers = fields.lowers(number);
      if (typeof lowers === 'string') return texts.has(lowers);
      return lowers.some((lower) => texts.has(lower));
    };
  }

  #atom(of: Atom): Predicate {
    const fields = this.#fields;
    switch (of.kind) {
      case 'source':
        // Decided when the plan was built, because it depends only on the key.
        return () => true;
      case 'keyword':
        return this.#keyword(of.test);
      case 'exists': {
        const number = fields.numberOf(of.field);
        return () => fields.value(number) !== undefined;
      }
      case 'null': {
        const number = fields.numberOf(of.field);
        return () => (fields.value(number) ?? null) === null;
      }
      case 'field':
        return this.#field(fields.numberOf(of.field), of.test);
    }
  }

  #field(number: number, test: ValueTest): Predicate {
    const fields = this.#fields;
    if (test.kind === 'differs') {
      const is = this.#field(number, test.from);
      return () => {
        const texts = fields.texts(number);
        return (typeof texts === 'string' || texts.length > 0) && !is();
      };
    }
    if (test.kind === 'field') return this.#fieldRef(number, test);
    const is: TextTest = textTest(test);
    if (test.kind === 'text' && !test.isCased) {
      return () => anyText(fields.lowers(number), (lower) => is('', lower));
    }
    // A case-sensitive comparison needs no lowercasing.
    return () => anyText(fields.texts(number), (text) => is(text, ''));
  }

  #fieldRef(number: number, test: Extract<ValueTest, { kind: 'field' }>): Predicate {
    const fields = this.#fields;
    const other = fields.numberOf(test.field);
    const { form, isCased } = test;
    const textsOf = (of: number): readonly string[] => {
      const found = isCased ? fields.texts(of) : fields.lowers(of);
      return typeof found === 'string' ? [found] : found;
    };
    return () => {
      const others = textsOf(other);
      return textsOf(number).some((a) => others.some((b) => compare(form, a, b)));
    };
  }

  #keyword(test: ValueTest): Predicate {
    const fields = this.#fields;
    if (test.kind === 'differs') {
      const is = this.#keyword(test.from);
      return () => !is();
    }
    assert(test.kind !== 'field', 'a keyword is held against no field');
    const is = keywordTest(test);
    const isCased = test.kind !== 'text' || test.isCased;
    return () => is(isCased ? fields.wholeAsWritten() : '', fields.whole());
  }
}

function anyText(texts: string | readonly string[], is: (text: string) => boolean): boolean {
  return typeof texts === 'string' ? is(texts) : texts.some(is);
}

function allOf(parts: readonly Predicate[]): Predicate {
  const [a, b, c] = parts;
  if (parts.length === 1 && a !== undefined) return a;
  if (parts.length === 2 && a !== undefined && b !== undefined) return () => a() && b();
  if (parts.length === 3 && a !== undefined && b !== undefined && c !== undefined) {
    return () => a() && b() && c();
  }
  return () => {
    for (const is of parts) if (!is()) return false;
    return true;
  };
}

function anyOf(parts: readonly Predicate[]): Predicate {
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return only;
  return () => {
    for (const is of parts) if (is()) return true;
    return false;
  };
}

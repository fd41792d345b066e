import { assert } from '@countersign/core';
import type { EventModel } from '../event-model.ts';
import {
  ALWAYS,
  type Atom,
  atom,
  type Expression,
  mapAtoms,
  NEVER,
  type ValueTest,
} from '../expressions/expression.ts';
import { formOf } from '../expressions/text-pattern.ts';
import { PLANS_MAX } from '../limits.ts';
import { anchorOf, equalText } from './anchor.ts';
import { EventFields } from './event-fields.ts';
import { compare, keywordTest, type TextTest, textTest } from './value-test.ts';

type Predicate = () => boolean;

/** With fewer tests, a lookup costs as much as they do. */
const MEMO_TESTS_MIN = 4;

/** Texts in a memo before it is cleared. The sign-ins of a tenant have some hundred user agents. */
const MEMO_TEXTS_MAX = 1_000;

/** Longer texts are rarely repeated. */
const MEMO_CHARACTERS_MAX = 500;

type OpenRule = { readonly rule: number; readonly is: Predicate };

/** Rules that match only if a field has a text. */
type Lookup = { readonly field: number; readonly rules: ReadonlyMap<string, readonly OpenRule[]> };

/** The remaining tests for events of one key. */
type Plan = {
  /** Rules that match all events of the key. */
  readonly sure: readonly number[];
  readonly open: readonly OpenRule[];
  /** Each open rule is in one of these. */
  readonly tested: readonly OpenRule[];
  readonly lookups: readonly Lookup[];
};

/**
 * Finds which of many expressions match an event. Evaluates everything that depends only on an
 * event's key once per key. So an event costs only the few remaining rules for its key, however
 * many rules exist. One instance per thread: it caches state between events, and no result depends
 * on it.
 */
export class Matcher<Event> {
  readonly #model: EventModel<Event>;
  readonly #expressions: readonly Expression[];
  readonly #fields: EventFields<Event>;
  readonly #plans = new Map<string, Plan>();
  /** Results by tests and text. Plans share them, because hostile events may have many keys. */
  readonly #memos = new Map<string, Map<string, boolean>>();
  readonly #found: number[] = [];
  readonly #unsure: number[] = [];

  constructor(expressions: readonly Expression[], model: EventModel<Event>) {
    this.#expressions = expressions;
    this.#model = model;
    this.#fields = new EventFields(model);
  }

  /**
   * Indices of expressions that did not match the last event, but read a field with ignored values,
   * so they might match. The list is reused at the next call.
   */
  get unsure(): readonly number[] {
    return this.#unsure;
  }

  /** Indices of matching expressions, ascending. The list is reused at the next call. */
  match(event: Event): readonly number[] {
    const found = this.#found;
    found.length = 0;
    this.#unsure.length = 0;
    const key = this.#model.keyOf(event);
    const plan = this.#plans.get(key) ?? this.#plan(key, event);
    if (plan.open.length === 0) {
      for (const rule of plan.sure) found.push(rule);
      return found;
    }
    this.#fields.take(event);
    for (const rule of plan.sure) found.push(rule);
    for (const { rule, is } of plan.tested) if (is()) found.push(rule);
    for (const each of plan.lookups) this.#findByText(each);
    if (this.#fields.takeCut()) this.#addUnsure(plan);
    if (found.length > 1) found.sort((a, b) => a - b);
    return found;
  }

  #findByText({ field, rules }: Lookup): void {
    const found = this.#found;
    const lowers = this.#fields.lowers(field);
    if (typeof lowers === 'string') {
      for (const { rule, is } of rules.get(lowers) ?? NO_RULES) if (is()) found.push(rule);
      return;
    }
    for (const lower of lowers) {
      for (const { rule, is } of rules.get(lower) ?? NO_RULES) {
        if (!found.includes(rule) && is()) found.push(rule);
      }
    }
  }

  /** Rare: so many values. All are evaluated again, to learn which rules read such a field. */
  #addUnsure({ open }: Plan): void {
    for (const { rule, is } of open) {
      const fits = is();
      if (this.#fields.takeCut() && !fits) this.#unsure.push(rule);
    }
  }

  #plan(key: string, event: Event): Plan {
    const sure: number[] = [];
    const open = new Map<number, Expression>();
    this.#fields.take(event);
    for (const [rule, expression] of this.#expressions.entries()) {
      const left = mapAtoms(expression, (each) => this.#known(each, event));
      if (left.kind === 'always') sure.push(rule);
      else if (left.kind !== 'never') open.set(rule, left);
    }
    const plan = { sure, ...this.#indexed(open) };
    // Hostile events may have endlessly many keys. Plans are then rebuilt repeatedly, in bounded
    // memory.
    if (this.#plans.size >= PLANS_MAX) this.#plans.clear();
    this.#plans.set(key, plan);
    return plan;
  }

  /** Rules whose first test is about texts of the same field are found by these texts. */
  #indexed(lefts: ReadonlyMap<number, Expression>): Omit<Plan, 'sure'> {
    const open = [...lefts].map(([rule, left]) => ({ rule, is: this.#predicate(left) }));
    const anchors = [...lefts.values()].map((left) => {
      return anchorOf(left.kind === 'and' ? (byCost(left.of)[0] as Expression) : left);
    });
    const counts = Map.groupBy(anchors, (anchor) => anchor?.field);
    const tested: OpenRule[] = [];
    const lookups = new Map<string, Map<string, OpenRule[]>>();
    for (const [at, each] of open.entries()) {
      const anchor = anchors[at];
      if (anchor === undefined || counts.get(anchor.field)?.length === 1) {
        tested.push(each);
        continue;
      }
      const rules = lookups.get(anchor.field) ?? new Map<string, OpenRule[]>();
      lookups.set(anchor.field, rules);
      for (const text of anchor.texts) rules.set(text, [...(rules.get(text) ?? []), each]);
    }
    const numbered = [...lookups].map(([field, rules]) => {
      return { field: this.#fields.numberOf(field), rules };
    });
    return { open, tested, lookups: numbered };
  }

  /** Any event of the key decides an atom about a fixed field. */
  #known(of: Atom, event: Event): Expression {
    switch (of.kind) {
      case 'source':
        return this.#model.isFrom(event, of) ? ALWAYS : NEVER;
      case 'field':
        if (!this.#model.fixed.has(of.field) || usesOther(of.test)) return atom(of);
        return this.#atom(of)() ? ALWAYS : NEVER;
      case 'null':
      case 'exists':
        if (!this.#model.fixed.has(of.field)) return atom(of);
        return this.#atom(of)() ? ALWAYS : NEVER;
      case 'keyword':
        return atom(of);
    }
  }

  #predicate(of: Expression): Predicate {
    switch (of.kind) {
      case 'always':
        return () => true;
      case 'never':
        return () => false;
      case 'not': {
        const is = this.#predicate(of.of);
        return () => !is();
      }
      case 'and':
        return allOf(byCost(of.of).map((part) => this.#predicate(part)));
      case 'or':
        return this.#or(of.of);
      case 'some': {
        const parts = of.of.map((part) => this.#predicate(part));
        return () => parts.reduce((count, is) => count + (is() ? 1 : 0), 0) >= of.count;
      }
      case 'atom':
        return this.#atom(of.atom);
    }
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
    const texts = Map.groupBy(others, fieldOfText);
    const memos = [...texts].flatMap(([field, tests]) => {
      if (field === undefined || tests.length < MEMO_TESTS_MIN) return [];
      return [{ field, tests }];
    });
    const rest = others.filter((part) => !memos.some(({ tests }) => tests.includes(part)));
    return anyOf([
      ...lookups,
      ...memos.map(({ field, tests }) => this.#memo(field, tests)),
      ...byCost(rest).map((part) => this.#predicate(part)),
    ]);
  }

  /** Fields such as the user agent have few different texts, so each is tested once. */
  #memo(field: string, tests: readonly Expression[]): Predicate {
    const fields = this.#fields;
    const number = fields.numberOf(field);
    const is = anyOf(tests.map((part) => this.#predicate(part)));
    const key = JSON.stringify(tests);
    const known = this.#memos.get(key) ?? new Map<string, boolean>();
    this.#memos.set(key, known);
    return () => {
      const lowers = fields.lowers(number);
      if (typeof lowers !== 'string' || lowers.length > MEMO_CHARACTERS_MAX) return is();
      const found = known.get(lowers);
      if (found !== undefined) return found;
      if (known.size >= MEMO_TEXTS_MAX) known.clear();
      const fits = is();
      known.set(lowers, fits);
      return fits;
    };
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

/** The field of a test of texts in any case, other than equality. */
function fieldOfText(part: Expression): string | undefined {
  if (part.kind !== 'atom' || part.atom.kind !== 'field') return undefined;
  const { field, test } = part.atom;
  return test.kind === 'text' && !test.isCased ? field : undefined;
}

const NO_RULES: readonly OpenRule[] = [];

function anyText(texts: string | readonly string[], is: (text: string) => boolean): boolean {
  return typeof texts === 'string' ? is(texts) : texts.some(is);
}

function usesOther(test: ValueTest): boolean {
  return test.kind === 'field' || (test.kind === 'differs' && usesOther(test.from));
}

/** Cheap tests first: if they decide, the rest is skipped. */
function byCost(parts: readonly Expression[]): readonly Expression[] {
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

function allOf(parts: readonly Predicate[]): Predicate {
  const [a, b, c] = parts;
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

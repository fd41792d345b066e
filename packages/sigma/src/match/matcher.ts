import type { EventModel } from '../event-model.ts';
import {
  ALWAYS,
  type Atom,
  atom,
  type Expression,
  mapAtoms,
  NEVER,
} from '../expressions/expression.ts';
import { PLANS_MAX } from '../limits.ts';
import { EventFields } from './event-fields.ts';
import { byCost } from './expression-cost.ts';
import { fieldsOf, onlyFieldOf, usesOther } from './expression-fields.ts';
import { type FieldRule, FieldRules } from './field-rules.ts';
import { type Predicate, Predicates } from './predicates.ts';
import { TextMemos } from './text-memo.ts';

type OpenRule = { readonly rule: number; readonly is: Predicate };

/** The remaining tests for events of one key and shape. */
type Plan<Event> = {
  /** Rules that match all of these events, ascending. */
  readonly sure: readonly number[];
  readonly open: ReadonlyMap<number, Expression>;
  /** Each open rule is in one of these. */
  readonly tested: readonly OpenRule[];
  readonly byField: readonly FieldRules<Event>[];
};

/** The remaining rules for events of one key, and the plan for each shape. */
type KeyPlan<Event> = {
  readonly sure: readonly number[];
  readonly open: ReadonlyMap<number, Expression>;
  readonly shapes: Map<unknown, Plan<Event>>;
  /** The shape of the last event. */
  lastShape: unknown;
  last: Plan<Event> | undefined;
};

/**
 * Finds which of many expressions match an event. Evaluates everything that depends only on an
 * event's key and shape once for each of these. So an event costs only the few remaining rules,
 * however many rules exist. One instance per thread: it caches state between events, and no result
 * depends on it.
 */
export class Matcher<Event> {
  readonly #model: EventModel<Event>;
  readonly #expressions: readonly Expression[];
  readonly #fields: EventFields<Event>;
  readonly #predicates: Predicates<Event>;
  readonly #keys = new Map<string, KeyPlan<Event>>();
  readonly #memos = new TextMemos();
  #plans = 0;
  readonly #found: number[] = [];
  readonly #unsure: number[] = [];

  constructor(expressions: readonly Expression[], model: EventModel<Event>) {
    this.#expressions = expressions;
    this.#model = model;
    this.#fields = new EventFields(model);
    this.#predicates = new Predicates(this.#fields);
    // A model may need to know all requested fields before it tells shapes.
    for (const field of expressions.flatMap(fieldsOf)) this.#fields.numberOf(field);
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
    const ofKey = this.#keys.get(key) ?? this.#keyPlan(key, event);
    if (ofKey.open.size === 0) {
      for (const rule of ofKey.sure) found.push(rule);
      return found;
    }
    const shape = this.#model.shapeOf?.(event);
    const isLast = ofKey.last !== undefined && ofKey.lastShape === shape;
    const plan = isLast ? (ofKey.last as Plan<Event>) : this.#planOf(ofKey, shape, event);
    for (const rule of plan.sure) found.push(rule);
    if (plan.open.size === 0) return found;
    this.#fields.take(event);
    for (const { rule, is } of plan.tested) if (is()) found.push(rule);
    for (const rules of plan.byField) rules.addTo(found);
    if (this.#fields.takeCut()) this.#addUnsure(plan);
    if (found.length > 1) found.sort((a, b) => a - b);
    return found;
  }

  /** Rare: so many values. All are evaluated again, to learn which rules read such a field. */
  #addUnsure({ open }: Plan<Event>): void {
    for (const [rule, left] of open) {
      const fits = this.#predicates.of(left)();
      if (this.#fields.takeCut() && !fits) this.#unsure.push(rule);
    }
  }

  #keyPlan(key: string, event: Event): KeyPlan<Event> {
    this.#fields.take(event);
    const rules = this.#simplified(this.#expressions.entries(), (of) => this.#known(of, event));
    const plan = { ...rules, shapes: new Map(), lastShape: undefined, last: undefined };
    this.#countPlan();
    this.#keys.set(key, plan);
    return plan;
  }

  #planOf(ofKey: KeyPlan<Event>, shape: unknown, event: Event): Plan<Event> {
    const plan = ofKey.shapes.get(shape) ?? this.#plan(ofKey, shape, event);
    ofKey.lastShape = shape;
    ofKey.last = plan;
    return plan;
  }

  /** Rules whose first test reads one field only are grouped by that field. */
  #plan(ofKey: KeyPlan<Event>, shape: unknown, event: Event): Plan<Event> {
    const { sure, open } = this.#simplified(ofKey.open, (of) => this.#ifLacking(of, event));
    const tested: OpenRule[] = [];
    const grouped = new Map<string, FieldRule[]>();
    for (const [rule, left] of open) {
      const [first = left, ...rest] = left.kind === 'and' ? byCost(left.of) : [left];
      const field = onlyFieldOf(first);
      if (field === undefined) {
        tested.push({ rule, is: this.#predicates.of(left) });
        continue;
      }
      const group = grouped.get(field) ?? [];
      group.push({ rule, first, rest });
      grouped.set(field, group);
    }
    const byField = [...grouped].map(([field, rules]) => {
      const using = { fields: this.#fields, predicates: this.#predicates };
      return new FieldRules(field, rules, { ...using, memo: this.#memos.create() });
    });
    const all = [...ofKey.sure, ...sure].sort((a, b) => a - b);
    const plan = { sure: all, open, tested, byField };
    this.#countPlan();
    ofKey.shapes.set(shape, plan);
    return plan;
  }

  /** Hostile events may have endlessly many keys. Plans are then rebuilt, in bounded memory. */
  #countPlan(): void {
    if (this.#plans >= PLANS_MAX) {
      this.#keys.clear();
      this.#memos.clear();
      this.#plans = 0;
    }
    this.#plans += 1;
  }

  #simplified(
    rules: Iterable<readonly [number, Expression]>,
    change: (atom: Atom) => Expression,
  ): { readonly sure: readonly number[]; readonly open: ReadonlyMap<number, Expression> } {
    const sure: number[] = [];
    const open = new Map<number, Expression>();
    for (const [rule, expression] of rules) {
      const left = mapAtoms(expression, change);
      if (left.kind === 'always') sure.push(rule);
      else if (left.kind !== 'never') open.set(rule, left);
    }
    return { sure, open };
  }

  /** Any event of the key decides an atom about a fixed field. */
  #known(of: Atom, event: Event): Expression {
    switch (of.kind) {
      case 'source':
        return this.#model.isFrom(event, of) ? ALWAYS : NEVER;
      case 'field':
        if (!this.#model.fixed.has(of.field) || usesOther(of.test)) return atom(of);
        return this.#predicates.of(atom(of))() ? ALWAYS : NEVER;
      case 'null':
      case 'exists':
        if (!this.#model.fixed.has(of.field)) return atom(of);
        return this.#predicates.of(atom(of))() ? ALWAYS : NEVER;
      case 'keyword':
        return atom(of);
    }
  }

  /** Any event of the shape decides an atom about a field that it lacks. */
  #ifLacking(of: Atom, event: Event): Expression {
    if (of.kind === 'source' || of.kind === 'keyword') return atom(of);
    if (this.#model.lacks?.(event, of.field) !== true) return atom(of);
    return of.kind === 'null' ? ALWAYS : NEVER;
  }
}

import type { Expression } from '../expressions/expression.ts';
import { anchorOf } from './anchor.ts';
import type { EventFields } from './event-fields.ts';
import type { Predicate, Predicates } from './predicates.ts';
import type { TextMemo } from './text-memo.ts';

/** A rule whose first test reads one field only, and its other tests. */
export type FieldRule = {
  readonly rule: number;
  readonly first: Expression;
  readonly rest: readonly Expression[];
};

type Candidate = { readonly rule: number; readonly rest: Predicate | undefined };
type TestedCandidate = Candidate & { readonly first: Predicate };

/**
 * Rules that match only if one field fulfills a test. For a single text of the field, the test
 * depends on nothing else, so its result is known for repeated texts.
 */
export class FieldRules<Event> {
  readonly #fields: EventFields<Event>;
  readonly #field: number;
  /** Rules by a text that the field must equal in any case. */
  readonly #byText = new Map<string, Candidate[]>();
  readonly #tested: TestedCandidate[] = [];
  readonly #memo: TextMemo<readonly Candidate[]>;
  #ifMissing: readonly Candidate[] | undefined;

  constructor(
    field: string,
    rules: readonly FieldRule[],
    using: {
      readonly fields: EventFields<Event>;
      readonly predicates: Predicates<Event>;
      readonly memo: TextMemo<readonly Candidate[]>;
    },
  ) {
    const { fields, predicates, memo } = using;
    this.#fields = fields;
    this.#field = fields.numberOf(field);
    this.#memo = memo;
    for (const { rule, first, rest } of rules) {
      const candidate = { rule, rest: rest.length === 0 ? undefined : predicates.all(rest) };
      const anchor = anchorOf(first);
      if (anchor === undefined) this.#tested.push({ ...candidate, first: predicates.of(first) });
      for (const text of anchor?.texts ?? []) {
        this.#byText.set(text, [...(this.#byText.get(text) ?? []), candidate]);
      }
    }
  }

  /** Adds the rules that match the current event. */
  addTo(found: number[]): void {
    const texts = this.#fields.texts(this.#field);
    if (typeof texts === 'string') addMatching(this.#candidates(texts), found);
    else if (this.#fields.value(this.#field) === undefined) {
      this.#ifMissing ??= this.#tested.filter(({ first }) => first());
      addMatching(this.#ifMissing, found);
    } else this.#addOfList(found);
  }

  #candidates(text: string): readonly Candidate[] {
    const known = this.#memo.get(text);
    if (known !== undefined) return known;
    const equal = this.#byText.get(this.#fields.lowers(this.#field) as string) ?? NONE;
    const passed = this.#tested.filter(({ first }) => first());
    const candidates = passed.length === 0 ? equal : [...equal, ...passed];
    this.#memo.set(text, candidates);
    return candidates;
  }

  #addOfList(found: number[]): void {
    for (const lower of this.#fields.lowers(this.#field)) {
      for (const { rule, rest } of this.#byText.get(lower) ?? NONE) {
        if (!found.includes(rule) && (rest === undefined || rest())) found.push(rule);
      }
    }
    addMatching(
      this.#tested.filter(({ first }) => first()),
      found,
    );
  }
}

const NONE: readonly Candidate[] = Object.freeze([]);

function addMatching(candidates: readonly Candidate[], found: number[]): void {
  for (const { rule, rest } of candidates) if (rest === undefined || rest()) found.push(rule);
}

import { and, type Expression, not, or, some } from '../expressions/expression.ts';
import { globTest, parsePattern } from '../expressions/text-pattern.ts';
import { CONDITION_CHARACTERS_MAX, CONDITION_DEPTH_MAX } from '../limits.ts';

/** A malformed condition. The caller knows its position. */
export class ConditionError extends Error {
  override readonly name = 'ConditionError';
  readonly cure: string;

  constructor(what: string, cure: string) {
    super(what);
    this.cure = cure;
  }
}

/**
 * Parses a condition (Sigma 2.1.0, "Condition"). Binding, weakest first: `or`, `and`, `not`, `x
 * of`, parentheses.
 *
 *     or = and { "or" and }; and = not { "and" not }; not = { "not" } primary;
 *     primary = "(" or ")" | ( "1" | "any" | "all" | number ) "of" ( "them" | pattern ) | name
 *
 * @throws ConditionError
 */
export function parseCondition(
  text: string,
  detections: ReadonlyMap<string, Expression>,
): Expression {
  if (text.length > CONDITION_CHARACTERS_MAX) {
    const what = `the condition is longer than ${CONDITION_CHARACTERS_MAX} characters`;
    throw new ConditionError(what, 'use "1 of" with a pattern');
  }
  const parser = new Parser(tokensOf(text), detections);
  return parser.whole();
}

/** The names of detections that a condition uses, with patterns resolved. */
export function usedDetections(text: string, names: readonly string[]): ReadonlySet<string> {
  const used = new Set<string>();
  const all = new Map(names.map((name) => [name, { kind: 'always' } as Expression]));
  const noted = {
    keys: () => all.keys(),
    has: (name: string) => all.has(name),
    get: (name: string) => {
      used.add(name);
      return all.get(name);
    },
  };
  new Parser(tokensOf(text), noted).whole();
  return used;
}

type Detections = Pick<ReadonlyMap<string, Expression>, 'has' | 'get'> & {
  keys(): Iterable<string>;
};

type Token = { readonly text: string; readonly at: number };

const TOKEN = /\s*(?:([()|])|([^\s()|]+))/gy;

function tokensOf(text: string): Token[] {
  return [...text.trimEnd().matchAll(TOKEN)].map((match) => ({
    text: (match[1] ?? match[2]) as string,
    at: match.index,
  }));
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #detections: Detections;
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], detections: Detections) {
    this.#tokens = tokens;
    this.#detections = detections;
  }

  whole(): Expression {
    const found = this.#or();
    const left = this.#tokens[this.#at];
    if (left === undefined) return found;
    if (left.text === '|') {
      const what = 'the condition aggregates with "|"';
      throw new ConditionError(what, 'write a correlation: Sigma 2 has no aggregation here');
    }
    throw new ConditionError(
      `the condition has "${left.text}" where it should end`,
      'join the parts with "and" or "or"',
    );
  }

  #or(): Expression {
    const parts = [this.#and()];
    while (this.#accept('or')) parts.push(this.#and());
    return or(parts);
  }

  #and(): Expression {
    const parts = [this.#not()];
    while (this.#accept('and')) parts.push(this.#not());
    return and(parts);
  }

  #not(): Expression {
    let count = 0;
    while (this.#accept('not')) count += 1;
    const found = this.#primary();
    return count % 2 === 0 ? found : not(found);
  }

  #primary(): Expression {
    const token = this.#tokens[this.#at];
    if (token === undefined) {
      throw new ConditionError('the condition ends too early', 'name a detection');
    }
    this.#at += 1;
    if (token.text === '(') return this.#inParentheses();
    if (this.#peek() === 'of') {
      this.#at += 1;
      return this.#of(token.text.toLowerCase());
    }
    return this.#detection(token.text);
  }

  #inParentheses(): Expression {
    this.#depth += 1;
    if (this.#depth > CONDITION_DEPTH_MAX) {
      const what = `the condition nests deeper than ${CONDITION_DEPTH_MAX} levels`;
      throw new ConditionError(what, 'nest it less deeply');
    }
    const found = this.#or();
    if (!this.#accept(')')) {
      throw new ConditionError('a parenthesis is not closed', 'close it with ")"');
    }
    this.#depth -= 1;
    return found;
  }

  #of(quantity: string): Expression {
    const token = this.#tokens[this.#at];
    this.#at += 1;
    if (token === undefined) {
      throw new ConditionError('the condition ends after "of"', 'name "them" or a pattern');
    }
    const parts = this.#matching(token.text).map((name) => this.#detection(name));
    if (quantity === 'all') return and(parts);
    const count = quantity === 'any' ? 1 : Number(quantity);
    if (!Number.isSafeInteger(count) || count < 1) {
      const what = `"${quantity} of" is no quantity`;
      throw new ConditionError(what, 'write "1 of", "all of", or another number');
    }
    return some(count, parts);
  }

  /** Patterns and `them` exclude names that begin with `_`. */
  #matching(pattern: string): string[] {
    const isLike = globTest(parsePattern(pattern === 'them' ? '*' : pattern));
    const found = [...this.#detections.keys()].filter(
      (name) => isLike(name) && (!name.startsWith('_') || name === pattern),
    );
    if (found.length > 0) return found;
    throw new ConditionError(
      `no detection matches "${pattern}"`,
      `there are ${[...this.#detections.keys()].join(', ')}`,
    );
  }

  #detection(name: string): Expression {
    const found = this.#detections.get(name);
    if (found !== undefined) return found;
    if (KEYWORDS.has(name.toLowerCase())) {
      throw new ConditionError(
        `the condition has "${name}" where a detection should be`,
        'name a detection on both sides',
      );
    }
    throw new ConditionError(
      `no detection is called "${name}"`,
      `there are ${[...this.#detections.keys()].join(', ')}`,
    );
  }

  #peek(): string | undefined {
    return this.#tokens[this.#at]?.text.toLowerCase();
  }

  /** Keywords are accepted in any case, as published rules write them. */
  #accept(word: string): boolean {
    if (this.#peek() !== word) return false;
    this.#at += 1;
    return true;
  }
}

const KEYWORDS: ReadonlySet<string> = new Set(['and', 'or', 'not', 'of', ')', '(', '|']);

import {
  type Filter,
  FilterError,
  type Literal,
  type Operator,
  type Path,
} from './filter-syntax.ts';
import { type Token, tokensOf } from './lexer.ts';

/** Deeper nesting is an attack. */
const DEPTH_MAX = 50;
const OPERATORS: readonly string[] = ['eq', 'ne', 'gt', 'ge', 'lt', 'le'];
const TEXT_OPERATORS: readonly string[] = ['startswith', 'endswith', 'contains'];

/** Parses a `$filter`. Throws FilterError, which Graph answers with 400. */
export function parseFilter(text: string): Filter {
  const parser = new Parser(tokensOf(text), text);
  return parser.whole();
}

class Parser {
  readonly #tokens: readonly Token[];
  readonly #text: string;
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], text: string) {
    this.#tokens = tokens;
    this.#text = text;
  }

  whole(): Filter {
    const filter = this.#or();
    if (this.#at < this.#tokens.length) throw this.#wrong();
    return filter;
  }

  #or(): Filter {
    let left = this.#and();
    while (this.#takeWord('or')) left = { kind: 'or', left, right: this.#and() };
    return left;
  }

  #and(): Filter {
    let left = this.#unary();
    while (this.#takeWord('and')) left = { kind: 'and', left, right: this.#unary() };
    return left;
  }

  #unary(): Filter {
    if (++this.#depth > DEPTH_MAX) throw new FilterError('The filter is nested too deeply.');
    try {
      if (this.#takeWord('not')) return { kind: 'not', of: this.#unary() };
      if (!this.#takeMark('(')) return this.#term();
      const inner = this.#or();
      this.#needMark(')');
      return inner;
    } finally {
      this.#depth--;
    }
  }

  #term(): Filter {
    const path = this.#path();
    const name = path.at(-1) ?? '';
    if (path.length === 1 && TEXT_OPERATORS.includes(name.toLowerCase()) && this.#takeMark('('))
      return this.#call(name.toLowerCase());
    if (name === 'any' && this.#takeMark('(')) return this.#any(path.slice(0, -1));
    const operator = this.#word();
    if (operator === 'in') return { kind: 'in', path, values: this.#list() };
    if (!OPERATORS.includes(operator)) throw this.#wrong();
    return { kind: 'compare', operator: operator as Operator, path, value: this.#literal() };
  }

  #call(name: string): Filter {
    const path = this.#path();
    this.#needMark(',');
    const value = this.#literal();
    this.#needMark(')');
    if (value.type !== 'string') throw this.#wrong();
    const operator = name as 'startswith' | 'endswith' | 'contains';
    return { kind: 'text', operator, path, value: value.value };
  }

  #any(path: Path): Filter {
    if (this.#takeMark(')')) return { kind: 'any', path, variable: '', of: undefined };
    const variable = this.#word();
    this.#needMark(':');
    const of = this.#or();
    this.#needMark(')');
    return { kind: 'any', path, variable, of };
  }

  #list(): readonly Literal[] {
    this.#needMark('(');
    const values = [this.#literal()];
    while (this.#takeMark(',')) values.push(this.#literal());
    this.#needMark(')');
    return values;
  }

  #path(): Path {
    return this.#word().split('/');
  }

  #word(): string {
    const token = this.#tokens[this.#at++];
    if (token?.kind !== 'word') throw this.#wrong();
    return token.text;
  }

  #literal(): Literal {
    const token = this.#tokens[this.#at++];
    if (token?.kind !== 'literal') throw this.#wrong();
    return token.literal;
  }

  #takeWord(text: string): boolean {
    const token = this.#tokens[this.#at];
    const isHere = token?.kind === 'word' && token.text === text;
    if (isHere) this.#at++;
    return isHere;
  }

  #takeMark(text: string): boolean {
    const token = this.#tokens[this.#at];
    const isHere = token?.kind === 'mark' && token.text === text;
    if (isHere) this.#at++;
    return isHere;
  }

  #needMark(text: string): void {
    if (!this.#takeMark(text)) throw this.#wrong();
  }

  #wrong(): FilterError {
    const token = this.#tokens[Math.min(this.#at, this.#tokens.length) - 1];
    return new FilterError(
      `Invalid filter clause: syntax error near '${token?.text ?? ''}' in '${this.#text}'.`,
    );
  }
}

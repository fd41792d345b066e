import { assert } from '@countersign/core';

/** Values that many have in common, each kept once and told by a number. */
export class ValuePool {
  readonly #values: unknown[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #sources: string[] = [];

  /** Of plain JSON. */
  of(value: unknown): number {
    const text = JSON.stringify(value) ?? 'null';
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const number = this.#values.push(JSON.parse(text)) - 1;
    this.#numbers.set(text, number);
    return number;
  }

  value(number: number): unknown {
    return this.#values[number];
  }

  source(name: string): number {
    const known = this.#sources.indexOf(name);
    if (known >= 0) return known;
    assert(this.#sources.length < 65_536, 'a directory has few sources');
    return this.#sources.push(name) - 1;
  }

  sourceName(number: number): string {
    return this.#sources[number] ?? '';
  }
}

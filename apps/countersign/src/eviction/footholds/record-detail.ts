import { DETAIL_DEPTH_MAX, DETAIL_PAIRS_MAX } from '../limits.ts';

/**
 * The named values of a record in any of its shapes: `Parameters`, `ModifiedProperties`,
 * `modifiedProperties` of target resources, `ExtendedProperties`, plain members, and JSON inside
 * texts.
 *
 * Lookups use lowercase names. A change gives its new value.
 */
export class RecordDetail {
  readonly #values = new Map<string, string>();
  readonly #properties = new Map<string, string>();
  readonly #before = new Map<string, string>();
  #pairs = 0;

  constructor(record: unknown) {
    this.#gather(record, 0);
  }

  /** The first value under any of the names; undefined if the record states none. */
  value(...names: readonly string[]): string | undefined {
    for (const name of names) {
      const value = this.#values.get(name);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  /**
   * Like `value`, but only named properties. A member `appId` may be the actor's; a property of
   * that name is the changed application's.
   */
  property(...names: readonly string[]): string | undefined {
    for (const name of names) {
      const value = this.#properties.get(name);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  before(name: string): string | undefined {
    return this.#before.get(name);
  }

  /** True for `True`, `true` and 1; false for their opposites; otherwise undefined. */
  flag(name: string): boolean | undefined {
    const text = this.value(name)?.toLowerCase();
    if (text === 'true' || text === '1') return true;
    return text === 'false' || text === '0' ? false : undefined;
  }

  /** Stated and not empty: a mailbox without forwarding states an empty address. */
  isGiven(...names: readonly string[]): boolean {
    return names.some((name) => {
      const value = this.value(name)?.trim();
      return value !== undefined && value !== '' && value !== '[]' && value !== 'null';
    });
  }

  isEmptied(...names: readonly string[]): boolean {
    return names.some((name) => this.#values.has(name)) && !this.isGiven(...names);
  }

  mentions(pattern: RegExp): boolean {
    for (const [name, value] of this.#values) {
      if (pattern.test(name) || pattern.test(value)) return true;
    }
    return false;
  }

  #gather(value: unknown, depth: number): void {
    if (depth > DETAIL_DEPTH_MAX || this.#pairs > DETAIL_PAIRS_MAX) return;
    if (Array.isArray(value)) {
      for (const item of value) this.#gather(item, depth + 1);
      return;
    }
    if (typeof value === 'string') {
      if (/^\s*[[{]/.test(value)) this.#gather(parsed(value), depth + 1);
      return;
    }
    if (typeof value !== 'object' || value === null) return;
    this.#members(value as Readonly<Record<string, unknown>>, depth);
  }

  #members(object: Readonly<Record<string, unknown>>, depth: number): void {
    const lower = new Map(Object.entries(object).map(([name, v]) => [name.toLowerCase(), v]));
    const name = lower.get('name') ?? lower.get('displayname') ?? lower.get('key');
    const holdsValue = lower.has('value') || lower.has('newvalue');
    if (typeof name === 'string' && holdsValue) {
      const value = lower.get('newvalue') ?? lower.get('value');
      this.#put(name, value);
      const now = textOf(value);
      if (now !== undefined) this.#properties.set(name.toLowerCase(), now);
      const before = textOf(lower.get('oldvalue'));
      if (before !== undefined) this.#before.set(name.toLowerCase(), before);
      return;
    }
    for (const [member, inner] of lower) {
      if (typeof inner !== 'object' || inner === null) this.#put(member, inner);
      this.#gather(inner, depth + 1);
    }
  }

  /** The first stated value wins, so outer members precede inner ones. */
  #put(name: string, value: unknown): void {
    const text = textOf(value);
    if (text === undefined) return;
    this.#pairs += 1;
    const key = name.toLowerCase();
    const known = this.#values.get(key);
    if (known === undefined || known === '') this.#values.set(key, text);
  }
}

/** Values of directory changes are JSON themselves: `"\"value\""`. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (value === null) return '';
  if (typeof value !== 'string') return value === undefined ? undefined : JSON.stringify(value);
  const text = value.trim();
  if (!text.startsWith('"') && !text.startsWith('["')) return text;
  const inner = parsed(text);
  if (typeof inner === 'string') return inner;
  const isOne = Array.isArray(inner) && inner.length === 1 && typeof inner[0] === 'string';
  return isOne ? (inner[0] as string) : text;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

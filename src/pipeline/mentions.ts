import { createHmac } from 'node:crypto';
import type { LocalKeys } from '../ledger/index.ts';

const decoder = new TextDecoder();

/** Finds names in bodies: in any case, and spelled with JSON escapes as well as without. */
export class Mentions {
  readonly #needles: readonly string[];

  /** Empty names are passed over: they would be found everywhere. */
  constructor(names: Iterable<string>) {
    this.#needles = [...new Set([...names].map(normaliseName))].filter((name) => name !== '');
  }

  get count(): number {
    return this.#needles.length;
  }

  in(bytes: Uint8Array): boolean {
    return this.inText(decoder.decode(bytes));
  }

  inText(text: string): boolean {
    const lower = text.toLowerCase();
    if (this.#needles.some((needle) => standsIn(lower, needle))) return true;
    if (!lower.includes('\\u')) return false;
    const plain = withoutEscapes(text).toLowerCase();
    return this.#needles.some((needle) => standsIn(plain, needle));
  }
}

/** What goes on with a name: `joe@example.com` does not stand in `billyjoe@example.com`. */
const GOES_ON_BEFORE = /[\p{L}\p{N}._+-]$/u;
const GOES_ON_AFTER = /^(?:[\p{L}\p{N}_+-]|\.[\p{L}\p{N}])/u;
/** Before a name, these end in a letter or digit and are none: `\\n`, `%3c`, `x3c`. */
const ESCAPE_BEFORE = /(?:\\[bfnrt]|%[0-9a-f]{2}|x[0-9a-f]{2})$/;

function standsIn(text: string, name: string): boolean {
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    const before = text.slice(Math.max(0, at - 3), at);
    const after = text.slice(at + name.length, at + name.length + 3);
    const isWithin = GOES_ON_BEFORE.test(before) && !ESCAPE_BEFORE.test(before);
    if (!isWithin && !GOES_ON_AFTER.test(after)) return true;
  }
  return false;
}

export function normaliseName(name: string): string {
  return name.trim().toLowerCase();
}

/** What an erasure keeps of a name: enough to be asked about it, and nothing to read it from. */
export function subjectHash(keys: LocalKeys, name: string): string {
  const hmac = createHmac('sha256', keys.id).update(`subject\n${normaliseName(name)}`);
  return hmac.digest('hex').slice(0, 32);
}

function withoutEscapes(text: string): string {
  return text.replace(/\\+u([0-9a-fA-F]{4})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

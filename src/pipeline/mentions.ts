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
    if (this.#needles.some((needle) => lower.includes(needle))) return true;
    if (!lower.includes('\\u')) return false;
    const plain = unescape(text).toLowerCase();
    return this.#needles.some((needle) => plain.includes(needle));
  }
}

export function normaliseName(name: string): string {
  return name.trim().toLowerCase();
}

/** What an erasure keeps of a name: enough to be asked about it, and nothing to read it from. */
export function subjectHash(keys: LocalKeys, name: string): string {
  const hmac = createHmac('sha256', keys.id).update(`subject\n${normaliseName(name)}`);
  return hmac.digest('hex').slice(0, 32);
}

function unescape(text: string): string {
  return text.replace(/\\+u([0-9a-fA-F]{4})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

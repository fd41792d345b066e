import { createHmac } from 'node:crypto';
import type { LocalKeys } from '@countersign/ledger';

const decoder = new TextDecoder();

/** Finds names in bodies, case-insensitively, with or without JSON escapes. */
export class NameMatcher {
  readonly #needles: readonly string[];

  /** Skips empty names, which would match everywhere. */
  constructor(names: Iterable<string>) {
    const spellings = [...names].map(normalizeName).flatMap(spellingsOf);
    this.#needles = [...new Set(spellings)].filter((name) => name !== '');
  }

  get count(): number {
    return this.#needles.length;
  }

  matchesBytes(bytes: Uint8Array): boolean {
    return this.matchesText(decoder.decode(bytes));
  }

  matchesText(text: string): boolean {
    const lower = text.toLowerCase();
    if (this.#needles.some((needle) => containsName(lower, needle))) return true;
    if (!lower.includes('\\u')) return false;
    const plain = withoutEscapes(text).toLowerCase();
    return this.#needles.some((needle) => containsName(plain, needle));
  }
}

/** A UPN in the vendor's other spellings. */
function spellingsOf(name: string): readonly string[] {
  if (!name.includes('@')) return [name];
  // The URL of a person's own site: `/personal/ann_example_com`.
  const ofSite = name.replace(/[^\p{L}\p{N}]/gu, '_');
  // A guest in another tenant: `ann_example.com#EXT#@host.onmicrosoft.com`.
  const ofGuest = `${name.replace('@', '_')}#ext#`;
  return [name, ofSite, ofGuest];
}

/** Characters that extend a name: `joe@example.com` must not match in `billyjoe@example.com`. */
const EXTENDS_BEFORE = /[\p{L}\p{N}._+-]$/u;
const EXTENDS_AFTER = /^(?:[\p{L}\p{N}_+-]|\.[\p{L}\p{N}])/u;
/** Escapes before a name end in a letter or digit that does not extend it: `\\n`, `%3c`, `x3c`. */
const ESCAPE_BEFORE = /(?:\\[bfnrt]|%[0-9a-f]{2}|x[0-9a-f]{2})$/;
/** A deleted user's name is prefixed with the object id: `0b1a…451fjoe@example.com`. */
const OBJECT_ID_BEFORE = /(?<![0-9a-z])[0-9a-f]{32}$/;
/** An export named after a person: `joe@example.com.json`. No host name ends like this. */
const FILE_ENDING =
  /^(?:\.(?:csv|gz|html?|json|log|ndjson|parquet|pdf|txt|xlsx?|zip|zst))+(?![\p{L}\p{N}_-])/u;

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** Only hexadecimal digits and dashes extend a GUID: it matches in `user_<guid>`. */
const EXTENDS_GUID = /[0-9a-f-]/;

function containsName(text: string, name: string): boolean {
  const isGuid = GUID.test(name);
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + 1)) {
    const before = text.slice(Math.max(0, at - 33), at);
    const after = text.slice(at + name.length, at + name.length + 33);
    if (isGuid ? isWholeGuid(before, after) : isWholeName(before, after)) return true;
  }
  return false;
}

function isWholeGuid(before: string, after: string): boolean {
  const isWithin = EXTENDS_GUID.test(before.slice(-1)) && !ESCAPE_BEFORE.test(before);
  return !isWithin && !EXTENDS_GUID.test(after.slice(0, 1));
}

function isWholeName(before: string, after: string): boolean {
  const isWithin =
    EXTENDS_BEFORE.test(before) && !ESCAPE_BEFORE.test(before) && !OBJECT_ID_BEFORE.test(before);
  return !isWithin && (!EXTENDS_AFTER.test(after) || FILE_ENDING.test(after));
}

export function normalizeName(name: string): string {
  return name.trim().toLowerCase();
}

/** A keyed hash that an erasure stores instead of a name. It can test a name, but not reveal it. */
export function subjectHash(keys: LocalKeys, name: string): string {
  const hmac = createHmac('sha256', keys.id).update(`subject\n${normalizeName(name)}`);
  return hmac.digest('hex').slice(0, 32);
}

function withoutEscapes(text: string): string {
  return text.replace(/\\+u([0-9a-fA-F]{4})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

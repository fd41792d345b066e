/**
 * Numbers and base64 as the C2SP formats write them. Each value has one spelling, so that two
 * different files never state the same value.
 */

/** Enough characters to recognize a line. */
const QUOTED_CHARS_MAX = 120;

const DECIMAL = /^(?:0|[1-9][0-9]{0,15})$/;

/** A decimal without sign or leading zeros, at most 2^53 - 1; else undefined. */
export function parseDecimal(text: string): number | undefined {
  if (!DECIMAL.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

/**
 * Accepts only padded standard base64 that encodes back to the same characters; otherwise returns
 * undefined. Node's decoder skips unknown characters, which would let an attacker vary a signed
 * line.
 */
export function parseBase64(text: string): Buffer | undefined {
  if (text.length % 4 !== 0) return undefined;
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : undefined;
}

export function formatBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/** A SHA-256 in canonical base64; otherwise undefined. */
export function parseHashBase64(text: string): Buffer | undefined {
  if (text.length !== 44) return undefined;
  const bytes = parseBase64(text);
  return bytes?.length === 32 ? bytes : undefined;
}

/** Decodes valid UTF-8 without loss and keeps a byte order mark; otherwise returns undefined. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

export function isByteEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && Buffer.compare(a, b) === 0;
}

/** Quotes hostile text for an error message: short, and without control characters. */
export function quoted(text: string): string {
  const short = text.length > QUOTED_CHARS_MAX ? `${text.slice(0, QUOTED_CHARS_MAX)}…` : text;
  return JSON.stringify(short).replace(/\p{Cc}/gu, ' ');
}

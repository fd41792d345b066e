import { TextDecoder, TextEncoder } from 'node:util';
import { hasBom } from '../chunks/ascii.ts';
import type { Document } from '../chunks/chunk.ts';

export type Encoding = Document['encoding'];

/**
 * Detects the encoding of a text by its byte order mark, or else by the positions of its zero
 * bytes. Every export starts with ASCII, so every second byte of UTF-16 is zero.
 */
export function encodingOf(prefix: Uint8Array): Encoding {
  if (prefix[0] === 0xff && prefix[1] === 0xfe) return 'utf-16le';
  if (prefix[0] === 0xfe && prefix[1] === 0xff) return 'utf-16be';
  if (hasBom(prefix, 0, prefix.length)) return 'utf-8';
  const sample = prefix.subarray(0, 256);
  const zeros: [number, number] = [0, 0];
  for (let at = 0; at < sample.length; at++) {
    if (sample[at] === 0) zeros[(at & 1) as 0 | 1]++;
  }
  const most = sample.length * 0.35;
  if (sample.length < 4) return 'utf-8';
  if (zeros[1] > most && zeros[0] < 4) return 'utf-16le';
  if (zeros[0] > most && zeros[1] < 4) return 'utf-16be';
  return 'utf-8';
}

/**
 * Converts UTF-16 to UTF-8, piece by piece. UTF-8 passes unchanged, including invalid bytes: bodies
 * are archived as delivered. A lone surrogate becomes U+FFFD.
 */
export class Utf8Text {
  readonly #decoder: TextDecoder | undefined;
  readonly #encoder = new TextEncoder();

  constructor(encoding: Encoding) {
    this.#decoder = encoding === 'utf-8' ? undefined : new TextDecoder(encoding);
  }

  push(bytes: Uint8Array): Uint8Array {
    if (this.#decoder === undefined) return bytes;
    return this.#encoder.encode(this.#decoder.decode(bytes, { stream: true }));
  }

  finish(): Uint8Array {
    return this.#decoder === undefined
      ? new Uint8Array(0)
      : this.#encoder.encode(this.#decoder.decode());
  }
}

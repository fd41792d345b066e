import { createHmac, timingSafeEqual } from 'node:crypto';
import { refuse } from '../http/problem.ts';

/** The position in a list. A cursor is bound to the question, its caller and its moment. */
export type CursorPosition = {
  /** The list, as it was at its first page. */
  readonly list: string;
  /** The page that the cursor opens; the first is 0. */
  readonly page: number;
  /** Digest of the operation, its input, the tenant and the caller. */
  readonly question: string;
};

/** 128 bits, which no one guesses. */
const MAC_BYTES = 16;

/** Longer texts are no cursors of ours. */
const CURSOR_CHARACTERS_MAX = 1024;

/** Makes cursors that a caller can neither read anything from nor change. */
export class CursorCodec {
  readonly #key: Uint8Array;

  /** @param key 32 random bytes */
  constructor(key: Uint8Array) {
    this.#key = key;
  }

  encode(position: CursorPosition): string {
    const content = Buffer.from(JSON.stringify(position));
    return Buffer.concat([this.#mac(content), content]).toString('base64url');
  }

  /** @throws ProblemError 400 if it is not a cursor of ours for this question */
  decode(text: string, question: string): CursorPosition {
    const bytes = Buffer.from(text.slice(0, CURSOR_CHARACTERS_MAX), 'base64url');
    const content = bytes.subarray(MAC_BYTES);
    const isOurs =
      text.length <= CURSOR_CHARACTERS_MAX &&
      bytes.length > MAC_BYTES &&
      timingSafeEqual(bytes.subarray(0, MAC_BYTES), this.#mac(content));
    if (!isOurs) {
      refuse(400, 'invalid-cursor', 'the cursor is not one that this service gave: start again');
    }
    const position = JSON.parse(content.toString()) as CursorPosition;
    if (position.question !== question) {
      const text = 'the cursor belongs to another question or caller: start without a cursor';
      refuse(400, 'invalid-cursor', text);
    }
    return position;
  }

  #mac(content: Uint8Array): Buffer {
    return createHmac('sha256', this.#key).update(content).digest().subarray(0, MAC_BYTES);
  }
}

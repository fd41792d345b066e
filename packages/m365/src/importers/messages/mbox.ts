import { MBOX_LINE } from './is-message.ts';
import { MBOX_LINE_BYTES_MAX } from './limits.ts';

/** RFC 4155: an empty line, then `From `, an address and a date; `>From ` is text. */
const NEXT_MESSAGE = /\n\r?\nFrom \S+ [^\n]*\d\d:\d\d/;

const NOTHING = Buffer.alloc(0);

/**
 * Removes the `From ` line of a message, and detects a second message in the file, which must not
 * count as text of the first.
 */
export class MboxReader {
  /** True once another message follows the first. */
  hasMore = false;
  #held: Buffer = NOTHING;
  #state: 'start' | 'message' | 'mailbox' = 'start';

  /** Returns the bytes that certainly belong to the message. */
  take(piece: Buffer): Buffer {
    if (this.#state === 'message') return piece;
    if (this.hasMore) return NOTHING;
    this.#held = Buffer.concat([this.#held, piece]);
    if (this.#state === 'start' && !this.#begin()) return NOTHING;
    if (this.#state !== 'mailbox') return this.rest();
    const next = NEXT_MESSAGE.exec(this.#held.toString('latin1'));
    if (next !== null) {
      this.hasMore = true;
      this.#held = this.#held.subarray(0, next.index + 1);
      return this.rest();
    }
    const known = this.#held.subarray(0, Math.max(0, this.#held.length - MBOX_LINE_BYTES_MAX));
    this.#held = this.#held.subarray(known.length);
    return known;
  }

  rest(): Buffer {
    const held = this.#held;
    this.#held = NOTHING;
    return held;
  }

  /** Returns false while the first line has not ended. */
  #begin(): boolean {
    const head = this.#held.toString('latin1', 0, MBOX_LINE.length);
    if (!MBOX_LINE.startsWith(head)) {
      this.#state = 'message';
      return true;
    }
    const lineFeed = this.#held.indexOf(0x0a);
    if (lineFeed < 0 && this.#held.length <= MBOX_LINE_BYTES_MAX) return false;
    this.#state = lineFeed < 0 ? 'message' : 'mailbox';
    if (lineFeed >= 0) this.#held = this.#held.subarray(lineFeed + 1);
    return true;
  }
}

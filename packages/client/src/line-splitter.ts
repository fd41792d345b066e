import { ClientError } from './client-error.ts';

/** The longest record of a stream is a body of 1 MiB as escaped JSON. A longer line is hostile. */
const LINE_CHARACTERS_MAX = 16 * 1024 * 1024;

/** Splits text that arrives in pieces into its lines. */
export class LineSplitter {
  #rest: string[] = [];
  #restLength = 0;
  readonly #ends: RegExp;

  /** @param ends `lf` for NDJSON; `any` for event streams, where CR and CRLF end lines too */
  constructor(ends: 'lf' | 'any') {
    this.#ends = ends === 'lf' ? /\n/g : /\r\n|\n|\r(?!$)/g;
  }

  /** The lines that this piece completes. @throws ClientError invalid-reply for a huge line */
  push(piece: string): string[] {
    // A CR at the end waits, because an LF may follow.
    const held = this.#rest.at(-1)?.endsWith('\r') === true ? (this.#rest.pop() as string) : '';
    this.#restLength -= held.length;
    const text = held + piece;
    const lines: string[] = [];
    let from = 0;
    for (const { index, 0: end } of text.matchAll(this.#ends)) {
      lines.push(this.#rest.join('') + text.slice(from, index));
      this.#rest = [];
      this.#restLength = 0;
      from = index + end.length;
    }
    const rest = text.slice(from);
    if (rest !== '') this.#rest.push(rest);
    this.#restLength += rest.length;
    if (this.#restLength > LINE_CHARACTERS_MAX) {
      const text = `a line of the stream has more than ${LINE_CHARACTERS_MAX} characters`;
      throw new ClientError('invalid-reply', text);
    }
    return lines;
  }

  /** Whether the stream stopped within a line. */
  get isWithinLine(): boolean {
    return this.#restLength > 0;
  }
}

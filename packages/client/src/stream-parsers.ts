import { ClientError } from './client-error.ts';
import { LineSplitter } from './line-splitter.ts';

/** Reads the records of a stream from pieces of its text. */
export type StreamParser = {
  /** The records that this piece completes. @throws ClientError invalid-reply */
  push(piece: string): unknown[];
  /** Whether the stream stopped within a record. */
  readonly isWithinRecord: boolean;
};

/** One JSON document per line. Empty lines keep a connection open. */
export function ndjsonParser(): StreamParser {
  const lines = new LineSplitter('lf');
  return {
    push: (piece) =>
      lines
        .push(piece)
        .filter((line) => line.trim() !== '')
        .map(jsonOf),
    get isWithinRecord() {
      return lines.isWithinLine;
    },
  };
}

/** An event of an event stream. */
export type StreamEvent = {
  readonly event: string;
  readonly data: string;
  /** The last id that the stream has stated; empty before the first. */
  readonly id: string;
};

/** Reads server-sent events (WHATWG HTML, section 9.2.6). */
export class EventParser {
  readonly #lines = new LineSplitter('any');
  #isFirst = true;
  #event = '';
  #data: string[] = [];
  #id = '';

  /** The events that this piece completes. */
  push(piece: string): StreamEvent[] {
    const text = this.#isFirst ? piece.replace(/^\uFEFF/, '') : piece;
    if (piece !== '') this.#isFirst = false;
    return this.#lines.push(text).flatMap((line) => this.#read(line));
  }

  get isWithinRecord(): boolean {
    return this.#lines.isWithinLine || this.#data.length > 0;
  }

  #read(line: string): StreamEvent[] {
    if (line === '') return this.#dispatch();
    const colon = line.indexOf(':');
    if (colon === 0) return [];
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') this.#event = value;
    else if (field === 'data') this.#data.push(value);
    else if (field === 'id' && !value.includes('\0')) this.#id = value;
    return [];
  }

  #dispatch(): StreamEvent[] {
    const [event, data] = [this.#event, this.#data];
    this.#event = '';
    this.#data = [];
    if (data.length === 0) return [];
    return [{ event: event === '' ? 'message' : event, data: data.join('\n'), id: this.#id }];
  }
}

/** Events whose data is a JSON document. */
export function eventStreamParser(): StreamParser {
  const events = new EventParser();
  return {
    push: (piece) => events.push(piece).map(({ data }) => jsonOf(data)),
    get isWithinRecord() {
      return events.isWithinRecord;
    },
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ClientError('invalid-reply', 'a record of the stream is not JSON', { cause });
  }
}

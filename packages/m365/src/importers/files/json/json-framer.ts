import { JSON_DEPTH_MAX, RECORD_BYTES_MAX } from '@countersign/core';
import {
  FAST_LINE_BYTES_MAX,
  LIST_DEPTH_MAX,
  MEMBERS_BYTES_MAX,
  RESCAN_FACTOR_MAX,
} from '../../../limits.ts';
import {
  CARRIAGE_RETURN,
  COMMA,
  DOUBLE_QUOTE,
  hasBom,
  isSpace,
  LINE_FEED,
  LIST_CLOSES,
  LIST_OPENS,
  OBJECT_CLOSES,
  OBJECT_OPENS,
  SPACE,
  skipSpace,
  TAB,
} from '../chunks/ascii.ts';
import type { Completeness } from '../chunks/completeness.ts';
import type { Frame, FrameForm, Framer, TextWindow } from '../chunks/framer.ts';
import { NOT_CLOSED, saidByMembers } from './envelope-completeness.ts';
import {
  cellsForm,
  type ListKind,
  MemberReader,
  type Members,
  mayBeEnvelope,
  readHead,
} from './envelope-reader.ts';
import { JsonScanner } from './json-scanner.ts';
import { endsNoise, type NoiseIn } from './log-noise.ts';
import { isTextDocument, LOOKAHEAD_BYTES, RecordStarts } from './record-starts.ts';

type Mode =
  /** Between records: before the next one, the end of a list, or unexpected text. */
  | 'between'
  /** In an object that may be an envelope: its first members are not complete yet. */
  | 'head'
  /** In an envelope, after its list. */
  | 'members'
  | 'inside'
  /** In a record that is too large to keep. */
  | 'skipping'
  /** In text that is not a value. */
  | 'garbage'
  /** After damage, searching for the next record. */
  | 'lost';

type OpenList = { readonly list: ListKind; readonly members: Members };

const JSON_FORM: FrameForm = { form: 'json', columns: [], delimiter: 0 };

/**
 * Separates the records of JSON in any arrangement: an array, consecutive arrays, one object, or
 * objects with or without line ends and commas between them. Also pages of Graph, Azure Monitor or
 * Log Analytics answers, and mixtures. Arrays and envelopes are opened. Every object and every
 * string in them is a record.
 *
 * After damage it continues at the next line that starts with `{` no deeper than the damaged
 * record. It also continues at the next object whose first member is the same as in earlier
 * records.
 */
export class JsonFramer implements Framer {
  form: FrameForm = JSON_FORM;
  start = 0;
  end = 0;
  rejectFrom = 0;
  rejectTo = 0;
  reason = '';
  readonly completeness: Completeness[] = [];

  #mode: Mode = 'between';
  #position: number;
  readonly #lists: OpenList[] = [];
  readonly #scanner = new JsonScanner();
  /** The next line feed at or after `#position`, if already found. */
  #lineFeed = -1;
  /** Up to here, no line feed follows `#position`. */
  #noLineFeedBefore = 0;
  /** Spaces before the current record on its line; -1 if other text precedes it. */
  #indent = 0;
  readonly #starts = new RecordStarts();
  #rescannedBytes = 0;
  readonly #noise: NoiseIn;

  constructor(position: number, noise: NoiseIn = 'nowhere') {
    this.#position = position;
    this.#noise = noise;
  }

  next(window: TextWindow): Frame {
    for (;;) {
      const frame = this.#step(window);
      if (frame !== undefined) return frame;
    }
  }

  keepFrom(): number {
    switch (this.#mode) {
      case 'head':
      case 'inside':
        return this.start;
      case 'skipping':
        return this.#scanner.position;
      case 'garbage':
      case 'lost':
        return Math.max(0, this.#position - LOOKAHEAD_BYTES);
      default:
        return this.#position;
    }
  }

  dropped(count: number): void {
    this.#position -= count;
    this.start -= count;
    this.end -= count;
    this.#scanner.position -= count;
    this.#lineFeed -= count;
    this.#noLineFeedBefore -= count;
  }

  #step(window: TextWindow): Frame | undefined {
    switch (this.#mode) {
      case 'between':
        return this.#between(window);
      case 'head':
        return this.#head(window);
      case 'members':
        return this.#members(window);
      case 'inside':
        return this.#inside(window);
      case 'skipping':
        return this.#skipping(window);
      case 'garbage':
        return this.#garbage(window);
      case 'lost':
        return this.#lost(window);
    }
  }

  #between(window: TextWindow): Frame | undefined {
    const { bytes, end } = window;
    let at = this.#position;
    for (; at < end; at++) {
      const byte = bytes[at] as number;
      if (byte === OBJECT_OPENS) break;
      if (byte === LINE_FEED || byte === CARRIAGE_RETURN) this.#indent = 0;
      else if (byte === SPACE || byte === TAB) this.#indent += this.#indent < 0 ? 0 : 1;
      else if (byte === COMMA) this.#indent = -1;
      else if (byte === 0xef && at + 3 > end && !window.isLast) break;
      else if (hasBom(bytes, at, end)) at += 2;
      else break;
    }
    this.#position = at;
    if (at >= end || (bytes[at] === 0xef && at + 3 > end && !window.isLast)) {
      return window.isLast ? this.#atEnd() : 'more';
    }
    this.start = at;
    switch (bytes[at]) {
      case OBJECT_OPENS:
        return this.#object(window);
      case LIST_OPENS:
        if (this.#noise === 'between-lines') return this.#beginGarbage(window);
        return this.#listOpens();
      case LIST_CLOSES:
        return this.#listCloses(window);
      case DOUBLE_QUOTE:
        return this.#begin('inside');
      default:
        return this.#beginGarbage(window);
    }
  }

  #beginGarbage(window: TextWindow): undefined {
    this.rejectFrom = this.start + window.base;
    this.#position = this.start + 1;
    this.#mode = 'garbage';
  }

  #begin(mode: Mode): undefined {
    this.#mode = mode;
    this.#scanner.begin(this.start);
  }

  #object(window: TextWindow): Frame | undefined {
    const tables = this.#lists.at(-1)?.list === 'tables';
    const envelope = tables || mayBeEnvelope(window.bytes, this.start, window.end);
    if (envelope === undefined && !window.isLast) return 'more';
    if (envelope === true) return this.#begin('head');
    if (this.#lists.length === 0) {
      const frame = this.#line(window);
      if (frame !== undefined) return frame;
    }
    return this.#begin('inside');
  }

  /**
   * One record per line, found without reading the bytes in between: `}`, white space and `{` never
   * follow each other within one JSON value.
   */
  #line(window: TextWindow): Frame | undefined {
    const { bytes, end } = window;
    const lineFeed = this.#findLineFeed(window);
    if (lineFeed < 0) {
      if (!window.isLast && end - this.start <= FAST_LINE_BYTES_MAX) return 'more';
      return undefined;
    }
    if (lineFeed - this.start > FAST_LINE_BYTES_MAX) return undefined;
    let last = lineFeed - 1;
    while (last > this.start && isSpace(bytes[last] as number)) last--;
    if (bytes[last] !== OBJECT_CLOSES) return undefined;
    const limit = Math.min(end, lineFeed + FAST_LINE_BYTES_MAX);
    const following = skipSpace(bytes, lineFeed + 1, limit);
    if (following >= end && !window.isLast) return 'more';
    if (following < end && bytes[following] !== OBJECT_OPENS) return undefined;
    this.#position = lineFeed;
    return this.#found(window, last + 1);
  }

  #findLineFeed(window: TextWindow): number {
    if (this.#lineFeed >= this.start) return this.#lineFeed;
    const from = Math.max(this.start, this.#noLineFeedBefore);
    const found = from < window.end ? window.bytes.indexOf(LINE_FEED, from) : -1;
    if (found >= 0 && found < window.end) {
      this.#lineFeed = found;
      return found;
    }
    this.#noLineFeedBefore = window.end;
    return -1;
  }

  #found(window: TextWindow, end: number): Frame {
    this.end = end;
    this.#mode = 'between';
    this.#indent = -1;
    this.#starts.sawRecord(window.bytes, this.start, end);
    return 'record';
  }

  #rejected(window: TextWindow, from: number, to: number, reason: string): Frame {
    this.#mode = 'between';
    this.#position = to;
    this.#indent = -1;
    this.rejectFrom = from;
    this.rejectTo = to + window.base;
    this.reason = reason;
    return 'reject';
  }

  #listOpens(): undefined {
    // Cells of a table, and lists nested too deep, are records.
    if (this.#lists.at(-1)?.list === 'rows' || this.#lists.length >= LIST_DEPTH_MAX) {
      return this.#begin('inside');
    }
    this.#lists.push({ list: 'array', members: new Map() });
    this.#position++;
    this.#indent = -1;
  }

  #listCloses(window: TextWindow): undefined {
    const list = this.#lists.at(-1);
    if (list === undefined) return this.#beginGarbage(window);
    this.#position++;
    this.#indent = -1;
    if (list.list === 'array') this.#lists.pop();
    else this.#mode = 'members';
    if (list.list === 'rows') this.form = JSON_FORM;
  }

  #head(window: TextWindow): Frame | undefined {
    const inTables = this.#lists.at(-1)?.list === 'tables';
    const head = readHead(window.bytes, this.start, window.end, inTables ? 'tables' : 'other');
    if (head.kind === 'more' && !window.isLast) return 'more';
    if (head.kind !== 'list' || this.#lists.length >= LIST_DEPTH_MAX) return this.#begin('inside');
    this.#lists.push({ list: head.list, members: head.members });
    this.#position = head.position;
    this.#mode = 'between';
    this.#indent = -1;
    if (head.list === 'rows') this.form = cellsForm(head.members);
    return undefined;
  }

  #members(window: TextWindow): Frame | undefined {
    const open = this.#lists.at(-1) as OpenList;
    const inTables = open.list === 'rows';
    const limit = Math.min(window.end, this.#position + MEMBERS_BYTES_MAX);
    const reader = new MemberReader(window.bytes, limit, inTables ? 'tables' : 'other');
    const outcome = reader.read(this.#position);
    if (outcome === 'more' && !window.isLast && limit === window.end) return 'more';
    for (const [name, value] of reader.members) open.members.set(name, value);
    this.#mode = 'between';
    this.#position = reader.position;
    if (outcome === 'list') {
      this.#lists[this.#lists.length - 1] = { list: reader.list, members: open.members };
      if (reader.list === 'rows') this.form = cellsForm(open.members);
      return undefined;
    }
    if (outcome === 'more') return window.isLast ? this.#atEnd() : undefined;
    this.completeness.push(...saidByMembers(open.members));
    this.#lists.pop();
    return undefined;
  }

  #inside(window: TextWindow): Frame | undefined {
    const scanner = this.#scanner;
    const limit = Math.min(window.end, this.start + RECORD_BYTES_MAX);
    const state = scanner.run(window.bytes, limit);
    if (state === 'done') {
      this.#position = scanner.position;
      if (scanner.deepest > JSON_DEPTH_MAX) {
        return this.#rejected(window, this.start + window.base, scanner.position, TOO_DEEP);
      }
      return this.#found(window, scanner.position);
    }
    if (state === 'broken') return this.#lose(window, scanner.problem);
    if (limit < window.end) {
      this.rejectFrom = this.start + window.base;
      this.#mode = 'skipping';
      return undefined;
    }
    return window.isLast ? this.#lose(window, 'the text ends inside this record') : 'more';
  }

  #skipping(window: TextWindow): Frame | undefined {
    const scanner = this.#scanner;
    const state = scanner.run(window.bytes, window.end);
    if (state === 'more' && !window.isLast) return 'more';
    if (state === 'done')
      return this.#rejected(window, this.rejectFrom, scanner.position, TOO_LARGE);
    this.#position = Math.min(window.end, scanner.position + 1);
    this.reason = TOO_LARGE;
    this.#mode = 'lost';
    return undefined;
  }

  /** Damage: the text after the record's first byte may hold the next record. */
  #lose(window: TextWindow, problem: string): undefined {
    const scanned = this.#scanner.position - this.start;
    this.#rescannedBytes += scanned;
    const affordable = RESCAN_FACTOR_MAX * (this.start + window.base) + RECORD_BYTES_MAX;
    // Protects against input in which every byte is rescanned from many positions.
    const isHostile = this.#rescannedBytes > affordable || this.#scanner.deepest > JSON_DEPTH_MAX;
    this.#position = isHostile ? this.#scanner.position : this.start + 1;
    this.#starts.sawDamage(window.bytes, this.start, this.#scanner.position);
    this.rejectFrom = this.start + window.base;
    this.reason = problem;
    this.#mode = 'lost';
  }

  #lost(window: TextWindow): Frame | undefined {
    const { bytes, end } = window;
    for (;;) {
      const found = this.#position < end ? bytes.indexOf(OBJECT_OPENS, this.#position) : -1;
      if (found < 0 || found >= end) {
        this.#position = end;
        if (!window.isLast) return 'more';
        this.#lists.length = 0;
        return this.#rejected(window, this.rejectFrom, end, this.reason);
      }
      this.#position = found;
      if (found + 2 * LOOKAHEAD_BYTES > end && !window.isLast) return 'more';
      const region = { from: this.rejectFrom - window.base, indent: this.#indent };
      const start = this.#starts.startAt(window, found, region);
      if (start >= 0) return this.#rejected(window, this.rejectFrom, start, this.reason);
      this.#position = found + 1;
    }
  }

  /** Text between records that is not a value: up to the end of the line or the next bracket. */
  #garbage(window: TextWindow): Frame | undefined {
    const { bytes, end } = window;
    let at = this.#position;
    while (at < end && !endsNoise(bytes[at] as number, this.#noise, this.#lists.length)) at++;
    this.#position = at;
    if (at + 2 >= end && !window.isLast) return 'more';
    if (this.#noise === 'between-lines' && at < end && bytes[at] === OBJECT_OPENS) {
      this.#mode = 'between';
      return undefined;
    }
    // In a list of documents as strings, the string starts before the bracket.
    const to = isTextDocument(window, at) ? at - 1 : at;
    return this.#rejected(window, this.rejectFrom, to, 'neither an object nor a list of objects');
  }

  #atEnd(): Frame {
    if (this.#lists.length > 0) {
      this.completeness.push(NOT_CLOSED);
      for (const open of this.#lists) this.completeness.push(...saidByMembers(open.members));
      this.#lists.length = 0;
    }
    return 'end';
  }
}

const TOO_LARGE = `larger than a record may be (${RECORD_BYTES_MAX / 1024 / 1024} MiB)`;
const TOO_DEEP = `nested deeper than a record may be (${JSON_DEPTH_MAX} levels)`;

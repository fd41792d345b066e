import type { EventModel } from '../event-model.ts';
import { FIELD_VALUES_MAX } from '../limits.ts';

/**
 * The fields of one event, each read and lowercased at most once. One instance serves all events.
 * It allocates nothing for a field that no rule uses.
 */
export class EventFields<Event> {
  readonly #model: EventModel<Event>;
  readonly #numbers = new Map<string, number>();
  readonly #readers: ((event: Event) => unknown)[] = [];
  readonly #values: unknown[] = [];
  /** Texts of a value; usually a single text. */
  readonly #texts: (string | readonly string[])[] = [];
  readonly #lowers: (string | readonly string[])[] = [];
  /** The last event for which each field was read. */
  readonly #read: number[] = [];
  readonly #textRead: number[] = [];
  readonly #lowerRead: number[] = [];
  #event: Event | undefined;
  /** The last event for which a field had more values than are compared. */
  readonly #cut: number[] = [];
  #isCutRead = false;
  #turn = 0;
  #whole: string | undefined;

  constructor(model: EventModel<Event>) {
    this.#model = model;
  }

  /** The number that identifies a field for reading. */
  numberOf(field: string): number {
    const known = this.#numbers.get(field);
    if (known !== undefined) return known;
    const number = this.#readers.push(this.#model.reader(field)) - 1;
    this.#values.push(undefined);
    this.#texts.push('');
    this.#lowers.push('');
    this.#read.push(-1);
    this.#textRead.push(-1);
    this.#cut.push(-1);
    this.#lowerRead.push(-1);
    this.#numbers.set(field, number);
    return number;
  }

  take(event: Event): void {
    this.#event = event;
    this.#turn += 1;
    this.#whole = undefined;
    this.#isCutRead = false;
  }

  /** Returns whether a field with ignored values was read since the last call or event. */
  takeCut(): boolean {
    const isCut = this.#isCutRead;
    this.#isCutRead = false;
    return isCut;
  }

  value(number: number): unknown {
    if (this.#read[number] !== this.#turn) {
      this.#values[number] = (this.#readers[number] as (event: Event) => unknown)(
        this.#event as Event,
      );
      this.#read[number] = this.#turn;
    }
    return this.#values[number];
  }

  /** The texts of a field: one, or a list of none or several. */
  texts(number: number): string | readonly string[] {
    if (this.#textRead[number] !== this.#turn) {
      this.#textRead[number] = this.#turn;
      const value = this.value(number);
      this.#texts[number] = plainText(value) ?? textOrList(value);
      if (hasMore(value)) this.#cut[number] = this.#turn;
    }
    if (this.#cut[number] === this.#turn) this.#isCutRead = true;
    return this.#texts[number] as string | readonly string[];
  }

  /** The same in lower case, in the same order. */
  lowers(number: number): string | readonly string[] {
    if (this.#lowerRead[number] !== this.#turn) {
      this.#lowerRead[number] = this.#turn;
      const texts = this.texts(number);
      this.#lowers[number] =
        typeof texts === 'string' ? texts.toLowerCase() : texts.map((text) => text.toLowerCase());
    }
    if (this.#cut[number] === this.#turn) this.#isCutRead = true;
    return this.#lowers[number] as string | readonly string[];
  }

  /** The whole event in lower case. */
  whole(): string {
    this.#whole ??= this.#model.textOf(this.#event as Event).toLowerCase();
    return this.#whole;
  }

  wholeAsWritten(): string {
    return this.#model.textOf(this.#event as Event);
  }
}

/** The texts of any value: for a list, those of its members; for an object, its JSON. */
export function textsOf(value: unknown): readonly string[] {
  if (value === undefined || value === null) return NONE;
  const text = plainText(value);
  if (text !== undefined) return [text];
  if (Array.isArray(value)) return value.slice(0, FIELD_VALUES_MAX).flatMap(textsOf);
  if (typeof value === 'object') return [JSON.stringify(value)];
  return NONE;
}

/** A list of one is its text, as most lists of a record are. */
function textOrList(value: unknown): string | readonly string[] {
  const texts = textsOf(value);
  return texts.length === 1 ? (texts[0] as string) : texts;
}

/** Returns whether {@link textsOf} omits some values. */
function hasMore(value: unknown): boolean {
  if (!Array.isArray(value)) return false;
  return value.length > FIELD_VALUES_MAX || value.some(hasMore);
}

/** The text of a value that is a single text. */
function plainText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

const NONE: readonly string[] = Object.freeze([]);

import { messageOf } from '@countersign/core';
import { type FieldReader, fieldReader, type Reading, ReadingParts } from '@countersign/ocsf';
import { Matcher, textsOf } from '@countersign/sigma/match';

import { recordModel } from './record-model.ts';
import { ACTOR, type SignalPlan, type StreamPlan, shortfallStream } from './signal-plan.ts';

/** Values of one field in a signal. */
const SIGNAL_VALUES_MAX = 16;

/** Length of each text in a signal, which is stored until it is evaluated. */
const SIGNAL_TEXT_CHARACTERS_MAX = 400;

/** A record's match with a rule: the data for windows and for a finding's text. */
export type Signal = {
  readonly stream: string;
  readonly kind: 'rule' | 'correlation' | 'shortfall';
  /** JSON of the grouping values. */
  readonly group: string;
  readonly part: number;
  /** JSON of the compared values, and of {@link About}. */
  readonly values: string;
  readonly about: string;
};

/** Who, with what, from where. */
export type About = {
  /** The key of who acted, as the store has it. */
  readonly actor: string | null;
  readonly name: string | null;
  readonly target: string | null;
  readonly object: string | null;
  readonly session: string | null;
  readonly app: string | null;
  readonly appName: string | null;
  readonly address: string | null;
  /** Values of the other fields in the finding's texts. */
  readonly fields?: Readonly<Record<string, string>>;
};

type Extract = StreamPlan & {
  readonly groupReaders: readonly FieldReader[];
  readonly valueReaders: readonly FieldReader[];
  readonly wordReaders: readonly (readonly [name: string, read: FieldReader])[];
};

/** Whether a rule has so many signals on the day of a time that a further one is only counted. */
export type FullDays = { isFull(stream: string, timeMs: number): boolean };

/** Turns records into signals, for one thread. */
export class SignalExtractor {
  readonly #matcher: Matcher<Reading>;
  readonly #extracts: readonly (readonly Extract[])[];
  readonly #plan: SignalPlan;
  readonly #days: FullDays | undefined;
  #halves: readonly SignalExtractor[] | undefined;

  /** `days`: of the buffer that gets the signals. Signals of full days have no texts until read. */
  constructor(plan: SignalPlan, days?: FullDays) {
    this.#plan = plan;
    this.#days = days;
    const parts = new ReadingParts();
    this.#matcher = new Matcher(
      plan.rules.map(({ expression }) => expression),
      recordModel(parts),
    );
    this.#extracts = plan.rules.map(({ streams }) => {
      return streams.map((stream) => extractOf(stream, parts));
    });
  }

  /** The signals of a record; most have none. A rule that throws loses no signal of another. */
  of(reading: Reading): readonly Signal[] {
    try {
      return this.#match(reading);
    } catch (error) {
      const { rules } = this.#plan;
      const [only] = rules;
      if (only !== undefined && rules.length === 1) {
        return only.streams.map(({ stream }) => failedSignal(stream, messageOf(error)));
      }
      this.#halves ??= halvesOf(rules).map((half) => {
        return new SignalExtractor({ ...this.#plan, rules: half }, this.#days);
      });
      return this.#halves.flatMap((half) => half.of(reading));
    }
  }

  #match(reading: Reading): readonly Signal[] {
    const found = this.#matcher.match(reading);
    const { unsure } = this.#matcher;
    if (found.length + unsure.length === 0) return NONE;
    const signals: Signal[] = unsure.length === 0 ? [] : this.#cutOff(unsure);
    const texts = new SignalTexts(reading);
    for (const rule of found) {
      for (const extract of this.#extracts[rule] as readonly Extract[]) {
        const { stream, kind } = extract;
        if (kind === 'rule' && this.#days?.isFull(stream, reading.event.timeMs) === true) {
          signals.push(new CountedSignal(extract, texts));
          continue;
        }
        const group = groupOf(extract, reading);
        if (group !== undefined) signals.push(texts.signal(extract, group));
      }
    }
    return signals;
  }

  /** Several rules of one stream may be unsure of the record, which is reported once. */
  #cutOff(unsure: readonly number[]): Signal[] {
    const extracts = unsure.flatMap((rule) => this.#extracts[rule] as readonly Extract[]);
    return [...new Set(extracts.map(({ stream }) => stream))].map(cutOff);
  }
}

/** The texts of a record's signals, each written once. */
class SignalTexts {
  readonly #reading: Reading;
  #plain: string | undefined;

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  signal(extract: Extract, group: string): Signal {
    const { stream, part, kind, valueReaders, wordReaders } = extract;
    const values = valueReaders.length === 0 ? NO_VALUES : this.#values(valueReaders);
    this.#plain ??= JSON.stringify(aboutOf(this.#reading));
    const about =
      wordReaders.length === 0 ? this.#plain : withFields(this.#plain, extract, this.#reading);
    return { stream, kind, group, part, values, about };
  }

  #values(readers: readonly FieldReader[]): string {
    const found = readers.map((read) => textsOf(read(this.#reading))[0] ?? null);
    return JSON.stringify(found.map(cutOrNull));
  }

  group(extract: Extract): string {
    return groupOf(extract, this.#reading) as string;
  }
}

/**
 * A signal that will probably only be counted. Its texts are written if they are read after all: a
 * merge may move the action to another day.
 */
class CountedSignal implements Signal {
  readonly kind = 'rule';
  readonly #extract: Extract;
  readonly #texts: SignalTexts;
  #signal: Signal | undefined;

  constructor(extract: Extract, texts: SignalTexts) {
    this.#extract = extract;
    this.#texts = texts;
  }

  get stream(): string {
    return this.#extract.stream;
  }

  get part(): number {
    return this.#extract.part;
  }

  get group(): string {
    return this.#written().group;
  }

  get values(): string {
    return this.#written().values;
  }

  get about(): string {
    return this.#written().about;
  }

  #written(): Signal {
    this.#signal ??= this.#write();
    return this.#signal;
  }

  /** No caller expects a failure here, and a hostile record must not stop the import. */
  #write(): Signal {
    try {
      return this.#texts.signal(this.#extract, this.#texts.group(this.#extract));
    } catch {
      const { stream, part, kind } = this;
      return { stream, part, kind, group: NO_VALUES, values: NO_VALUES, about: '{}' };
    }
  }
}

/** A record that may match a rule and was not compared completely. One report per day is enough. */
function cutOff(stream: string): Signal {
  return { ...SHORTFALL, stream: shortfallStream('cut-off', stream), values: '[]' };
}

/** That a rule threw on a record. */
export function failedSignal(stream: string, because: string): Signal {
  const values = JSON.stringify([cut(because)]);
  return { ...SHORTFALL, stream: shortfallStream('failed', stream), values };
}

const SHORTFALL = { kind: 'shortfall', group: '[]', part: 0, about: '{}' } as const;
const NONE: readonly Signal[] = Object.freeze([]);
const NO_VALUES = '[]';

function halvesOf<T>(items: readonly T[]): readonly (readonly T[])[] {
  const middle = Math.ceil(items.length / 2);
  return [items.slice(0, middle), items.slice(middle)];
}

function extractOf(plan: StreamPlan, parts: ReadingParts): Extract {
  return {
    ...plan,
    groupReaders: plan.groupBy.map((names) => readerOf(names, parts)),
    valueReaders: plan.values.map((names) => readerOf(names, parts)),
    wordReaders: plan.words.map(([name, names]) => [name, readerOf(names, parts)]),
  };
}

/** Reads the first of several names that the record states. */
function readerOf(names: readonly string[], parts: ReadingParts): FieldReader {
  const readers = names.map((name) => {
    if (name === ACTOR) return (reading: Reading) => actorOf(reading) ?? undefined;
    return fieldReader(name, parts) ?? fieldReader(`raw.${name}`, parts) ?? (() => undefined);
  });
  return (reading) => {
    for (const read of readers) {
      const value = read(reading);
      if (value !== undefined && value !== null) return value;
    }
    return undefined;
  };
}

/**
 * A record without a field to group by is in no group of a correlation, because its group is
 * unknown. A rule that alerts by itself still reports it.
 */
function groupOf({ groupReaders, kind }: Extract, reading: Reading): string | undefined {
  const values = groupReaders.map((read) => {
    const value = read(reading);
    if (typeof value === 'string') return cut(value.toLowerCase());
    const texts = textsOf(value).slice(0, SIGNAL_VALUES_MAX);
    return texts.length === 0 ? null : cut(texts.join(' ').toLowerCase());
  });
  if (kind === 'correlation' && values.includes(null)) return undefined;
  return JSON.stringify(values);
}

/** As the store keys it: object id, else kind and name; an application if no principal is named. */
function actorOf({ event }: Reading): string | null {
  if (event.actorUid !== null) return event.actorUid;
  if (event.actorName !== null) {
    const kind = event.actorType === 3 ? 'system' : event.actorType === 4 ? 'service' : 'user';
    return `${kind}:${event.actorName}`;
  }
  return event.actorPuid ?? event.actorSid ?? event.appUid;
}

function aboutOf(reading: Reading): About {
  const { event } = reading;
  return {
    actor: cutOrNull(actorOf(reading)),
    name: cutOrNull(actorNameOf(reading)),
    target: cutOrNull(event.targetName ?? event.targetUid ?? event.mailbox),
    object: cutOrNull(event.object),
    session: event.sessionUid,
    app: event.appUid,
    appName: cutOrNull(event.appName),
    address: event.ip,
  };
}

/** An application that acts for itself is identified by name. */
function actorNameOf({ event }: Reading): string | null {
  const { actorName, actorUid, appName, actorType } = event;
  if (actorName !== null) return actorName;
  return actorType === SERVICE ? (appName ?? actorUid) : (actorUid ?? appName);
}

/** OCSF `user.type_id` of an application that acts for itself. */
const SERVICE = 4;

/** `plain`: JSON of {@link About} without the fields. */
function withFields(plain: string, { wordReaders }: Extract, reading: Reading): string {
  const stated = wordReaders.flatMap(([name, read]) => {
    const texts = textsOf(read(reading)).slice(0, SIGNAL_VALUES_MAX);
    const text = cut(texts.map((each) => each.replace(/^smtp:/i, '')).join(', '));
    return text === '' ? [] : [[name, text] as const];
  });
  return `${plain.slice(0, -1)},"fields":${JSON.stringify(Object.fromEntries(stated))}}`;
}

function cut(text: string): string {
  return text.length > SIGNAL_TEXT_CHARACTERS_MAX
    ? text.slice(0, SIGNAL_TEXT_CHARACTERS_MAX)
    : text;
}

function cutOrNull(text: string | null): string | null {
  return text === null ? null : cut(text);
}

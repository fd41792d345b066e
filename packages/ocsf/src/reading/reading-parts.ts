import { RAW_NAMES_MAX } from '../limits.ts';
import { type Change, changesOf } from '../shapes/directory-audit.ts';
import { isObject, type Json, list, NOTHING, object, pairsOf, text } from '../values/json-value.ts';
import type { Reading } from './record-reading.ts';

/** A name in lower case, the name as written, and its value. */
export type NamedPart = readonly [lower: string, name: string, value: unknown];

/** Where a member may be: the body, the record as delivered, its `properties`. */
export type Root = 0 | 1 | 2;

/**
 * The parts from which several fields of one reading are read. Each part is built once, for any
 * number of fields and rules. One instance per thread. It caches the parts of the last reading; no
 * result depends on that.
 */
export class ReadingParts {
  readonly #members = new Members();
  #of: Reading | undefined;
  #parameters: readonly NamedPart[] | undefined;
  #details: readonly NamedPart[] | undefined;
  #changes: readonly Change[] | undefined;
  #text: string | undefined;

  parameters(reading: Reading): readonly NamedPart[] {
    this.#take(reading);
    this.#parameters ??= parametersOf(reading).map(namedPart);
    return this.#parameters;
  }

  details(reading: Reading): readonly NamedPart[] {
    this.#take(reading);
    this.#details ??= detailsOf(reading).map(namedPart);
    return this.#details;
  }

  changes(reading: Reading): readonly Change[] {
    this.#take(reading);
    this.#changes ??= changesIn(reading);
    return this.#changes;
  }

  /** The whole record as text. */
  text(reading: Reading): string {
    this.#take(reading);
    this.#text ??= JSON.stringify(reading.subject.record.value);
    return this.#text;
  }

  /** The slot with which {@link member} finds a name. May be requested at any time. */
  slotOf(lower: string): number {
    this.#of = undefined;
    return this.#members.slotOf(lower);
  }

  /** The places to search for a member, in order. */
  roots(reading: Reading): readonly Root[] {
    this.#take(reading);
    return this.#members.roots(reading);
  }

  /** A member of one of the {@link roots}, by its name in any case. */
  member(reading: Reading, root: Root, slot: number): unknown {
    this.#take(reading);
    return this.#members.at(reading, root, slot);
  }

  #take(reading: Reading): void {
    if (this.#of === reading) return;
    this.#of = reading;
    this.#parameters = undefined;
    this.#details = undefined;
    this.#changes = undefined;
    this.#text = undefined;
    this.#members.forget();
  }
}

/** Most records are delivered without an envelope and without `properties`. */
const BARE = [0] as const;
const BARE_WITH_PROPERTIES = [0, 2] as const;
const WRAPPED = [0, 1] as const;
const WRAPPED_WITH_PROPERTIES = [0, 1, 2] as const;

const PROPERTIES = 'properties';
const NOT_REQUESTED = -1;

/**
 * The requested members of a record, found in one pass over its names. Most records have none of
 * them. A known name is not lowercased again.
 */
class Members {
  readonly #slots = new Map<string, number>([[PROPERTIES, 0]]);
  readonly #lowers: string[] = [PROPERTIES];
  /**
   * Slots of names as records write them; {@link NOT_REQUESTED} for names that no reader requests.
   */
  readonly #written = new Map<string, number>();
  readonly #values: readonly unknown[][] = [[], [], []];
  readonly #turns: readonly number[][] = [[-1], [-1], [-1]];
  readonly #located = [false, false, false];
  #roots: readonly Root[] | undefined;
  #turn = 0;

  slotOf(lower: string): number {
    const known = this.#slots.get(lower);
    if (known !== undefined) return known;
    const slot = this.#lowers.push(lower) - 1;
    this.#slots.set(lower, slot);
    for (const turns of this.#turns) turns.push(-1);
    this.#written.clear();
    return slot;
  }

  forget(): void {
    this.#turn += 1;
    this.#located.fill(false);
    this.#roots = undefined;
  }

  roots(reading: Reading): readonly Root[] {
    this.#roots ??= this.#rootsOf(reading);
    return this.#roots;
  }

  #rootsOf(reading: Reading): readonly Root[] {
    const { body, record } = reading.subject;
    const hasProperties = this.at(reading, 1, 0) !== undefined;
    if (body === record.value) return hasProperties ? BARE_WITH_PROPERTIES : BARE;
    return hasProperties ? WRAPPED_WITH_PROPERTIES : WRAPPED;
  }

  at(reading: Reading, origin: Root, slot: number): unknown {
    const { body, record } = reading.subject;
    // Most records are delivered without an envelope, so there is only one root.
    const root = origin === 1 && body === record.value ? 0 : origin;
    if (this.#located[root] !== true) this.#seek(reading, root);
    return this.#turns[root]?.[slot] === this.#turn ? this.#values[root]?.[slot] : undefined;
  }

  #seek(reading: Reading, root: Root): void {
    this.#located[root] = true;
    const { subject } = reading;
    const outer = isObject(subject.record.value) ? subject.record.value : NOTHING;
    if (root === 0) this.#enter(subject.body, root);
    else if (root === 1) this.#enter(outer, root);
    else this.#enter(object(this.at(reading, 1, 0)), root);
  }

  #enter(of: Json, root: Root): void {
    const values = this.#values[root] as unknown[];
    const turns = this.#turns[root] as number[];
    for (const name of Object.keys(of)) {
      const slot = this.#written.get(name) ?? this.#learn(name);
      if (slot === NOT_REQUESTED) continue;
      // If names differ only in case, the lower-case one wins, then the first.
      if (turns[slot] === this.#turn && name !== this.#lowers[slot]) continue;
      turns[slot] = this.#turn;
      values[slot] = of[name];
    }
  }

  #learn(name: string): number {
    // Hostile records may have endlessly many names.
    if (this.#written.size >= RAW_NAMES_MAX) this.#written.clear();
    const slot = this.#slots.get(name.toLowerCase()) ?? NOT_REQUESTED;
    this.#written.set(name, slot);
    return slot;
  }
}

function namedPart([name, value]: Pair): NamedPart {
  return [name.toLowerCase(), name, value];
}

function changesIn({ subject }: Reading): readonly Change[] {
  if (subject.directory !== null) return changesOf(subject.directory);
  return list(subject.body['ModifiedProperties']).flatMap((raw): Change[] => {
    const item = object(raw);
    const name = text(item['Name']) ?? (typeof raw === 'string' ? raw : null);
    if (name === null) return [];
    return [{ name, old: text(item['OldValue']), new: text(item['NewValue']) }];
  });
}

type Pair = readonly [name: string, value: unknown];

/** The parameters of a cmdlet (a list, or the typed line), or the properties of a rule. */
function parametersOf({ subject }: Reading): readonly Pair[] {
  const { body } = subject;
  const written = body['Parameters'];
  const line = typeof written === 'string' && !written.trimStart().startsWith('[');
  const parameters = line ? pairsOfLine(written) : pairsOf(written);
  return [...parameters, ...pairsOf(body['OperationProperties'])];
}

/** `-Name "value" -Flag:$true`, as the compliance center writes it. */
const TYPED = /-([A-Za-z][\w]*)(?::|\s+)?(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([^\s"'-][^\s]*))?/g;

function pairsOfLine(line: string): readonly Pair[] {
  return [...line.slice(0, LINE_CHARACTERS_MAX).matchAll(TYPED)].map((match) => {
    return [match[1] as string, match[2] ?? match[3] ?? match[4] ?? ''];
  });
}

/** A typed line of parameters is shorter; a pasted script may be longer. */
const LINE_CHARACTERS_MAX = 20_000;

function detailsOf({ subject }: Reading): readonly Pair[] {
  const { body, directory } = subject;
  return [
    ...pairsOf(directory?.details),
    ...pairsOf(body['ExtendedProperties']),
    ...pairsOf(body['DeviceProperties']),
    ...pairsOf(body['additionalDetails']),
  ];
}

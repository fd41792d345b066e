import { type Change, changesOf } from '../shapes/directory-audit.ts';
import { isObject, type Json, list, NOTHING, object, pairsOf, text } from '../values/json-value.ts';
import { type Layout, MemberLayouts, type NameSet } from './member-layouts.ts';
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
    this.#parameters ??= parametersOf(reading);
    return this.#parameters;
  }

  details(reading: Reading): readonly NamedPart[] {
    this.#take(reading);
    this.#details ??= detailsOf(reading);
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

  /** The requested names that the record has in any root. */
  names(reading: Reading): NameSet {
    this.#take(reading);
    return this.#members.names(reading);
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

/** The requested members of a record. Most records have none of them. */
class Members {
  readonly #layouts = new MemberLayouts();
  readonly #properties = this.#layouts.slotOf('properties');
  readonly #found: (Layout | undefined)[] = [undefined, undefined, undefined];
  #opened: Json | undefined;
  #roots: readonly Root[] | undefined;

  slotOf(lower: string): number {
    return this.#layouts.slotOf(lower);
  }

  forget(): void {
    this.#found[0] = undefined;
    this.#found[1] = undefined;
    this.#found[2] = undefined;
    this.#opened = undefined;
    this.#roots = undefined;
  }

  roots(reading: Reading): readonly Root[] {
    this.#roots ??= this.#rootsOf(reading);
    return this.#roots;
  }

  names(reading: Reading): NameSet {
    const [first, ...more] = this.roots(reading);
    let names = this.#layout(reading, first as Root).names;
    for (const root of more) names = this.#layouts.union(names, this.#layout(reading, root).names);
    return names;
  }

  at(reading: Reading, root: Root, slot: number): unknown {
    const name = this.#layout(reading, root).written[slot];
    return name === undefined ? undefined : this.#objectOf(reading, root)[name];
  }

  #rootsOf(reading: Reading): readonly Root[] {
    const { body, record } = reading.subject;
    const hasProperties = this.at(reading, 1, this.#properties) !== undefined;
    if (body === record.value) return hasProperties ? BARE_WITH_PROPERTIES : BARE;
    return hasProperties ? WRAPPED_WITH_PROPERTIES : WRAPPED;
  }

  #layout(reading: Reading, root: Root): Layout {
    const { body, record } = reading.subject;
    // Most records are delivered without an envelope, so there is only one root.
    const at = root === 1 && body === record.value ? 0 : root;
    const known = this.#found[at];
    if (known !== undefined) return known;
    const layout = this.#layouts.of(this.#objectOf(reading, at));
    this.#found[at] = layout;
    return layout;
  }

  #objectOf(reading: Reading, root: Root): Json {
    const { body, record } = reading.subject;
    if (root === 0) return body;
    if (root === 1) return isObject(record.value) ? record.value : NOTHING;
    this.#opened ??= object(this.at(reading, 1, this.#properties));
    return this.#opened;
  }
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
function parametersOf({ subject }: Reading): readonly NamedPart[] {
  const { body } = subject;
  const parts: NamedPart[] = [];
  const written = body['Parameters'];
  const line = typeof written === 'string' && !written.trimStart().startsWith('[');
  addParts(line ? pairsOfLine(written) : pairsOf(written), parts);
  addParts(pairsOf(body['OperationProperties']), parts);
  return parts;
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

function detailsOf({ subject }: Reading): readonly NamedPart[] {
  const { body, directory } = subject;
  const parts: NamedPart[] = [];
  addParts(pairsOf(directory?.details), parts);
  addParts(pairsOf(body['ExtendedProperties']), parts);
  addParts(pairsOf(body['DeviceProperties']), parts);
  addParts(pairsOf(body['additionalDetails']), parts);
  return parts;
}

function addParts(pairs: readonly Pair[], parts: NamedPart[]): void {
  for (const [name, value] of pairs) parts.push([name.toLowerCase(), name, value]);
}

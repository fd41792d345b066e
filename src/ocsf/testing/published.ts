import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Judges events by the published definitions themselves, written without our table and its
 * generator, so that they cannot share a mistake. For tests only.
 */
const FOLDER: string = join(import.meta.dirname, '../../../../shared/data/ocsf-1.8.0');

export const publishedIsHere: boolean = existsSync(join(FOLDER, 'dictionary.json'));
export const publishedFolder: string = FOLDER;
export const SKIP_REASON =
  'because the published OCSF definitions are not at ../shared/data/ocsf-1.8.0';

type Json = { readonly [name: string]: unknown };

export class PublishedSchema {
  readonly #events = new Map<string, Json>();
  readonly #objects = new Map<string, Json>();
  readonly #profiles = new Map<string, Json>();
  readonly #dictionary: Json;
  readonly #types: Json;
  readonly #categories: Json;

  constructor() {
    const dictionary = read('dictionary.json');
    this.#dictionary = of(dictionary, 'attributes');
    this.#types = of(of(dictionary, 'types'), 'attributes');
    this.#categories = of(read('categories.json'), 'attributes');
    for (const [folder, into] of [
      ['events', this.#events],
      ['objects', this.#objects],
      ['profiles', this.#profiles],
    ] as const) {
      for (const file of readdirSync(join(FOLDER, folder), { recursive: true, encoding: 'utf8' })) {
        if (!file.endsWith('.json')) continue;
        const definition = read(join(folder, file));
        const key = folder === 'profiles' ? `profiles/${file}` : String(definition['name']);
        into.set(key, definition);
      }
    }
  }

  /** What the definitions say against an event; empty when nothing. */
  judge(event: Json): string[] {
    const found: string[] = [];
    const definition = [...this.#events.values()].find(
      (candidate) => this.#uidOf(candidate) === event['class_uid'],
    );
    if (definition === undefined) return [`no class ${String(event['class_uid'])}`];
    const category = Math.floor(Number(event['class_uid']) / 1000);
    if (event['category_uid'] !== category) found.push('category_uid');
    if (event['type_uid'] !== Number(event['class_uid']) * 100 + Number(event['activity_id'])) {
      found.push('type_uid');
    }
    const profiles = (of(event, 'metadata')['profiles'] ?? []) as readonly string[];
    const { entries: _entries, ...rest } = event;
    this.#judgeMembers(rest, definition, this.#events, '', profiles, found);
    return found;
  }

  #uidOf(definition: Json): number {
    const chain = lineage(definition, this.#events);
    const named = chain.map((one) => one['category']).find((name) => name !== undefined);
    const category = of(this.#categories, textOf(named))['uid'];
    if (definition['uid'] === undefined && definition['name'] !== 'base_event') return -1;
    return Number(category ?? 0) * 1000 + Number(definition['uid'] ?? 0);
  }

  #judgeMembers(
    value: Json,
    definition: Json,
    family: ReadonlyMap<string, Json>,
    path: string,
    profiles: readonly string[],
    found: string[],
  ): void {
    const chain = lineage(definition, family);
    if (chain.length === 1 && definition['name'] === 'object') return;
    const attributes = this.#attributesOf(chain, profiles);
    for (const [name, member] of Object.entries(value)) {
      const attribute = attributes.get(name);
      if (attribute === undefined) found.push(`${path}${name}: unknown attribute`);
      else this.#judgeAttribute(member, attribute, `${path}${name}`, profiles, found);
    }
    for (const [name, attribute] of attributes) {
      if (attribute['requirement'] === 'required' && value[name] === undefined) {
        found.push(`${path}${name}: required`);
      }
    }
    const constraints = chain.map((one) => one['constraints']).find((one) => one !== undefined);
    for (const [kind, names] of Object.entries((constraints ?? {}) as Json)) {
      const present = (names as readonly string[]).filter(
        (name) => value[name] !== undefined,
      ).length;
      if (kind === 'at_least_one' ? present < 1 : present !== 1) {
        found.push(`${path}: ${kind} of ${String(names)}`);
      }
    }
  }

  #judgeAttribute(
    value: unknown,
    attribute: Json,
    path: string,
    profiles: readonly string[],
    found: string[],
  ): void {
    const typeName = String(attribute['type']);
    if (typeName === 'json_t') return;
    if (attribute['is_array'] === true) {
      if (!Array.isArray(value)) found.push(`${path}: not an array`);
      else {
        for (const item of value) {
          this.#judgeAttribute(item, { ...attribute, is_array: false }, path, profiles, found);
        }
      }
      return;
    }
    const object = this.#objects.get(typeName);
    if (object !== undefined) {
      if (!isMembers(value)) found.push(`${path}: not an object`);
      else this.#judgeMembers(value, object, this.#objects, `${path}.`, profiles, found);
      return;
    }
    this.#judgePrimitive(value, typeName, path, found);
    const values = attribute['enum'] as Json | undefined;
    // The object lists two types of observables; the others are numbered all over the definitions.
    const isOpen = path.startsWith('observables.');
    if (values !== undefined && !isOpen && values[String(value)] === undefined) {
      const isId = path.endsWith('class_uid') || path.endsWith('category_uid');
      if (!isId) found.push(`${path}: ${String(value)} is not in its enumeration`);
    }
  }

  #judgePrimitive(value: unknown, typeName: string, path: string, found: string[]): void {
    const type = of(this.#types, typeName);
    const base = type['type'] === undefined ? typeName : textOf(type['type']);
    const whole = base === 'integer_t' || base === 'long_t' || typeName === 'timestamp_t';
    if (
      whole
        ? !Number.isSafeInteger(value)
        : base === 'boolean_t'
          ? typeof value !== 'boolean'
          : base === 'float_t'
            ? typeof value !== 'number'
            : typeof value !== 'string'
    ) {
      found.push(`${path}: ${JSON.stringify(value)} is not ${typeName}`);
    }
    const { regex, max_len: longest } = type;
    if (typeof regex === 'string' && !new RegExp(regex).test(String(value))) {
      found.push(`${path}: ${String(value)} does not have the form of ${typeName}`);
    }
    if (typeof longest === 'number' && String(value).length > longest) found.push(`${path}: long`);
  }

  #attributesOf(chain: readonly Json[], profiles: readonly string[]): Map<string, Json> {
    const attributes = new Map<string, Json>();
    for (const definition of chain.toReversed()) {
      for (const [name, raw] of Object.entries(of(definition, 'attributes'))) {
        if (name !== '$include') this.#add(attributes, name, raw as Json, null);
        else {
          for (const path of raw as readonly string[]) {
            const profile = this.#profiles.get(path) ?? {};
            for (const [inner, attribute] of Object.entries(of(profile, 'attributes'))) {
              this.#add(attributes, inner, attribute as Json, String(profile['name']));
            }
          }
        }
      }
    }
    for (const [name, attribute] of attributes) {
      const profile = attribute['profile'];
      if (typeof profile === 'string' && !profiles.includes(profile)) attributes.delete(name);
    }
    return attributes;
  }

  #add(into: Map<string, Json>, name: string, own: Json, profile: string | null): void {
    const before = into.get(name) ?? of(this.#dictionary, name);
    const values = { ...(before['enum'] as Json), ...(own['enum'] as Json) };
    into.set(name, {
      ...before,
      ...own,
      ...(profile === null ? {} : { profile }),
      ...(Object.keys(values).length > 0 ? { enum: values } : {}),
    });
  }
}

/** The definition and those that it extends, nearest first. */
function lineage(definition: Json, family: ReadonlyMap<string, Json>): readonly Json[] {
  const parent = family.get(String(definition['extends']));
  return parent === undefined ? [definition] : [definition, ...lineage(parent, family)];
}

function read(path: string): Json {
  return JSON.parse(readFileSync(join(FOLDER, path), 'utf8')) as Json;
}

function of(from: Json, name: string): Json {
  const inner = from[name];
  return isMembers(inner) ? inner : {};
}

function isMembers(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';

/**
 * Validates events against the published definitions. They become one JSON Schema per class, and
 * ajv validates. Uses neither our table nor its generator. For tests only.
 */
const FOLDER: string = join(import.meta.dirname, '../../../shared/data/ocsf-1.8.0');

export const publishedIsHere: boolean = existsSync(join(FOLDER, 'dictionary.json'));
export const publishedFolder: string = FOLDER;
export const SKIP_REASON =
  'because the published OCSF definitions are not at ../shared/data/ocsf-1.8.0';

type Json = { readonly [name: string]: unknown };

class PublishedSchema {
  readonly #events: ReadonlyMap<string, Json> = definitionsIn('events');
  readonly #objects: ReadonlyMap<string, Json> = definitionsIn('objects');
  readonly #dictionary: Json;
  readonly #types: Json;
  /** The names of observable types, by number. */
  readonly #observables: ReadonlyMap<unknown, string>;
  readonly #categories: Json = of(read('categories.json'), 'attributes');
  readonly #ajvs = new Map<string, Ajv>();
  readonly #compiled = new Map<string, ValidateFunction>();

  constructor() {
    const dictionary = read('dictionary.json');
    this.#dictionary = of(dictionary, 'attributes');
    this.#types = of(of(dictionary, 'types'), 'attributes');
    const observable = [this.#types, Object.fromEntries(this.#objects), this.#dictionary];
    const all = observable.flatMap((part) => Object.values(part) as Json[]);
    this.#observables = new Map(all.map((one) => [one['observable'], String(one['caption'])]));
  }

  /** The definitions' objections to an event; empty if there are none. */
  problemsOf(event: Json): string[] {
    const profiles = (of(event, 'metadata')['profiles'] ?? []) as readonly string[];
    const check = this.#checkOf(Number(event['class_uid']), profiles);
    if (check === undefined) return [`no class ${Number(event['class_uid'])}`];
    check(event);
    const found = (check.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
    found.push(...this.#captionsWrong(event, profiles));
    if (event['type_uid'] !== Number(event['class_uid']) * 100 + Number(event['activity_id'])) {
      found.push('/type_uid must be class_uid * 100 + activity_id');
    }
    return found;
  }

  /** Captions that differ from those in the definitions. */
  #captionsWrong(event: Json, profiles: readonly string[]): string[] {
    const definition = this.#classOf(Number(event['class_uid']));
    if (definition === undefined) return [];
    const category = this.#categoryOf(definition);
    const caption = String(definition['caption']);
    const attributes = this.#attributesOf(lineage(definition, this.#events), profiles);
    const named = this.#captionsIn(event, { attributes, path: '', profiles });
    const activity = named.captions.get('activity_id') ?? '';
    const expected: readonly (readonly [string, string])[] = [
      ['class_name', caption],
      ['category_name', textOf(category['caption']) ?? named.captions.get('category_uid') ?? ''],
      ['type_name', `${caption}: ${activity}`],
    ];
    const wrong = expected
      .filter(([name, text]) => event[name] !== undefined && event[name] !== text)
      .map(([name, text]) => `/${name} must be ${text} and is ${JSON.stringify(event[name])}`);
    return [...named.wrong, ...wrong];
  }

  /** Checks the attributes of an object, and all nested objects. */
  #captionsIn(
    value: Json,
    { attributes, path, profiles }: Place,
  ): { readonly wrong: string[]; readonly captions: ReadonlyMap<string, string> } {
    const wrong: string[] = [];
    const captions = new Map<string, string>();
    for (const [name, attribute] of attributes) {
      const own = value[name];
      if (own === undefined) continue;
      const { sibling, type } = attribute as { sibling?: string; type: string };
      const caption = this.#captionOf(name, attribute, own, path);
      if (caption !== undefined) captions.set(name, caption);
      const beside = sibling === undefined ? undefined : value[sibling];
      const isOpen = own === OTHER || caption === undefined;
      if (!isOpen && beside !== undefined && beside !== caption) {
        wrong.push(`${path}/${sibling} must be ${caption} and is ${JSON.stringify(beside)}`);
      }
      const object = this.#objects.get(type);
      if (object === undefined) continue;
      const shape = this.#attributesOf(lineage(object, this.#objects), profiles);
      for (const item of Array.isArray(own) ? own : [own]) {
        if (typeof item !== 'object' || item === null) continue;
        const place = { attributes: shape, path: `${path}/${name}`, profiles };
        wrong.push(...this.#captionsIn(item as Json, place).wrong);
      }
    }
    return { wrong, captions };
  }

  #captionOf(name: string, attribute: Json, value: unknown, path: string): string | undefined {
    if (path.endsWith('/observables') && name === 'type_id') return this.#observables.get(value);
    const { caption } = of(of(attribute, 'enum'), String(value));
    return textOf(caption);
  }

  #classOf(classUid: number): Json | undefined {
    return [...this.#events.values()].find((one) => this.#uidOf(one) === classUid);
  }

  #categoryOf(definition: Json): Json {
    const chain = lineage(definition, this.#events);
    const category = chain.map((one) => one['category']).find((name) => typeof name === 'string');
    return of(this.#categories, category as string);
  }

  #checkOf(classUid: number, profiles: readonly string[]): ValidateFunction | undefined {
    const key = `${classUid} ${profiles.join(' ')}`;
    const known = this.#compiled.get(key);
    if (known !== undefined) return known;
    const definition = this.#classOf(classUid);
    if (definition === undefined) return undefined;
    const schema = this.#schemaOf(definition, this.#events, profiles);
    const check = this.#ajvOf(profiles).compile(withUids(schema, classUid));
    this.#compiled.set(key, check);
    return check;
  }

  /** The objects are compiled once for all classes. */
  #ajvOf(profiles: readonly string[]): Ajv {
    const key = profiles.join(' ');
    const known = this.#ajvs.get(key);
    if (known !== undefined) return known;
    // The published patterns do not support the `u` flag.
    const ajv = new Ajv({ allErrors: true, unicodeRegExp: false, strict: false });
    for (const [name, object] of this.#objects) {
      const schema = this.#schemaOf(object, this.#objects, profiles);
      ajv.addSchema(name === 'observable' ? withOpenTypes(schema) : schema, name);
    }
    this.#ajvs.set(key, ajv);
    return ajv;
  }

  #uidOf(definition: Json): number {
    if (definition['name'] === 'base_event') return 0;
    if (definition['uid'] === undefined) return -1;
    const { uid } = this.#categoryOf(definition);
    return Number(uid) * 1000 + Number(definition['uid']);
  }

  #schemaOf(
    definition: Json,
    family: ReadonlyMap<string, Json>,
    profiles: readonly string[],
  ): ObjectSchema {
    const chain = lineage(definition, family);
    const attributes = this.#attributesOf(chain, profiles);
    const constraints = chain.map((one) => one['constraints']).find((one) => one !== undefined);
    const { at_least_one: some, just_one: one } = (constraints ?? {}) as ConstraintLists;
    const needs = (names: readonly string[]) => names.map((name) => ({ required: [name] }));
    return {
      type: 'object',
      properties: Object.fromEntries(
        [...attributes].map(([name, attribute]) => [name, this.#attributeSchema(attribute)]),
      ),
      required: [...attributes]
        .filter(([, attribute]) => attribute['requirement'] === 'required')
        .map(([name]) => name),
      // An empty object type allows any attribute.
      additionalProperties: attributes.size === 0,
      ...(some === undefined ? {} : { anyOf: needs(some) }),
      ...(one === undefined ? {} : { oneOf: needs(one) }),
    };
  }

  #attributeSchema(attribute: Json): Json {
    const { type, enum: values } = attribute as { type: string; enum?: Json };
    const isObject = this.#objects.has(type);
    const schema = isObject ? { $ref: type } : this.#primitiveSchema(type, values);
    return attribute['is_array'] === true ? { type: 'array', items: schema } : schema;
  }

  #primitiveSchema(name: string, values: Json | undefined): Json {
    const type = of(this.#types, name) as { type?: string; regex?: string; max_len?: number };
    const json = JSON_TYPES.get(type.type ?? name);
    const allowed = Object.keys(values ?? {});
    return {
      ...(json === undefined ? {} : { type: json }),
      ...(type.regex === undefined ? {} : { pattern: type.regex }),
      ...(type.max_len === undefined ? {} : { maxLength: type.max_len }),
      ...(allowed.length === 0 ? {} : { enum: json === 'integer' ? allowed.map(Number) : allowed }),
    };
  }

  #attributesOf(chain: readonly Json[], profiles: readonly string[]): ReadonlyMap<string, Json> {
    const attributes = new Map<string, Json>();
    const add = (name: string, own: Json): void => {
      const before = attributes.get(name) ?? of(this.#dictionary, name);
      const values = { ...of(before, 'enum'), ...of(own, 'enum') };
      const isOpen = Object.keys(values).length === 0;
      attributes.set(name, { ...before, ...own, ...(isOpen ? {} : { enum: values }) });
    };
    for (const definition of chain.toReversed()) {
      const { $include: included, ...own } = of(definition, 'attributes');
      for (const path of (included ?? []) as readonly string[]) {
        const profile = read(path);
        for (const [name, attribute] of Object.entries(of(profile, 'attributes'))) {
          add(name, { ...(attribute as Json), profile: profile['name'] });
        }
      }
      for (const [name, attribute] of Object.entries(own)) add(name, attribute as Json);
    }
    for (const [name, { profile }] of attributes) {
      if (typeof profile === 'string' && !profiles.includes(profile)) attributes.delete(name);
    }
    return attributes;
  }
}

/** The number of a value that the definitions do not list. Its caption is the source's text. */
const OTHER = 99;

type Place = {
  readonly attributes: ReadonlyMap<string, Json>;
  readonly path: string;
  readonly profiles: readonly string[];
};

type ConstraintLists = {
  readonly at_least_one?: readonly string[];
  readonly just_one?: readonly string[];
};

const JSON_TYPES: ReadonlyMap<string, string> = new Map([
  ['boolean_t', 'boolean'],
  ['integer_t', 'integer'],
  ['long_t', 'integer'],
  ['float_t', 'number'],
  ['string_t', 'string'],
]);

type ObjectSchema = Json & { readonly properties: Json };

/** The definitions leave the uid of a class and its category to their compiler. */
function withUids(schema: ObjectSchema, classUid: number): Json {
  const uids = {
    class_uid: { const: classUid },
    category_uid: { const: Math.floor(classUid / 1000) },
  };
  return { ...schema, properties: { ...schema.properties, ...uids } };
}

/** The object lists two observable types; the others are numbered throughout the definitions. */
function withOpenTypes(schema: ObjectSchema): Json {
  return { ...schema, properties: { ...schema.properties, type_id: { type: 'integer' } } };
}

/** The definition and its ancestors, nearest first. */
function lineage(definition: Json, family: ReadonlyMap<string, Json>): readonly Json[] {
  const parent = family.get(definition['extends'] as string);
  return parent === undefined ? [definition] : [definition, ...lineage(parent, family)];
}

function definitionsIn(folder: string): ReadonlyMap<string, Json> {
  if (!publishedIsHere) return new Map();
  return new Map(
    readdirSync(join(FOLDER, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.json'))
      .map((file) => read(join(folder, file)))
      .map((definition) => [definition['name'] as string, definition] as const),
  );
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function read(path: string): Json {
  return JSON.parse(readFileSync(join(FOLDER, path), 'utf8')) as Json;
}

function of(from: Json, name: string): Json {
  const inner = from[name];
  return typeof inner === 'object' && inner !== null ? (inner as Json) : {};
}

/** Shared by all test files, because its schemas take seconds to compile. */
export const published: PublishedSchema | undefined = publishedIsHere
  ? new PublishedSchema()
  : undefined;

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Writes `packages/ocsf/src/event/class-table.ts`: the part of the published OCSF definitions that
 * our events need, small enough to ship. Run it when a mapping starts to use another class or
 * object:
 *
 *   npx node tools/generate-ocsf-table.ts [folder of the definitions]
 */

/** The classes of the mappings. */
const CLASSES: readonly string[] = [
  'base_event',
  'findings/detection_finding',
  'iam/account_change',
  'iam/authentication',
  'iam/entity_management',
  'iam/user_access',
  'iam/group_management',
  'network/email_activity',
  'application/web_resources_activity',
  'application/api_activity',
  'application/file_hosting',
];

/** The objects that they fill. Attributes of other object types are not in the table. */
const OBJECTS: ReadonlySet<string> = new Set([
  'actor',
  'analytic',
  'api',
  'attack',
  'authentication_token',
  'device',
  'email',
  'evidences',
  'file',
  'finding_info',
  'group',
  'http_request',
  'http_response',
  'location',
  'logger',
  'managed_entity',
  'metadata',
  'network_endpoint',
  'object',
  'observable',
  'os',
  'policy',
  'product',
  'remediation',
  'request',
  'resource_details',
  'response',
  'service',
  'session',
  'sub_technique',
  'technique',
  'url',
  'user',
  'web_resource',
]);

/** Attributes of this profile are in the table. Other profiles are not used. */
const PROFILE = 'host';

const BASE = 'base_event';

const COLUMNS_MAX = 98;

type Definition = {
  readonly name?: string;
  readonly caption?: string;
  readonly uid?: number;
  readonly category?: string;
  readonly extends?: string;
  readonly observable?: number;
  readonly attributes: Readonly<Record<string, Attribute>>;
  readonly constraints?: Readonly<Record<string, readonly string[]>>;
};

type Attribute = {
  readonly type?: string;
  readonly requirement?: string;
  readonly profile?: string | null;
  readonly is_array?: boolean;
  readonly observable?: number;
  readonly caption?: string;
  readonly enum?: Readonly<Record<string, { readonly caption: string }>>;
  readonly '@deprecated'?: unknown;
};

type Type = {
  readonly caption: string;
  readonly type?: string;
  readonly regex?: string;
  readonly max_len?: number;
  readonly observable?: number;
};

type ResolvedSchema = {
  attributes: Map<string, Attribute>;
  constraints: Readonly<Record<string, readonly string[]>>;
  category: string | undefined;
};

export function generateTable(folder: string): string {
  const published = new PublishedSchema(folder);
  const lines: string[] = [];
  for (const path of CLASSES) lines.push(...published.classLines(path));
  for (const name of [...OBJECTS].sort()) lines.push(...published.objectLines(name));
  return [
    `// Made by tools/generate-ocsf-table.ts from the definitions of OCSF ${published.version}.`,
    '// Change the generator, not this file.',
    '',
    `export const OCSF_VERSION = '${published.version}';`,
    '',
    '/** Primitive types: what they are made of, and the form that a text must have. */',
    'export const TYPES: Readonly<Record<string, PrimitiveType>> = {',
    ...published.typeLines(),
    '};',
    '',
    'export type PrimitiveType = {',
    "  readonly base: 'string' | 'integer' | 'number' | 'boolean' | 'any';",
    '  readonly pattern?: RegExp;',
    '  readonly isIp?: true;',
    '};',
    '',
    '/**',
    ' * `class UID NAME CATEGORY_UID CATEGORY | CAPTION` and `object NAME`, then constraints and',
    " * attributes, for a class those that differ from the first class's:",
    ' * `name! type[] {value=Caption|…} @profile`, where `!` is required and `[]` a list.',
    ' */',
    'export const TABLE: string = `',
    ...lines,
    '`;',
    '',
  ].join('\n');
}

class PublishedSchema {
  readonly version: string;
  readonly #folder: string;
  readonly #dictionary: Readonly<Record<string, Attribute>>;
  readonly #types: Readonly<Record<string, Type>>;
  readonly #categories: Readonly<
    Record<string, { readonly uid: number; readonly caption: string }>
  >;
  readonly #usedTypes = new Set<string>();

  constructor(folder: string) {
    this.#folder = folder;
    this.version = (this.#read('version.json') as { version: string }).version;
    const dictionary = this.#read('dictionary.json') as {
      attributes: Record<string, Attribute>;
      types: { attributes: Record<string, Type> };
    };
    this.#dictionary = dictionary.attributes;
    this.#types = dictionary.types.attributes;
    this.#categories = (
      this.#read('categories.json') as {
        attributes: Record<string, { uid: number; caption: string }>;
      }
    ).attributes;
  }

  classLines(path: string): string[] {
    const definition = this.#definition(`events/${path}.json`);
    const resolved = this.#resolve(definition, (name) => this.#event(name));
    const category = this.#categories[resolved.category ?? ''];
    const categoryUid = category?.uid ?? 0;
    const uid = categoryUid * 1000 + (definition.uid ?? 0);
    const head =
      `class ${uid} ${definition.name} ${categoryUid} ` +
      `${category?.caption ?? 'Uncategorized'} | ${definition.caption}`;
    only(resolved, 'class_uid', uid, definition.caption);
    only(resolved, 'category_uid', categoryUid, category?.caption ?? 'Uncategorized');
    return [head, ...this.#body(resolved, path === BASE ? undefined : this.#base())];
  }

  #base(): ResolvedSchema {
    return this.#resolve(this.#event(BASE), (name) => this.#event(name));
  }

  objectLines(name: string): string[] {
    const resolved = this.#resolve(this.#object(name), (parent) => this.#object(parent));
    if (name === 'observable') this.#addObservableTypes(resolved);
    return [`object ${name}`, ...this.#body(resolved)];
  }

  typeLines(): string[] {
    return [...this.#usedTypes].sort().map((name) => {
      const type = this.#types[name];
      const base = BASES[type?.type ?? name] ?? BASES[name] ?? 'string';
      const isIp = name === 'ip_t' ? ', isIp: true' : '';
      if (type?.regex === undefined || isIp !== '') return `  ${name}: { base: '${base}'${isIp} },`;
      const pattern = `    pattern: /${type.regex}/,`;
      const fits = pattern.length <= COLUMNS_MAX + 2;
      const broken = fits ? pattern : pattern.replace('pattern: ', 'pattern:\n      ');
      return `  ${name}: {\n    base: '${base}',\n${broken}\n  },`;
    });
  }

  /** Omits attributes that are equal in `base`: every class has them. */
  #body(resolved: ResolvedSchema, base?: ResolvedSchema): string[] {
    const parts: string[] = [];
    for (const [kind, names] of Object.entries(resolved.constraints)) {
      parts.push(`${kind}(${names.join(' ')})`);
    }
    for (const [name, attribute] of [...resolved.attributes].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const type = attribute.type ?? 'string_t';
      const isPrimitive = type in this.#types;
      if (!isPrimitive && !OBJECTS.has(type)) continue;
      if (attribute['@deprecated'] !== undefined && attribute.requirement !== 'required') continue;
      const profile = attribute.profile ?? null;
      if (profile !== null && profile !== PROFILE) continue;
      if (isSame(attribute, base?.attributes.get(name))) continue;
      if (isPrimitive) this.#usedTypes.add(type);
      const values = Object.entries(attribute.enum ?? {});
      parts.push(
        `${name}${attribute.requirement === 'required' ? '!' : ''} ${type}` +
          (attribute.is_array === true ? '[]' : '') +
          (values.length === 0
            ? ''
            : ` {${values.map(([v, e]) => `${v}=${e.caption}`).join('|')}}`) +
          (profile === null ? '' : ` @${profile}`),
      );
    }
    return wrap(parts);
  }

  /**
   * Observable types are numbered throughout the definitions. The object lists only two of them.
   */
  #addObservableTypes(resolved: ResolvedSchema): void {
    const attribute = resolved.attributes.get('type_id');
    const found = new Map<number, string>();
    const note = (number: number | undefined, caption: string | undefined): void => {
      if (number !== undefined && !found.has(number)) found.set(number, caption ?? String(number));
    };
    for (const type of Object.values(this.#types)) note(type.observable, type.caption);
    for (const entry of Object.values(this.#dictionary)) note(entry.observable, entry.caption);
    for (const file of readdirSync(join(this.#folder, 'objects'))) {
      const object = this.#definition(`objects/${file}`);
      note(object.observable, object.caption);
    }
    const values = Object.fromEntries(
      [...found].map(([number, caption]) => [String(number), { caption }]),
    );
    resolved.attributes.set('type_id', { ...attribute, enum: { ...attribute?.enum, ...values } });
  }

  #resolve(definition: Definition, find: (name: string) => Definition): ResolvedSchema {
    const parent =
      definition.extends === undefined
        ? { attributes: new Map<string, Attribute>(), constraints: {}, category: undefined }
        : this.#resolve(find(definition.extends), find);
    const attributes = new Map(parent.attributes);
    const own = Object.entries(definition.attributes).flatMap(([name, attribute]) =>
      name === '$include' ? this.#included(attribute) : [[name, attribute] as const],
    );
    for (const [name, attribute] of own) {
      const before = attributes.get(name) ?? this.#dictionary[name];
      const values = { ...before?.enum, ...attribute.enum };
      attributes.set(name, {
        ...before,
        ...attribute,
        ...(Object.keys(values).length === 0 ? {} : { enum: values }),
      });
    }
    return {
      attributes,
      constraints: definition.constraints ?? parent.constraints,
      category: definition.category ?? parent.category,
    };
  }

  #included(paths: unknown): (readonly [string, Attribute])[] {
    return (paths as readonly string[]).flatMap((path) => {
      const profile = this.#definition(path);
      return Object.entries(profile.attributes).map(
        ([name, attribute]) => [name, { ...attribute, profile: profile.name ?? null }] as const,
      );
    });
  }

  #event(name: string): Definition {
    for (const folder of ['', 'application/', 'iam/', 'findings/', 'network/']) {
      try {
        return this.#definition(`events/${folder}${name}.json`);
      } catch {
        // Not in this folder; the error of the last folder counts.
      }
    }
    throw new Error(`no definition of the event ${name}: name its folder here`);
  }

  #object(name: string): Definition {
    return this.#definition(`objects/${name}.json`);
  }

  #definition(path: string): Definition {
    return this.#read(path) as Definition;
  }

  #read(path: string): unknown {
    return JSON.parse(readFileSync(join(this.#folder, path), 'utf8'));
  }
}

function isSame(one: Attribute, other: Attribute | undefined): boolean {
  const facts = (a: Attribute): string =>
    JSON.stringify([a.type, a.requirement === 'required', a.is_array, a.profile ?? null, a.enum]);
  return other !== undefined && facts(one) === facts(other);
}

/** Restricts the enumerations of classes and categories to those of this class. */
function only(
  resolved: ResolvedSchema,
  name: string,
  value: number,
  caption: string | undefined,
): void {
  const attribute = resolved.attributes.get(name);
  const values = { [String(value)]: { caption: caption ?? String(value) } };
  resolved.attributes.set(name, { ...attribute, enum: values });
}

const BASES: Readonly<Record<string, string>> = {
  boolean_t: 'boolean',
  integer_t: 'integer',
  long_t: 'integer',
  port_t: 'integer',
  timestamp_t: 'integer',
  float_t: 'number',
  json_t: 'any',
  string_t: 'string',
};

/** Parts end with `;`. A part that is too long for a line continues in the next, between values. */
function wrap(parts: readonly string[]): string[] {
  const lines: string[] = [];
  let line = ' ';
  const put = (token: string): void => {
    if (line.length + token.length > COLUMNS_MAX && line.trim() !== '') {
      lines.push(line.trimEnd());
      line = ' ';
    }
    line += token;
  };
  for (const part of parts) {
    const tokens = part.split(part.endsWith(')') ? /(?<= )/ : /(?<=\|)/);
    put(` ${tokens[0]}${tokens.length === 1 ? ';' : ''}`);
    tokens.slice(1).forEach((token, i) => {
      put(`${token}${i === tokens.length - 2 ? ';' : ''}`);
    });
  }
  if (line.trim() !== '') lines.push(line.trimEnd());
  return lines;
}

if (import.meta.main) {
  const root = join(import.meta.dirname, '..');
  const folder = process.argv[2] ?? join(root, '../shared/data/ocsf-1.8.0');
  writeFileSync(join(root, 'packages/ocsf/src/event/class-table.ts'), generateTable(folder));
}

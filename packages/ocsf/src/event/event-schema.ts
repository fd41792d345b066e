import { isIP } from 'node:net';
import { OCSF_VERSION, TABLE, TYPES } from './class-table.ts';

/** The part of the published OCSF definitions that our events need, read from the compact table. */
export type ClassShape = Shape & {
  readonly uid: number;
  readonly name: string;
  readonly caption: string;
  readonly categoryUid: number;
  readonly categoryCaption: string;
};

export type Shape = {
  readonly attributes: ReadonlyMap<string, AttributeShape>;
  /** The names among {@link attributes}, which are many, that are required. */
  readonly required: readonly string[];
  /** The same, with the first of {@link atLeastOne}. */
  readonly filled: readonly string[];
  /** Attributes like `status_id`, whose captions `status` may hold. */
  readonly captioned: readonly CaptionedAttribute[];
  readonly atLeastOne: readonly string[];
  readonly justOne: readonly string[];
};

type CaptionedAttribute = {
  readonly name: string;
  readonly beside: string;
  readonly captions: ReadonlyMap<string, string>;
};

export type AttributeShape = {
  readonly type: string;
  readonly isRequired: boolean;
  readonly isArray: boolean;
  readonly profile: string | null;
  /** Allowed values as text, with their captions; null if any value is allowed. */
  readonly values: ReadonlyMap<string, string> | null;
};

export type Problem = { readonly path: string; readonly what: string };

const PART = /^(\S+?)(!?) (\w+)(\[\])?(?: \{(.*)\})?(?: @(\w+))?$/;
const CONSTRAINT = /^(at_least_one|just_one)\((.*)\)$/;
const CLASSES = new Map<number, ClassShape>();
const OBJECTS = new Map<string, Shape>();
readTable();

/** The classes that our events can have, by class_uid. */
export const classes: ReadonlyMap<number, ClassShape> = CLASSES;

export function objectShape(name: string): Shape | undefined {
  return OBJECTS.get(name);
}

/**
 * Lists the problems of an event: missing required attributes, unknown attributes, wrong types,
 * values outside an enumeration, and violated constraints. Empty for a valid event.
 */
export function validate(event: unknown): Problem[] {
  if (!isRecord(event)) return [{ path: '', what: 'an event must be an object' }];
  const shape = CLASSES.get(event['class_uid'] as number);
  if (shape === undefined) return [{ path: 'class_uid', what: 'not a class of the table' }];
  const problems: Problem[] = [];
  const metadata = isRecord(event['metadata']) ? event['metadata'] : {};
  const profiles = Array.isArray(metadata['profiles']) ? (metadata['profiles'] as unknown[]) : [];
  checkShape(event, shape, '', { problems, profiles });
  if (metadata['version'] !== OCSF_VERSION) {
    problems.push({ path: 'metadata.version', what: `must be ${OCSF_VERSION}` });
  }
  if (event['type_uid'] !== shape.uid * 100 + Number(event['activity_id'])) {
    problems.push({ path: 'type_uid', what: 'must be class_uid * 100 + activity_id' });
  }
  return problems;
}

/** The problem of one attribute value; undefined if it is valid. */
export function wrongWith(value: unknown, attribute: AttributeShape): string | undefined {
  const type = TYPES[attribute.type];
  if (type === undefined) return isRecord(value) ? undefined : `must be an object`;
  switch (type.base) {
    case 'any':
      return undefined;
    case 'string': {
      if (typeof value !== 'string') return 'must be a text';
      if (type.isIp === true && isIP(value) === 0) return 'must be an IP address';
      if (type.pattern?.test(value) === false) return `must be an ${attribute.type}`;
      return outside(value, attribute);
    }
    case 'boolean':
      return typeof value === 'boolean' ? undefined : 'must be true or false';
    case 'number':
      return typeof value === 'number' && Number.isFinite(value) ? undefined : 'must be a number';
    case 'integer':
      if (!Number.isSafeInteger(value)) return 'must be a whole number';
      return outside(value, attribute);
  }
}

function outside(value: unknown, attribute: AttributeShape): string | undefined {
  const isIn = attribute.values === null || attribute.values.has(String(value));
  return isIn ? undefined : 'must be a value of its enumeration';
}

type Check = { readonly problems: Problem[]; readonly profiles: readonly unknown[] };

function checkShape(value: Members, shape: Shape, path: string, check: Check): void {
  const at = (name: string): string => (path === '' ? name : `${path}.${name}`);
  for (const name of Object.keys(value)) {
    const attribute = shape.attributes.get(name);
    if (attribute === undefined) {
      check.problems.push({ path: at(name), what: 'not an attribute of this object' });
    } else if (attribute.profile !== null && !check.profiles.includes(attribute.profile)) {
      check.problems.push({ path: at(name), what: `needs the profile ${attribute.profile}` });
    } else {
      checkAttribute(value[name], attribute, at(name), check);
    }
  }
  for (const [name, caption] of captionsWanted(value, shape)) {
    if (value[name] !== caption)
      check.problems.push({ path: at(name), what: `must be ${caption}` });
  }
  for (const name of shape.required) {
    if (value[name] === undefined) check.problems.push({ path: at(name), what: 'is required' });
  }
  const present = (names: readonly string[]): number =>
    names.filter((name) => value[name] !== undefined).length;
  if (shape.atLeastOne.length > 0 && present(shape.atLeastOne) === 0) {
    check.problems.push({ path, what: `needs one of ${shape.atLeastOne.join(', ')}` });
  }
  if (shape.justOne.length > 0 && present(shape.justOne) !== 1) {
    check.problems.push({ path, what: `needs just one of ${shape.justOne.join(', ')}` });
  }
}

const OTHER = 99;

/**
 * The captions of enumeration numbers (`status` for `status_id`) by the definitions. For "other",
 * the vendor's word is used.
 */
export function captionsWanted(value: Members, shape: Shape): [name: string, caption: string][] {
  const wanted: [name: string, caption: string][] = [];
  for (const { name, beside, captions } of shape.captioned) {
    const number = value[name];
    if (typeof number !== 'number' || number === OTHER || value[beside] === undefined) continue;
    const caption = captions.get(String(number));
    if (caption !== undefined) wanted.push([beside, caption]);
  }
  return wanted;
}

function checkAttribute(
  value: unknown,
  attribute: AttributeShape,
  path: string,
  check: Check,
): void {
  if (attribute.isArray !== Array.isArray(value) && attribute.type !== 'json_t') {
    check.problems.push({
      path,
      what: attribute.isArray ? 'must be a list' : 'must not be a list',
    });
    return;
  }
  const items = attribute.isArray ? (value as readonly unknown[]) : [value];
  for (const [i, item] of items.entries()) {
    const place = attribute.isArray ? `${path}[${i}]` : path;
    const wrong = wrongWith(item, attribute);
    if (wrong !== undefined) {
      check.problems.push({ path: place, what: wrong });
      continue;
    }
    const shape = attribute.type === 'object' ? undefined : OBJECTS.get(attribute.type);
    if (shape !== undefined) checkShape(item as Members, shape, place, check);
  }
}

export type Members = { readonly [name: string]: unknown };

export function isRecord(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function readTable(): void {
  const blocks = TABLE.trim()
    .replaceAll(/\|\n\s*/g, '|')
    .split(/\n(?=class |object )/);
  for (const block of blocks) {
    const end = block.indexOf('\n');
    const head = end < 0 ? block : block.slice(0, end);
    const shape = shapeOf(end < 0 ? '' : block.slice(end));
    const [kind, first = '', name = '', category = '', ...rest] = head.split(' ');
    if (kind === 'object') {
      OBJECTS.set(first, shape);
      continue;
    }
    const [categoryCaption = '', caption = ''] = rest.join(' ').split(' | ');
    const base = CLASSES.get(0)?.attributes ?? [];
    CLASSES.set(Number(first), {
      ...shape,
      ...attributeLists(new Map([...base, ...shape.attributes]), shape.atLeastOne),
      uid: Number(first),
      name,
      caption,
      categoryUid: Number(category),
      categoryCaption,
    });
  }
}

function shapeOf(text: string): Shape {
  const attributes = new Map<string, AttributeShape>();
  let atLeastOne: readonly string[] = [];
  let justOne: readonly string[] = [];
  for (const part of text.split(';').map((piece) => piece.trim().replaceAll(/\s+/g, ' '))) {
    const constraint = CONSTRAINT.exec(part);
    const names = constraint?.[2]?.split(' ') ?? [];
    if (constraint?.[1] === 'at_least_one') atLeastOne = names;
    else if (constraint?.[1] === 'just_one') justOne = names;
    const match = PART.exec(part);
    if (match === null) continue;
    const [, name = '', required, type = '', array, values, profile] = match;
    attributes.set(name, {
      type,
      isRequired: required === '!',
      isArray: array !== undefined,
      profile: profile ?? null,
      values: values === undefined ? null : captionsOf(values),
    });
  }
  return { ...attributeLists(attributes, atLeastOne), atLeastOne, justOne };
}

/** Few attributes are required or have captions, and each event is compared with them. */
function attributeLists(
  attributes: ReadonlyMap<string, AttributeShape>,
  [first]: readonly string[],
): Pick<Shape, 'attributes' | 'required' | 'filled' | 'captioned'> {
  const all = [...attributes];
  const required = all.flatMap(([name, { isRequired }]) => (isRequired ? [name] : []));
  const filled = all.flatMap(([name, { isRequired }]) => {
    return isRequired || name === first ? [name] : [];
  });
  const captioned = all.flatMap(([name, { values }]): CaptionedAttribute[] => {
    if (values === null || !name.endsWith('_id')) return [];
    return [{ name, beside: name.slice(0, -'_id'.length), captions: values }];
  });
  return { attributes, required, filled, captioned };
}

function captionsOf(written: string): ReadonlyMap<string, string> {
  return new Map(
    written.split('|').map((pair) => {
      const equals = pair.indexOf('=');
      return [pair.slice(0, equals), pair.slice(equals + 1)] as const;
    }),
  );
}

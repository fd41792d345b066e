import { isGuid, normalizeInstant } from '@countersign/core';
import { FIELD_DEPTH_MAX, FIELDS_MAX, JSON_TEXT_CHARACTERS_MAX } from '../limits.ts';
import { NOT_SHOWN } from './record-kind.ts';

/** The form of a value, without the value. */
export const VALUE_FORMS = [
  'null',
  'boolean',
  'integer',
  'number',
  'empty text',
  'guid',
  'time',
  'address',
  'link',
  'json',
  'text',
  'list',
  'object',
] as const;
export type ValueForm = (typeof VALUE_FORMS)[number];

/** Forms by field path, such as `AppAccessContext.AADSessionId` or `Folders[].Path`. */
export type Fields = Map<string, Set<ValueForm>>;

/** Adds the fields of one record, within the limits on depth and number. */
export function addFields(fields: Fields, value: unknown): void {
  walk(fields, value, '', 0);
}

function walk(fields: Fields, value: unknown, path: string, depth: number): void {
  if (path !== '') note(fields, path, formOf(value));
  if (depth >= FIELD_DEPTH_MAX || typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const item of value as readonly unknown[]) walk(fields, item, `${path}[]`, depth + 1);
    return;
  }
  for (const [name, member] of Object.entries(value)) {
    const shown = safeName(name);
    walk(fields, member, path === '' ? shown : `${path}.${shown}`, depth + 1);
  }
}

function note(fields: Fields, path: string, form: ValueForm): void {
  const known = fields.get(path);
  if (known !== undefined) known.add(form);
  else if (fields.size < FIELDS_MAX) fields.set(path, new Set([form]));
}

/** Member names are the vendor's, unless a map uses values as keys; those are hidden. */
function safeName(name: string): string {
  const isWord = /^[@A-Za-z_$][\w.$@-]{0,63}$/.test(name) && !/\d{4,}|.@|-.*-.*-/.test(name);
  return isWord ? name : NOT_SHOWN;
}

const ADDRESS = /^(?:\[?[0-9a-f:]*:[0-9a-f:.]+\]?|\d{1,3}(?:\.\d{1,3}){3})(?::\d{1,5})?$/i;

function formOf(value: unknown): ValueForm {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'list';
  switch (typeof value) {
    case 'boolean':
      return 'boolean';
    case 'number':
      return Number.isInteger(value) ? 'integer' : 'number';
    case 'string':
      return textForm(value);
    default:
      return 'object';
  }
}

function textForm(text: string): ValueForm {
  if (text === '') return 'empty text';
  if (isGuid(text)) return 'guid';
  if (/^\d{4}-\d\d-\d\dT/.test(text) && normalizeInstant(text) !== undefined) return 'time';
  if (text.length <= 45 && ADDRESS.test(text)) return 'address';
  if (/^https?:\/\//i.test(text)) return 'link';
  return isJson(text) ? 'json' : 'text';
}

function isJson(text: string): boolean {
  const isLike = /^\s*[[{]/.test(text) && text.length <= JSON_TEXT_CHARACTERS_MAX;
  if (!isLike) return false;
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

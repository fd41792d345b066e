import type { Attributes } from '../model/mapping.ts';
import {
  type AttributeShape,
  type ClassShape,
  captionsWanted,
  isRecord,
  objectShape,
  type Shape,
  wrongWith,
} from './event-schema.ts';

/**
 * Reduces a draft to what its class allows. A value of the wrong type or form is dropped (its
 * source member then stays under `unmapped`). An incomplete object is dropped whole, and a required
 * one gets a value that says "unknown". Makes every event of a hostile record valid.
 */
export function conform(draft: Attributes, shape: ClassShape): Record<string, unknown> {
  return conformObject(draft, shape, shape) ?? {};
}

const PLACEHOLDERS: Readonly<Record<string, unknown>> = {
  email: { from: 'unknown@unknown.invalid' },
  entity: { name: 'unknown' },
  file: { name: 'unknown', type_id: 0 },
  finding_info: { uid: 'unknown' },
  group: { name: 'unknown' },
  privileges: ['unknown'],
  service: { name: 'unknown' },
  src_endpoint: { name: 'unknown' },
  user: { name: 'unknown' },
  web_resources: [{ name: 'unknown' }],
  actor: { user: { name: 'unknown' } },
  api: { operation: 'unknown' },
};

function conformObject(
  draft: Attributes,
  shape: Shape,
  top: ClassShape | null,
): Record<string, unknown> | undefined {
  const kept: Record<string, unknown> = {};
  let isEmpty = true;
  for (const name of Object.keys(draft)) {
    const value = draft[name];
    if (value === undefined || value === null) continue;
    const attribute = shape.attributes.get(name);
    if (attribute === undefined) continue;
    const good = attribute.isArray ? conformList(value, attribute) : conformValue(value, attribute);
    if (good === undefined) continue;
    kept[name] = good;
    isEmpty = false;
  }
  // The standard caption replaces the vendor's word, which stays under `unmapped`.
  for (const [name, caption] of captionsWanted(kept, shape)) kept[name] = caption;
  if (top !== null) {
    for (const name of shape.filled) {
      if (kept[name] === undefined) kept[name] = PLACEHOLDERS[name] ?? 0;
    }
    return kept;
  }
  if (isEmpty) return undefined;
  for (const name of shape.required) {
    if (kept[name] === undefined) return undefined;
  }
  const hasOne =
    shape.atLeastOne.length === 0 || shape.atLeastOne.some((name) => kept[name] !== undefined);
  return hasOne ? kept : undefined;
}

function conformList(value: unknown, attribute: AttributeShape): unknown[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const items = value
    .map((item) =>
      item === null || item === undefined ? undefined : conformValue(item, attribute),
    )
    .filter((item) => item !== undefined);
  return items.length === 0 ? undefined : items;
}

function conformValue(value: unknown, attribute: AttributeShape): unknown {
  if (attribute.type === 'json_t') return isRecord(value) ? stated(value) : value;
  if (wrongWith(value, attribute) !== undefined) return undefined;
  const shape = attribute.type === 'object' ? undefined : objectShape(attribute.type);
  return shape === undefined ? value : conformObject(value as Attributes, shape, null);
}

/** Embedded JSON without null members. */
function stated(value: Readonly<Record<string, unknown>>): unknown {
  const members = Object.entries(value).filter(
    ([, inner]) => inner !== undefined && inner !== null,
  );
  return members.length === 0 ? undefined : Object.fromEntries(members);
}

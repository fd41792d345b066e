import { VALUES_MAX } from '../limits.ts';
import type { Detection, Scalar } from '../rule-document.ts';
import { RuleError } from '../rule-problem.ts';
import { isMembers, isScalar, type Members, type Path } from './checked-members.ts';

const RESERVED: ReadonlySet<string> = new Set(['condition', 'timeframe']);

/**
 * Parses the named detections of a rule or filter (Sigma 2.1.0, "Detection"). A map requires all of
 * its items, a list any of its members. Texts in a list are keywords.
 * @throws RuleError
 */
export function parseDetections(
  section: Members,
  path: Path,
  reserved: ReadonlySet<string> = RESERVED,
): ReadonlyMap<string, Detection> {
  if (section['timeframe'] !== undefined) {
    const what = 'a "timeframe" belongs to the aggregations of Sigma 1';
    throw new RuleError([...path, 'timeframe'], what, 'write a correlation with a timespan');
  }
  const found = new Map<string, Detection>();
  for (const [name, value] of Object.entries(section)) {
    if (reserved.has(name)) continue;
    found.set(name, parseDetection(value, [...path, name]));
  }
  if (found.size === 0) {
    throw new RuleError(path, 'nothing is detected', 'add a selection: a map of fields');
  }
  return found;
}

function parseDetection(value: unknown, path: Path): Detection {
  if (isMembers(value)) return allOf(value, path);
  if (!Array.isArray(value)) {
    if (isScalar(value) && value !== null) return keywords([value], path, []);
    throw new RuleError(path, 'the detection is empty', 'give a map of fields, or a list');
  }
  if (value.length === 0) throw new RuleError(path, 'the list is empty', 'give values, or no list');
  if (value.every(isScalar)) return keywords(value, path, []);
  const of = value.map((item, at): Detection => {
    const place = [...path, at];
    if (isMembers(item)) return allOf(item, place);
    if (isScalar(item)) return keywords([item], place, []);
    throw new RuleError(place, 'a list contains a list', 'write its members one by one');
  });
  return { kind: 'any', of };
}

function allOf(map: Members, path: Path): Detection {
  const entries = Object.entries(map);
  if (entries.length === 0) throw new RuleError(path, 'the map is empty', 'add a field');
  const of = entries.map(([key, value]) => itemOf(key, value, [...path, key]));
  return of.length === 1 ? (of[0] as Detection) : { kind: 'all', of };
}

function itemOf(key: string, value: unknown, path: Path): Detection {
  const [field = '', ...modifiers] = key.split('|');
  const values = Array.isArray(value) ? value : [value];
  if (!values.every(isScalar)) {
    throw new RuleError(
      path,
      `field "${field}": its value is neither text nor a number`,
      'give text or numbers',
    );
  }
  if (values.length === 0) {
    throw new RuleError(path, `field "${field}" has an empty list`, 'give values');
  }
  if (values.length > VALUES_MAX) {
    throw new RuleError(path, `field "${field}" has more than ${VALUES_MAX} values`, 'split it');
  }
  if (values.length > 1 && values.includes(null)) {
    const cure = 'match null in a separate detection, and join both in the condition';
    throw new RuleError(path, `field "${field}": null is in a list`, cure);
  }
  if (field === '') return keywords(values, path, modifiers);
  return { kind: 'item', field, modifiers, values, path };
}

function keywords(values: readonly Scalar[], path: Path, modifiers: readonly string[]): Detection {
  return { kind: 'item', field: null, modifiers, values, path };
}

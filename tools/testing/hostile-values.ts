/**
 * Values that a record may hold and no author of a rule expects. There are few, so many records
 * share each: a detector must not group records by such a value.
 */
export const HOSTILE_VALUES: readonly unknown[] = [
  null,
  '',
  ' ',
  0,
  -1,
  1e308,
  9_007_199_254_740_993n.toString(),
  true,
  [],
  {},
  [null, [[]], { a: [{}] }],
  'x'.repeat(70_000),
  ['y'.repeat(5000), 'Y'.repeat(5000), 7],
  Array.from({ length: 1500 }, (_, i) => `v${i}`),
  '\u0000',
  'a\u0000b',
  '\ud800',
  'Ａｄａ\u202egnp.exe',
  '__proto__',
  'constructor',
  '["a"]',
  '{"a":1}',
  "'; DROP TABLE findings; --",
  '%',
  '*',
  '\\',
  '(a+)+$',
  '00000000-0000-0000-0000-000000000000',
  '@',
  'a@b@c',
  '::ffff:203.0.113.7',
  '999.999.999.999',
  '9999-12-31T23:59:59.9999999Z',
  '0001-01-01T00:00:00',
  'NaN',
  '=cmd()',
];

/** Returns a whole number from 0 up to this bound. */
export type Draw = (below: number) => number;

/** A copy in which one leaf or one part is a hostile value. Kept members do not change. */
export function withHostile(
  record: unknown,
  draw: Draw,
  isKept: (name: string) => boolean,
): unknown {
  const paths = pathsOf(record, isKept);
  const path = paths[draw(paths.length)];
  if (path === undefined) return record;
  const value = HOSTILE_VALUES[draw(HOSTILE_VALUES.length)];
  return withValue(record, path, value);
}

/** A copy with another value at one path. */
export function withValue(record: unknown, path: readonly string[], value: unknown): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return value;
  if (Array.isArray(record)) {
    return record.map((item, i) => (String(i) === name ? withValue(item, rest, value) : item));
  }
  const members = record as Readonly<Record<string, unknown>>;
  return { ...members, [name]: withValue(members[name], rest, value) };
}

/** Every path in a record, parents before children. */
export function pathsOf(record: unknown, isKept: (name: string) => boolean): string[][] {
  if (typeof record !== 'object' || record === null) return [];
  return Object.entries(record).flatMap(([name, value]): string[][] => {
    if (isKept(name)) return [];
    return [[name], ...pathsOf(value, isKept).map((rest) => [name, ...rest])];
  });
}

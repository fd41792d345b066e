import type { SeededRandom } from '../../core/seeded-random.ts';
import { ScenarioError } from '../errors.ts';

const UNITS_MS: Readonly<Record<string, number>> = {
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};

/** `90s`, `2h`, `3d`, or a range: `2h..9h`. */
export function durationOf(value: unknown, random: SeededRandom): number {
  const [from, to] = rangeOf(value, (text) => {
    const match = /^(\d+(?:\.\d+)?)([smhdw])$/.exec(text);
    return match === null ? undefined : Number(match[1]) * (UNITS_MS[match[2] as string] ?? 0);
  });
  return Math.round(from + random.float() * (to - from));
}

/** `3`, or an inclusive range: `3..8`. */
export function integerOf(value: unknown, random: SeededRandom): number {
  const [from, to] = rangeOf(value, (text) => (/^\d+$/.test(text) ? Number(text) : undefined));
  return random.int(from, to + 1);
}

/** `0.3`, or a continuous range: `0.2..0.9`. */
export function decimalOf(value: unknown, random: SeededRandom): number {
  const [from, to] = rangeOf(value, (text) =>
    /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : undefined,
  );
  return from + random.float() * (to - from);
}

function rangeOf(
  value: unknown,
  parse: (text: string) => number | undefined,
): readonly [number, number] {
  const parts = String(value).split('..');
  const from = parse(parts[0] ?? '');
  const to = parts.length === 1 ? from : parse(parts[1] ?? '');
  if (from === undefined || to === undefined || parts.length > 2 || to < from) {
    const what = 'is not a number, duration (30s, 5m, 2h, 3d, 6w) or range of them (2h..9h)';
    throw new ScenarioError('wrong', `${JSON.stringify(value)} ${what}.`);
  }
  return [from, to];
}

/** A text, or one of a list of texts. */
export function textOf(value: unknown, random: SeededRandom): string {
  if (typeof value === 'string' || typeof value === 'number') return String(value);
  if (Array.isArray(value) && value.length > 0) return textOf(random.pick(value), random);
  throw new ScenarioError(
    'wrong',
    `${JSON.stringify(value)} is neither a text nor a list of them.`,
  );
}

import type { Scalar } from '../rule-document.ts';
import { RuleError } from '../rule-problem.ts';

/** Readers of untrusted values. Each reports the expected form and the position. */
export type Path = readonly (string | number)[];
export type Members = { readonly [name: string]: unknown };

export function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function members(value: unknown, path: Path, what: string): Members {
  if (isMembers(value)) return value;
  throw new RuleError(path, `${what} is not a map`, 'write it as name: value');
}

/** A non-empty text. */
export function text(value: unknown, path: Path, what: string): string {
  if (typeof value === 'string' && value.trim() !== '') return value;
  if (typeof value === 'number') return String(value);
  if (value === undefined) throw new RuleError(path, `${what} is missing`, `add ${what}`);
  throw new RuleError(path, `${what} is not text`, 'write one text value');
}

export function optionalText(value: unknown, path: Path, what: string): string | null {
  return value === undefined || value === null ? null : text(value, path, what);
}

/** A list of texts, or one text as a list of one. */
export function texts(value: unknown, path: Path, what: string): readonly string[] {
  if (value === undefined || value === null) return [];
  const list = Array.isArray(value) ? value : [value];
  return list.map((item, at) => text(item, Array.isArray(value) ? [...path, at] : path, what));
}

export function someTexts(value: unknown, path: Path, what: string): readonly string[] {
  const found = texts(value, path, what);
  if (found.length > 0) return found;
  throw new RuleError(path, `${what} is missing`, `add ${what}`);
}

export function oneOf<T extends string>(
  value: unknown,
  allowed: readonly T[],
  path: Path,
  what: string,
): T {
  const found = allowed.find((one) => one === value);
  if (found !== undefined) return found;
  const written = typeof value === 'string' ? `"${value}"` : 'what is written';
  throw new RuleError(path, `${what} cannot be ${written}`, `use ${allowed.join(', ')}`);
}

export function isScalar(value: unknown): value is Scalar {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value);
}

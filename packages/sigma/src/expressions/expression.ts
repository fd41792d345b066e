import type { Comparison } from '../rule-document.ts';
import type { TextPattern } from './text-pattern.ts';

export const DATE_PARTS = ['minute', 'hour', 'day', 'week', 'month', 'year'] as const;
export type DatePart = (typeof DATE_PARTS)[number];

/** A test of one value of a field. */
export type ValueTest =
  | { readonly kind: 'text'; readonly pattern: TextPattern; readonly isCased: boolean }
  | { readonly kind: 'regex'; readonly source: string; readonly flags: number }
  | { readonly kind: 'cidr'; readonly network: string }
  | { readonly kind: 'number'; readonly op: Comparison; readonly value: number }
  | {
      readonly kind: 'date';
      readonly part: DatePart;
      readonly op: Comparison;
      readonly value: number;
    }
  /** Another field of the same event. */
  | {
      readonly kind: 'field';
      readonly field: string;
      readonly form: 'equals' | 'contains' | 'starts' | 'ends';
      readonly isCased: boolean;
    }
  /** At least one value exists, and none matches. */
  | { readonly kind: 'differs'; readonly from: ValueTest };

export type Atom =
  | { readonly kind: 'field'; readonly field: string; readonly test: ValueTest }
  /** The field is missing or null. */
  | { readonly kind: 'null'; readonly field: string }
  | { readonly kind: 'exists'; readonly field: string }
  /** A text anywhere in the event. */
  | { readonly kind: 'keyword'; readonly test: ValueTest }
  /** The event comes from a source of this kind. */
  | {
      readonly kind: 'source';
      readonly category: string | undefined;
      readonly product: string | undefined;
      readonly service: string | undefined;
    };

/** The conditions of a rule on one event. */
export type Expression =
  | { readonly kind: 'always' }
  | { readonly kind: 'never' }
  | { readonly kind: 'and'; readonly of: readonly Expression[] }
  | { readonly kind: 'or'; readonly of: readonly Expression[] }
  | { readonly kind: 'not'; readonly of: Expression }
  /** At least `count` of them. */
  | { readonly kind: 'some'; readonly count: number; readonly of: readonly Expression[] }
  | { readonly kind: 'atom'; readonly atom: Atom };

export const ALWAYS: Expression = { kind: 'always' };
export const NEVER: Expression = { kind: 'never' };

export function and(parts: readonly Expression[]): Expression {
  const of = parts.flatMap((part) => (part.kind === 'and' ? part.of : [part]));
  const left = of.filter(({ kind }) => kind !== 'always');
  if (left.some(({ kind }) => kind === 'never')) return NEVER;
  if (left.length === 0) return ALWAYS;
  return left.length === 1 ? (left[0] as Expression) : { kind: 'and', of: left };
}

export function or(parts: readonly Expression[]): Expression {
  const of = parts.flatMap((part) => (part.kind === 'or' ? part.of : [part]));
  const left = of.filter(({ kind }) => kind !== 'never');
  if (left.some(({ kind }) => kind === 'always')) return ALWAYS;
  if (left.length === 0) return NEVER;
  return left.length === 1 ? (left[0] as Expression) : { kind: 'or', of: left };
}

export function not(part: Expression): Expression {
  switch (part.kind) {
    case 'always':
      return NEVER;
    case 'never':
      return ALWAYS;
    case 'not':
      return part.of;
    default:
      return { kind: 'not', of: part };
  }
}

export function some(count: number, parts: readonly Expression[]): Expression {
  const sure = parts.filter(({ kind }) => kind === 'always').length;
  const open = parts.filter(({ kind }) => kind !== 'always' && kind !== 'never');
  const left = count - sure;
  if (left <= 0) return ALWAYS;
  if (left > open.length) return NEVER;
  if (left === 1) return or(open);
  return left === open.length ? and(open) : { kind: 'some', count: left, of: open };
}

export function atom(of: Atom): Expression {
  return { kind: 'atom', atom: of };
}

/** Returns a copy with each atom replaced by `change`. All traversals of expressions use it. */
export function mapAtoms(of: Expression, change: (atom: Atom) => Expression): Expression {
  switch (of.kind) {
    case 'always':
    case 'never':
      return of;
    case 'and':
      return and(of.of.map((part) => mapAtoms(part, change)));
    case 'or':
      return or(of.of.map((part) => mapAtoms(part, change)));
    case 'some':
      return some(
        of.count,
        of.of.map((part) => mapAtoms(part, change)),
      );
    case 'not':
      return not(mapAtoms(of.of, change));
    case 'atom':
      return change(of.atom);
  }
}

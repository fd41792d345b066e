/**
 * A filter: the part of OData 4 that Graph's directory and reports use (URL conventions, 5.1.1).
 */
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly left: Filter; readonly right: Filter }
  | { readonly kind: 'not'; readonly of: Filter }
  | {
      readonly kind: 'compare';
      readonly operator: Operator;
      readonly path: Path;
      readonly value: Literal;
    }
  | { readonly kind: 'in'; readonly path: Path; readonly values: readonly Literal[] }
  | {
      readonly kind: 'text';
      readonly operator: 'startswith' | 'endswith' | 'contains';
      readonly path: Path;
      readonly value: string;
    }
  /** `variable` names an element of the list at `path` within `of`. */
  | {
      readonly kind: 'any';
      readonly path: Path;
      readonly variable: string;
      readonly of: Filter | undefined;
    };

export type Operator = 'eq' | 'ne' | 'gt' | 'ge' | 'lt' | 'le';

/** Names from the object, or from the variable of an `any`, inwards. */
export type Path = readonly string[];

export type Literal =
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'number'; readonly value: number }
  | { readonly type: 'boolean'; readonly value: boolean }
  | { readonly type: 'null'; readonly value: null }
  /** A time without quotes. */
  | { readonly type: 'time'; readonly value: number };

export class FilterError extends Error {
  override readonly name = 'FilterError';
}

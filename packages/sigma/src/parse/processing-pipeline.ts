import type { LogSource, Scalar } from '../rule-document.ts';

/**
 * A processing pipeline maps the field names and values of rules to those of a company's events.
 * The form is pySigma's. Only the parts that affect a rule's meaning are read; those that only
 * format a query are ignored.
 */
export type Pipeline = {
  readonly name: string;
  readonly priority: number;
  readonly vars: ReadonlyMap<string, readonly string[]>;
  readonly items: readonly ProcessingItem[];
};

export type ProcessingItem = {
  readonly id: string | null;
  readonly transformation: Transformation;
  readonly rule: Conditions<RuleCondition>;
  readonly item: Conditions<ItemCondition>;
  readonly field: Conditions<FieldCondition>;
  readonly path: readonly (string | number)[];
};

export type Conditions<Condition> = {
  readonly of: readonly Condition[];
  readonly join: 'all' | 'any';
  readonly negated: 'yes' | 'no';
};

export type Transformation =
  | {
      readonly type: 'field_name_mapping';
      readonly mapping: ReadonlyMap<string, readonly string[]>;
    }
  | {
      readonly type: 'field_name_prefix_mapping';
      readonly mapping: ReadonlyMap<string, readonly string[]>;
    }
  | { readonly type: 'field_name_prefix'; readonly prefix: string }
  | { readonly type: 'field_name_suffix'; readonly suffix: string }
  | { readonly type: 'drop_detection_item' }
  | {
      readonly type: 'add_condition';
      readonly conditions: readonly (readonly [field: string, values: readonly Scalar[]])[];
      readonly negated: 'yes' | 'no';
    }
  | { readonly type: 'change_logsource'; readonly logsource: LogSource }
  | { readonly type: 'replace_string'; readonly regex: string; readonly replacement: string }
  | { readonly type: 'map_string'; readonly mapping: ReadonlyMap<string, readonly Scalar[]> }
  | { readonly type: 'set_value'; readonly value: Scalar }
  | { readonly type: 'convert_type'; readonly target: 'str' | 'num' }
  | { readonly type: 'case'; readonly method: 'lower' | 'upper' }
  /** `%name%` in a value with "expand" becomes each value of that variable. */
  | {
      readonly type: 'value_placeholders';
      readonly include: readonly string[] | null;
      readonly exclude: readonly string[];
    }
  /** `%name%` becomes a wildcard. */
  | {
      readonly type: 'wildcard_placeholders';
      readonly include: readonly string[] | null;
      readonly exclude: readonly string[];
    }
  | { readonly type: 'rule_failure'; readonly message: string }
  | { readonly type: 'detection_item_failure'; readonly message: string }
  | { readonly type: 'set_state'; readonly key: string; readonly value: Scalar };

export type RuleCondition =
  | { readonly type: 'logsource'; readonly logsource: LogSource }
  | { readonly type: 'contains_field'; readonly field: string }
  | {
      readonly type: 'contains_detection_item';
      readonly field: string;
      readonly value: Scalar;
    }
  | { readonly type: 'processing_item_applied'; readonly id: string }
  | { readonly type: 'processing_state'; readonly key: string; readonly value: Scalar }
  | { readonly type: 'tag'; readonly tag: string }
  | { readonly type: 'taxonomy'; readonly taxonomy: string };

export type ItemCondition =
  | {
      readonly type: 'match_string';
      readonly pattern: string;
      readonly cond: 'any' | 'all';
    }
  | { readonly type: 'is_null' }
  | { readonly type: 'processing_item_applied'; readonly id: string };

export type FieldCondition = {
  readonly type: 'include_fields' | 'exclude_fields';
  readonly fields: readonly string[];
  readonly match: 'plain' | 're';
};

import { and, atom, type Expression, not, or } from '../expressions/expression.ts';
import { regexReplacer, regexTester } from '../expressions/regex.ts';
import type {
  Conditions,
  FieldCondition,
  ItemCondition,
  Pipeline,
  ProcessingItem,
  RuleCondition,
  Transformation,
} from '../parse/processing-pipeline.ts';
import type { Detection, DetectionItem, LogSource, Rule, Scalar } from '../rule-document.ts';
import { RuleError } from '../rule-problem.ts';
import { expressionOfItem, type Placeholders } from './value-modifiers.ts';

/** The state of a rule while pipelines are applied. */
export type TransformedRule = {
  readonly logsource: LogSource;
  readonly detections: ReadonlyMap<string, Tree>;
  /** Additional conditions for every event. */
  readonly added: readonly { readonly tree: Tree; readonly negated: 'yes' | 'no' }[];
  readonly placeholders: Placeholders;
  /** The event names of a rule field; for fields outside detections. */
  readonly fieldNames: (field: string) => readonly string[];
};

/** A detection whose items may have been mapped to several fields. */
export type Tree =
  | { readonly kind: 'all' | 'any'; readonly of: readonly Tree[] }
  | PipelineItem
  | { readonly kind: 'gone' };

type PipelineItem = DetectionItem & { readonly applied: ReadonlySet<string> };

type Work = {
  readonly rule: Pick<Rule, 'tags' | 'taxonomy'>;
  logsource: LogSource;
  detections: Map<string, Tree>;
  added: { tree: Tree; negated: 'yes' | 'no' }[];
  readonly applied: Set<string>;
  readonly state: Map<string, Scalar>;
  readonly values: Map<string, readonly string[]>;
  readonly wild: ((name: string) => boolean)[];
  readonly renames: ((field: string) => readonly string[])[];
};

/**
 * Applies pipelines in priority order.
 * @throws RuleError if a pipeline refuses the rule
 */
export function applyPipelines(
  rule: Pick<Rule, 'tags' | 'taxonomy' | 'logsource' | 'detections'>,
  pipelines: readonly Pipeline[],
): TransformedRule {
  const work: Work = {
    rule,
    logsource: rule.logsource,
    detections: new Map([...rule.detections].map(([name, of]) => [name, treeOf(of)])),
    added: [],
    applied: new Set(),
    state: new Map(),
    values: new Map(),
    wild: [],
    renames: [],
  };
  for (const pipeline of [...pipelines].sort((a, b) => a.priority - b.priority)) {
    for (const item of pipeline.items) applyItem(work, item, pipeline);
  }
  const { logsource, detections, added, renames, values, wild } = work;
  return {
    logsource,
    detections,
    added,
    placeholders: (name) => values.get(name) ?? (wild.some((is) => is(name)) ? ['*'] : undefined),
    fieldNames: (field) => renames.reduce((names, to) => names.flatMap(to), [field] as string[]),
  };
}

/** @throws RuleError */
export function expressionOfTree(tree: Tree, placeholders: Placeholders): Expression {
  switch (tree.kind) {
    case 'all':
      return and(kept(tree.of).map((part) => expressionOfTree(part, placeholders)));
    case 'any':
      return or(kept(tree.of).map((part) => expressionOfTree(part, placeholders)));
    case 'gone':
      return { kind: 'always' };
    case 'item':
      return expressionOfItem(tree, placeholders);
  }
}

function kept(trees: readonly Tree[]): readonly Tree[] {
  return trees.filter(({ kind }) => kind !== 'gone');
}

function treeOf(detection: Detection): Tree {
  if (detection.kind === 'item') return { ...detection, applied: new Set() };
  return { kind: detection.kind, of: detection.of.map(treeOf) };
}

function applyItem(work: Work, item: ProcessingItem, pipeline: Pipeline): void {
  if (!holds(item.rule, (condition) => ruleHolds(work, condition))) return;
  if (item.id !== null) work.applied.add(item.id);
  const { transformation } = item;
  switch (transformation.type) {
    case 'change_logsource':
      work.logsource = transformation.logsource;
      return;
    case 'add_condition': {
      const of = transformation.conditions.map(([key, values]): Tree => {
        const [field = '', ...modifiers] = key.split('|');
        const { path } = item;
        return { kind: 'item', field, modifiers, values, path, applied: new Set() };
      });
      work.added.push({ tree: { kind: 'all', of }, negated: transformation.negated });
      return;
    }
    case 'rule_failure':
      throw new RuleError([], transformation.message, 'see the pipeline that rejects it');
    case 'set_state':
      work.state.set(transformation.key, transformation.value);
      return;
    case 'value_placeholders':
      for (const [name, values] of pipeline.vars) {
        if (isChosen(transformation, name)) work.values.set(name, values);
      }
      return;
    case 'wildcard_placeholders':
      work.wild.push((name) => isChosen(transformation, name));
      return;
    default:
      applyToItems(work, item, transformation);
  }
}

function isChosen(
  { include, exclude }: { include: readonly string[] | null; exclude: readonly string[] },
  name: string,
): boolean {
  return (include === null || include.includes(name)) && !exclude.includes(name);
}

function applyToItems(work: Work, item: ProcessingItem, transformation: Transformation): void {
  const isField = (field: string): boolean =>
    holds(item.field, (condition) => fieldHolds(condition, field));
  const change = (tree: Tree): Tree => {
    if (tree.kind === 'gone') return tree;
    if (tree.kind !== 'item') return { kind: tree.kind, of: tree.of.map(change) };
    if (!holds(item.item, (condition) => itemHolds(condition, tree))) return tree;
    if (item.field.of.length > 0 && !isField(tree.field ?? '')) return tree;
    return changed(tree, transformation, item);
  };
  work.detections = new Map([...work.detections].map(([name, tree]) => [name, change(tree)]));
  if (item.item.of.length === 0) {
    work.renames.push((field) => (isField(field) ? namesOf(field, transformation) : [field]));
  }
}

function changed(tree: PipelineItem, transformation: Transformation, item: ProcessingItem): Tree {
  const applied = item.id === null ? tree.applied : new Set([...tree.applied, item.id]);
  const { field } = tree;
  switch (transformation.type) {
    case 'drop_detection_item':
      return { kind: 'gone' };
    case 'detection_item_failure':
      throw new RuleError(tree.path, transformation.message, 'see the pipeline that rejects it');
    case 'field_name_mapping':
    case 'field_name_prefix_mapping':
    case 'field_name_prefix':
    case 'field_name_suffix': {
      if (field === null) return tree;
      const names = namesOf(field, transformation);
      if (names.length === 1 && names[0] === field) return tree;
      const [first] = names;
      if (names.length === 1 && first !== undefined) return { ...tree, field: first, applied };
      return { kind: 'any', of: names.map((name) => ({ ...tree, field: name, applied })) };
    }
    default:
      return { ...tree, values: tree.values.flatMap((v) => valuesOf(v, transformation)), applied };
  }
}

function namesOf(field: string, transformation: Transformation): readonly string[] {
  switch (transformation.type) {
    case 'field_name_mapping':
      return transformation.mapping.get(field) ?? [field];
    case 'field_name_prefix_mapping': {
      for (const [prefix, to] of transformation.mapping) {
        if (field.startsWith(prefix)) return to.map((each) => each + field.slice(prefix.length));
      }
      return [field];
    }
    case 'field_name_prefix':
      return [transformation.prefix + field];
    case 'field_name_suffix':
      return [field + transformation.suffix];
    default:
      return [field];
  }
}

function valuesOf(value: Scalar, transformation: Transformation): readonly Scalar[] {
  switch (transformation.type) {
    case 'replace_string':
      if (typeof value !== 'string') return [value];
      return [replaced(value, transformation)];
    case 'map_string':
      return transformation.mapping.get(String(value)) ?? [value];
    case 'set_value':
      return [transformation.value];
    case 'convert_type': {
      if (transformation.target === 'str') return [value === null ? null : String(value)];
      const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN;
      return [Number.isNaN(number) ? value : number];
    }
    case 'case': {
      if (typeof value !== 'string') return [value];
      return [transformation.method === 'lower' ? value.toLowerCase() : value.toUpperCase()];
    }
    default:
      return [value];
  }
}

/** Pipelines write the first group as `\\1`. */
function replaced(
  text: string,
  { regex, replacement }: { readonly regex: string; readonly replacement: string },
): string {
  return regexReplacer(regex, replacement.replaceAll(/\\(\d)/g, '$$$1'))(text);
}

function holds<T>({ of, join, negated }: Conditions<T>, is: (condition: T) => boolean): boolean {
  if (of.length === 0) return true;
  const found = join === 'all' ? of.every(is) : of.some(is);
  return negated === 'yes' ? !found : found;
}

function ruleHolds(work: Work, condition: RuleCondition): boolean {
  switch (condition.type) {
    case 'logsource':
      return isWithin(condition.logsource, work.logsource);
    case 'contains_field':
      return itemsOf(work).some(({ field }) => field === condition.field);
    case 'contains_detection_item':
      return itemsOf(work).some(
        ({ field, values }) => field === condition.field && values.includes(condition.value),
      );
    case 'processing_item_applied':
      return work.applied.has(condition.id);
    case 'processing_state':
      return work.state.get(condition.key) === condition.value;
    case 'tag':
      return work.rule.tags.includes(condition.tag);
    case 'taxonomy':
      return work.rule.taxonomy === condition.taxonomy;
  }
}

/** Returns true if every stated part of `wanted` has the same value in `found`. */
export function isWithin(wanted: LogSource, found: LogSource): boolean {
  return (['category', 'product', 'service'] as const).every(
    (part) => wanted[part] === undefined || wanted[part] === found[part],
  );
}

function itemHolds(condition: ItemCondition, item: PipelineItem): boolean {
  switch (condition.type) {
    case 'is_null':
      return item.values.length === 1 && item.values[0] === null;
    case 'processing_item_applied':
      return item.applied.has(condition.id);
    case 'match_string': {
      const is = regexTester(condition.pattern, 0);
      const texts = item.values.filter((value) => typeof value === 'string');
      if (texts.length === 0) return false;
      return condition.cond === 'any' ? texts.some(is) : texts.every(is);
    }
  }
}

function fieldHolds({ type, fields, match }: FieldCondition, field: string): boolean {
  const isIn =
    match === 'plain'
      ? fields.includes(field)
      : fields.some((pattern) => regexTester(`^(?:${pattern})`, 0)(field));
  return type === 'include_fields' ? isIn : !isIn;
}

function itemsOf(work: Work): PipelineItem[] {
  const gather = (tree: Tree): PipelineItem[] => {
    if (tree.kind === 'gone') return [];
    return tree.kind === 'item' ? [tree] : tree.of.flatMap(gather);
  };
  return [...work.detections.values()].flatMap(gather);
}

/** The conditions that pipelines added to the rule, as one expression. */
export function addedExpression({ added, placeholders }: TransformedRule): Expression {
  const parts = added.map(({ tree, negated }) => {
    const found = expressionOfTree(tree, placeholders);
    return negated === 'yes' ? not(found) : found;
  });
  return and(parts);
}

/** The condition that the event is of this log source. */
export function sourceExpression({ category, product, service }: LogSource): Expression {
  return atom({ kind: 'source', category, product, service });
}

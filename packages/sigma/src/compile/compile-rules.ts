import { and, type Expression, not, or } from '../expressions/expression.ts';
import { CHAIN_MAX } from '../limits.ts';
import { ConditionError, parseCondition, usedDetections } from '../parse/parse-condition.ts';
import type { Pipeline } from '../parse/processing-pipeline.ts';
import type { Correlation, Filter, Rule, RuleDocument } from '../rule-document.ts';
import { RuleError, type RuleProblem } from '../rule-problem.ts';
import {
  addedExpression,
  applyPipelines,
  expressionOfTree,
  isWithin,
  sourceExpression,
  type TransformedRule,
} from './apply-pipelines.ts';

/** A rule in the engine's form. */
export type CompiledRule = {
  readonly rule: Rule;
  readonly expression: Expression;
  /** The event names of a field that a correlation uses. */
  readonly fieldNames: (field: string) => readonly string[];
  /** False if only correlations report it. */
  readonly alerts: boolean;
};

export type CompiledCorrelation = {
  readonly correlation: Correlation;
  /** In the order of `correlation.rules`: indices into the rules or correlations of the set. */
  readonly parts: readonly { readonly kind: 'rule' | 'correlation'; readonly at: number }[];
  readonly alerts: boolean;
};

export type RuleSet = {
  readonly rules: readonly CompiledRule[];
  /** Each correlation comes after those that it refers to. */
  readonly correlations: readonly CompiledCorrelation[];
  readonly problems: readonly RuleProblem[];
};

/**
 * Compiles rules, filters and correlations together. A document that cannot be compiled is a
 * problem with its position and fix, and stops no other.
 */
export function compileRules(
  documents: readonly RuleDocument[],
  pipelines: readonly Pipeline[] = [],
): RuleSet {
  const problems: RuleProblem[] = [];
  const filters = documents.filter((document) => document.kind === 'filter');
  const referred = referencesIn(documents);
  const rules: CompiledRule[] = [];
  for (const rule of documents) {
    if (rule.kind !== 'rule') continue;
    attempt(problems, rule, () => {
      const { expression, processed } = compileRule(rule, pipelines, filters);
      const alerts = !isReferred(rule, referred.silent);
      rules.push({ rule, expression, fieldNames: processed.fieldNames, alerts });
      for (const what of unusedIn(rule)) problems.push(warning(rule, what));
    });
  }
  const correlations = compileCorrelations(documents, rules, referred.silent, problems);
  checkNames(documents, problems);
  return { rules, correlations, problems };
}

function compileRule(
  rule: Rule,
  pipelines: readonly Pipeline[],
  filters: readonly Filter[],
): { readonly expression: Expression; readonly processed: TransformedRule } {
  const processed = applyPipelines(rule, pipelines);
  const own = conditionOf(rule, processed, ['detection', 'condition']);
  const filtered = filters
    .filter((filter) => appliesTo(filter, rule))
    .map((filter) => {
      const inFilter = applyPipelines({ ...filter, logsource: rule.logsource }, pipelines);
      const found = conditionOf(filter, inFilter, ['filter', 'condition']);
      return filter.polarity === 'suppress' ? not(found) : found;
    });
  const source = sourceExpression(processed.logsource);
  const expression = and([source, addedExpression(processed), own, ...filtered]);
  return { expression, processed };
}

function conditionOf(
  { conditions }: Pick<Rule, 'conditions'>,
  processed: TransformedRule,
  path: readonly string[],
): Expression {
  const detections = new Map<string, Expression>();
  for (const [name, tree] of processed.detections) {
    detections.set(name, expressionOfTree(tree, processed.placeholders));
  }
  try {
    return or(conditions.map((condition) => parseCondition(condition, detections)));
  } catch (error) {
    if (!(error instanceof ConditionError)) throw error;
    throw new RuleError(path, error.message, error.cure);
  }
}

function appliesTo({ rules, logsource }: Filter, rule: Rule): boolean {
  if (!isWithin(logsource, rule.logsource)) return false;
  return rules === null || rules.some((reference) => isMeant(reference, rule));
}

/** Matches a name, or an id in any case. */
function isMeant(reference: string, { id, name }: Pick<Rule, 'id' | 'name'>): boolean {
  return reference === name || (id !== null && reference.toLowerCase() === id);
}

function referencesIn(documents: readonly RuleDocument[]): { readonly silent: Set<string> } {
  const silent = new Set<string>();
  for (const document of documents) {
    if (document.kind !== 'correlation' || document.generate) continue;
    for (const reference of document.rules) {
      silent.add(reference);
      silent.add(reference.toLowerCase());
    }
  }
  return { silent };
}

function isReferred({ id, name }: Pick<Rule, 'id' | 'name'>, silent: Set<string>): boolean {
  return (id !== null && silent.has(id)) || (name !== null && silent.has(name));
}

function compileCorrelations(
  documents: readonly RuleDocument[],
  rules: readonly CompiledRule[],
  silent: Set<string>,
  problems: RuleProblem[],
): CompiledCorrelation[] {
  const all = documents.filter((document) => document.kind === 'correlation');
  const compiled: CompiledCorrelation[] = [];
  const done = new Map<Correlation, number>();
  const compile = (correlation: Correlation, depth: number): number => {
    const known = done.get(correlation);
    if (known !== undefined && known >= 0) return known;
    if (known !== undefined || depth > CHAIN_MAX) {
      const what = 'it refers to itself, or to too many nested correlations';
      throw new RuleError(['correlation', 'rules'], what, 'let it refer to rules');
    }
    done.set(correlation, -1);
    const parts = correlation.rules.map((reference, place) => {
      const at = rules.findIndex(({ rule }) => isMeant(reference, rule));
      if (at >= 0) return { kind: 'rule', at } as const;
      const inner = all.find((each) => each !== correlation && isMeant(reference, each));
      if (inner !== undefined)
        return { kind: 'correlation', at: compile(inner, depth + 1) } as const;
      const what = `no rule is called "${reference}", or it could not be compiled`;
      const cure = 'give the name or the id of a rule that is loaded as well';
      throw new RuleError(['correlation', 'rules', place], what, cure);
    });
    const alerts = !isReferred(correlation, silent);
    const at = compiled.push({ correlation, parts, alerts }) - 1;
    done.set(correlation, at);
    return at;
  };
  for (const correlation of all) {
    const isDone = (done.get(correlation) ?? -1) >= 0;
    if (!isDone) attempt(problems, correlation, () => compile(correlation, 0));
  }
  return compiled;
}

/** A name that two rules share refers to neither. */
function checkNames(documents: readonly RuleDocument[], problems: RuleProblem[]): void {
  const seen = new Map<string, RuleDocument>();
  for (const document of documents) {
    for (const [what, value] of [
      ['id', document.id],
      ['name', document.name],
    ] as const) {
      if (value === null) continue;
      const other = seen.get(`${what} ${value}`);
      if (other === undefined) seen.set(`${what} ${value}`, document);
      else {
        const { file, line } = other.place;
        const where = `${file}:${line}`;
        problems.push(warning(document, `another rule in ${where} has the same ${what}`));
      }
    }
  }
}

function unusedIn(rule: Rule): string[] {
  const names = [...rule.detections.keys()];
  const used = new Set(rule.conditions.flatMap((text) => [...usedDetections(text, names)]));
  return names
    .filter((name) => !used.has(name))
    .map((name) => `its condition does not use "${name}"`);
}

function warning({ place, title }: RuleDocument, what: string): RuleProblem {
  return { place, rule: title, severity: 'warning', what, cure: 'check whether this is intended' };
}

function attempt(problems: RuleProblem[], document: RuleDocument, work: () => unknown): void {
  try {
    work();
  } catch (error) {
    if (!(error instanceof RuleError)) throw error;
    const { message: what, cure, path } = error;
    const place = document.placeOf(path);
    problems.push({ place, rule: document.title, severity: 'error', what, cure });
  }
}

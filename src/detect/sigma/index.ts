/**
 * A Sigma 2.1.0 engine: rules, correlations, filters and processing pipelines, matched against
 * events of any shape. Needs nothing else of this program.
 *
 * @example
 * const { rules } = parseRules('rule.yml', yaml);
 * const set = compileRules(rules);
 * const matcher = new Matcher(set.rules.map(({ expression }) => expression), plainModel());
 * matcher.match({ Operation: 'New-InboxRule' });
 */
export {
  type CompiledCorrelation,
  type CompiledRule,
  compileRules,
  type RuleSet,
} from './compile.ts';
export { correlate, type Hit, type Sample, samplesMin } from './correlate.ts';
export type { Expression } from './expression.ts';
export { textsOf } from './fields.ts';
export { FIELD_VALUES_MAX } from './limits.ts';
export { Matcher } from './matcher.ts';
export { type EventModel, type PlainEvent, pathReader, plainModel } from './model.ts';
export { type ParsedPipelines, parsePipelines } from './parse-pipeline.ts';
export { type ParsedRules, parseRules } from './parse-rule.ts';
export type { Pipeline } from './pipeline-types.ts';
export { type Place, problemText, type RuleProblem } from './problem.ts';
export * from './types.ts';
export { documentsToKeep, type KnownDocument } from './yaml.ts';

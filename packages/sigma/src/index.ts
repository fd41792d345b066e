export {
  type CompiledCorrelation,
  type CompiledRule,
  compileRules,
  type RuleSet,
} from './compile/compile-rules.ts';
export { type EventModel, type PlainEvent, plainModel } from './event-model.ts';
export type { Expression } from './expressions/expression.ts';
export { FIELD_VALUES_MAX } from './limits.ts';
export { correlate, type Hit, partsMin, type Sample, samplesMin } from './match/correlate.ts';
export { textsOf } from './match/event-fields.ts';
export { Matcher } from './match/matcher.ts';
export { type ParsedPipelines, parsePipelines } from './parse/parse-pipeline.ts';
export { type ParsedRules, parseRules } from './parse/parse-rule.ts';
export type { Pipeline } from './parse/processing-pipeline.ts';
export { type CachedDocument, documentsToKeep } from './parse/rule-yaml.ts';
export {
  type Bound,
  type Comparison,
  type Correlation,
  type CorrelationType,
  type Detection,
  type DetectionItem,
  type Filter,
  LEVELS,
  type Level,
  type LogSource,
  type Rule,
  type RuleDocument,
  type RuleMeta,
  type Scalar,
} from './rule-document.ts';
export { problemText, type RuleProblem, type SourcePosition } from './rule-problem.ts';

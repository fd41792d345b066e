export {
  type CompiledCorrelation,
  type CompiledRule,
  compileRules,
  type RuleSet,
} from './compile/compile-rules.ts';
export * from './match.ts';
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
  type Rule,
  type RuleDocument,
  type RuleMeta,
  type Scalar,
} from './rule-document.ts';
export { problemText, type RuleProblem, type SourcePosition } from './rule-problem.ts';

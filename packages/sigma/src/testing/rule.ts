import { compileRules, type RuleSet } from '../compile/compile-rules.ts';
import { type PlainEvent, plainModel } from '../event-model.ts';
import { Matcher } from '../match/matcher.ts';
import { parsePipelines } from '../parse/parse-pipeline.ts';
import { parseRules } from '../parse/parse-rule.ts';
import type { Pipeline } from '../parse/processing-pipeline.ts';
import { problemText } from '../rule-problem.ts';

/** A whole rule around a detection section, as YAML. */
export function ruleYaml(detection: string, rest = ''): string {
  const lines = detection.trim().split('\n');
  return [
    'title: Test',
    'logsource: { product: test }',
    rest,
    'detection:',
    ...lines.map((line) => `  ${line}`),
    ...(/^condition:/m.test(detection) ? [] : ['  condition: selection']),
  ].join('\n');
}

/** The problems of the rules in a file, as texts. */
export function problemsOf(yaml: string, pipelines: readonly Pipeline[] = []): string[] {
  const { rules, problems } = parseRules('a.yml', yaml);
  return [...problems, ...compileRules(rules, pipelines).problems].map(problemText);
}

/** Compiles the rules of a file, which MUST all be valid. */
export function ruleSet(yaml: string, pipelineYaml?: string): RuleSet {
  const pipelines = pipelineYaml === undefined ? [] : pipelinesOf(pipelineYaml);
  const { rules, problems } = parseRules('a.yml', yaml);
  const set = compileRules(rules, pipelines);
  const bad = [...problems, ...set.problems].filter(({ severity }) => severity === 'error');
  if (bad.length > 0) throw new RangeError(bad.map(problemText).join('\n'));
  return set;
}

export function pipelinesOf(yaml: string): readonly Pipeline[] {
  const { pipelines, problems } = parsePipelines('p.yml', yaml);
  if (problems.length > 0) throw new RangeError(problems.map(problemText).join('\n'));
  return pipelines;
}

/** Which of these events match the one rule of the file, as a text of `y` and `n`. */
export function fits(yaml: string, events: readonly PlainEvent[], pipelineYaml?: string): string {
  const { rules } = ruleSet(yaml, pipelineYaml);
  // Without and with a fixed field: planning must change nothing.
  const runs = [plainModel(), plainModel(['a'])].map((model) => {
    const expressions = rules.map(({ expression }) => expression);
    const matcher = new Matcher(expressions, model);
    return events.map((event) => (matcher.match(event).length > 0 ? 'y' : 'n')).join('');
  });
  if (runs[0] !== runs[1]) throw new RangeError(`${runs[0]}, and planned ahead ${runs[1]}`);
  return runs[0] as string;
}

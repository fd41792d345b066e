import {
  type CachedDocument,
  compileRules,
  type Pipeline,
  parsePipelines,
  parseRules,
  type RuleDocument,
  type RuleProblem,
  type RuleSet,
} from '@countersign/sigma';
import type { SignalPlan } from '../../projection/signals/signal-plan.ts';
import { ruleKey, signalPlan } from './compile-plan.ts';
import { customOf, type RuleExtension } from './rule-extension.ts';

/** A file of rules or pipelines, as it lies on the disk. */
export type ContentFile = {
  readonly path: string;
  readonly text: string;
  /** What `documentsToKeep` said of the text, if somebody kept it. */
  readonly known?: readonly CachedDocument[] | null;
};

export type ContentFiles = {
  readonly rules: readonly ContentFile[];
  readonly pipelines: readonly ContentFile[];
};

/** Rules that are ready to judge, and all that is wrong with those that are not. */
export type RuleContent = {
  readonly set: RuleSet;
  readonly plan: SignalPlan;
  readonly problems: readonly RuleProblem[];
  /** By key: what a rule or correlation says of itself. */
  readonly sayings: ReadonlyMap<string, AlertingRule>;
};

/** What findings of a rule say. */
export type AlertingRule = {
  readonly document: RuleDocument;
  readonly custom: RuleExtension;
  readonly alerts: boolean;
};

/** Reads and compiles rules; what is wrong with some stops no other. */
export function ruleContent(files: ContentFiles): RuleContent {
  const problems: RuleProblem[] = [];
  const documents: RuleDocument[] = [];
  for (const { path, text, known } of files.rules) {
    const parsed = parseRules(path, text, known);
    documents.push(...parsed.rules);
    problems.push(...parsed.problems);
  }
  const pipelines: Pipeline[] = [];
  for (const { path, text } of files.pipelines) {
    const parsed = parsePipelines(path, text);
    pipelines.push(...parsed.pipelines);
    problems.push(...parsed.problems);
  }
  const set = compileRules(documents, pipelines);
  const sayings = sayingsOf(set, problems);
  return { set, plan: signalPlan(set), problems: [...problems, ...set.problems], sayings };
}

function sayingsOf(set: RuleSet, problems: RuleProblem[]): ReadonlyMap<string, AlertingRule> {
  const sayings = new Map<string, AlertingRule>();
  const all = [
    ...set.rules.map(({ rule, alerts }) => ({ document: rule, alerts })),
    ...set.correlations.map(({ correlation, alerts }) => ({ document: correlation, alerts })),
  ];
  for (const { document, alerts } of all) {
    const { custom, problems: found } = customOf(document);
    for (const what of found) {
      const place = document.placeOf(['countersign']);
      const cure = 'see content/sigma for how it is written';
      problems.push({ place, rule: document.title, severity: 'warning', what, cure });
    }
    sayings.set(ruleKey(document), { document, custom, alerts });
  }
  return sayings;
}

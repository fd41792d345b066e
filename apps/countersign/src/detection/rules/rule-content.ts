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

/** A file of rules or pipelines on disk. */
export type ContentFile = {
  readonly path: string;
  readonly text: string;
  /** The cached result of `documentsToKeep` for this text. */
  readonly known?: readonly CachedDocument[] | null;
};

export type ContentFiles = {
  readonly rules: readonly ContentFile[];
  readonly pipelines: readonly ContentFile[];
};

/** Compiled rules, and the problems of those that failed. */
export type RuleContent = {
  readonly set: RuleSet;
  readonly plan: SignalPlan;
  readonly problems: readonly RuleProblem[];
  /** Texts and settings of each rule or correlation, by key. */
  readonly sayings: ReadonlyMap<string, AlertingRule>;
};

/** The texts and settings of a rule's findings. */
export type AlertingRule = {
  readonly document: RuleDocument;
  readonly custom: RuleExtension;
  readonly alerts: boolean;
};

/** Parses and compiles rules. A problem in one stops no other. */
export function ruleContent(files: ContentFiles): RuleContent {
  const problems: RuleProblem[] = [];
  const documents: RuleDocument[] = [];
  for (const { path, text, known } of files.rules) {
    const parsed = parseRules(path, text, known);
    documents.push(...parsed.rules);
    problems.push(...parsed.problems);
  }
  const pipelines: Pipeline[] = [];
  for (const { path, text, known } of files.pipelines) {
    const parsed = parsePipelines(path, text, known);
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
      const cure = 'see content/sigma for examples';
      problems.push({ place, rule: document.title, severity: 'warning', what, cure });
    }
    sayings.set(ruleKey(document), { document, custom, alerts });
  }
  return sayings;
}

import type { AlertingRule, RuleContent } from '../../detection/rules/rule-content.ts';
import type { TestOutcome } from '../../detection/rules/rule-tests.ts';

/** A Sigma rule that comes with the program, compiled alone. */
export type ShippedRule = {
  readonly document: AlertingRule['document'];
  /** Its file. */
  readonly text: string;
  readonly content: RuleContent;
  readonly tests: readonly TestOutcome[];
};

/** Undefined if no file has it: a detector in code has none. */
export async function shippedRule(id: string): Promise<ShippedRule | undefined> {
  const { readContent } = await import('../host/load-detectors.ts');
  const { ruleContent } = await import('../../detection/rules/rule-content.ts');
  const { runRuleTests } = await import('../../detection/rules/rule-tests.ts');
  const { rules, pipelines } = readContent();
  // A file is compiled alone: a rule and the correlations over it are in one file.
  for (const file of rules.filter(({ text }) => text.includes(id))) {
    const content = ruleContent({ rules: [file], pipelines });
    const found = content.sayings.get(id);
    if (found === undefined) continue;
    const tests = runRuleTests(content).filter(({ rule }) => rule === id);
    return { document: found.document, text: file.text, content, tests };
  }
  return undefined;
}

import { plural } from '@countersign/core';
import type { RuleView } from '../../../operations/detection/show-rule.ts';
import type { Context } from '../../process/command-context.ts';

const STYLES = { live: 'yes', partial: 'unknown', blind: 'no', failed: 'no' } as const;

/** The health first: a rule that receives nothing finds nothing. */
export function renderRule({ terminal }: Context, view: RuleView): void {
  const { rule, title, level, description, needs, health, findings, tests, sigma } = view;
  terminal.line({ text: health.state, style: STYLES[health.state] }, `  ${title}`);
  if (health.because !== null) terminal.paragraph(health.because);
  if (description !== null) terminal.paragraph(description);
  const failed = tests.filter(({ passed }) => passed === 'no');
  terminal.fields([
    ['id', rule],
    ['level', level ?? 'not stated'],
    ['needs', needs.join(', ')],
    ['findings', findingsText(findings)],
    ['tests', tests.length === 0 ? 'none' : `${tests.length}, ${failed.length} failed`],
  ]);
  for (const { test, because } of failed) {
    terminal.line({ text: `${test}: `, style: 'no' }, because ?? '');
  }
  if (sigma === null) return;
  terminal.line();
  for (const line of sigma.trimEnd().split('\n')) terminal.line(line);
}

function findingsText({
  new: fresh,
  inProgress,
  suppressed,
  resolved,
  verdicts,
}: RuleView['findings']): string {
  const all = fresh + inProgress + suppressed + resolved;
  const open = `${fresh} new, ${inProgress} in progress`;
  const { truePositive, benign, falsePositive } = verdicts;
  const decided = plural(truePositive + benign + falsePositive, 'verdict');
  const parts = `${truePositive} true, ${benign} benign, ${falsePositive} false positive`;
  const closed = `${suppressed} suppressed, ${resolved} resolved`;
  return `${plural(all, 'finding')}: ${open}, ${closed}; ${decided}: ${parts}`;
}

import { formatNumber } from '../kit/text/format-time.ts';

export const detectionTexts = {
  title: 'Detections',
  views: 'Views',
  tabs: { rules: 'Rules', figures: 'How well they detect' },
  looked: 'rules and detectors',
  rule: 'Rule',
  state: 'Health',
  states: { live: 'Live', partial: 'Partly blind', blind: 'Blind', failed: 'Failed' },
  since: 'Since',
  needs: 'Needs',
  findings: 'Findings',
  suppressed: 'Suppressed',
  handedIn: 'reads only imported files',
  back: 'All rules',
  missing: 'No rule was named.',
  health: {
    live: 'This rule receives its logs.',
    partial: 'Cannot tell: this rule sees only a part of its logs.',
    blind: 'This rule is blind.',
    failed: 'This rule has failed.',
  },
  sinceText: (time: string) => `Since ${time}.`,
  description: 'What it searches for',
  level: 'Level',
  noLevel: 'not stated',
  tags: 'Techniques',
  harmless: 'Could be harmless if',
  tests: 'Tests',
  noTests: 'No test is written for it.',
  passed: 'passed',
  failedTest: 'failed',
  overTime: 'Findings over time',
  noFindings: 'No finding in this period.',
  dayLabel: (first: string, last: string) => `Findings by day, from ${first} to ${last}`,
  marks: 'What people decided',
  counts: (fresh: number, inProgress: number, suppressed: number, resolved: number) =>
    `${formatNumber(fresh)} new, ${formatNumber(inProgress)} in progress, ` +
    `${formatNumber(suppressed)} suppressed, ${formatNumber(resolved)} resolved.`,
  precision: (kept: number, decided: number) =>
    `Of ${formatNumber(decided)} findings that people closed, ` +
    `${formatNumber(kept)} were not suppressed.`,
  noPrecision: 'Cannot tell how precise it is: people have closed none of its findings.',
  source: 'Sigma rule',
  inCode: 'This detector is written in code, so it has no Sigma text.',
  backtest: 'Backtest',
  backtestHint: 'Runs this rule, as it is now, over the records of the period. Writes nothing.',
  run: 'Run over this period',
  period: (from: string, to: string) => `${from} to ${to}`,
  matched: (matches: number, records: number) =>
    `${formatNumber(matches)} of ${formatNumber(records)} records match.`,
  wouldFind: (count: number) =>
    count === 1 ? 'One finding would result.' : `${formatNumber(count)} findings would result.`,
  figuresNote: 'From docs/detection.md of this version, which a benchmark writes.',
} as const;

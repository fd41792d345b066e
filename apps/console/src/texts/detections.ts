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
  precision: (right: number, decided: number) =>
    `Precision ${Math.floor((100 * right) / decided)} %: of ${formatNumber(decided)} findings ` +
    `with a verdict, ${formatNumber(right)} ${right === 1 ? 'was' : 'were'} no false alarm.`,
  verdicts: (attacks: number, benign: number, falseAlarms: number) =>
    `${formatNumber(attacks)} attacks, ${formatNumber(benign)} by people who may, ` +
    `${formatNumber(falseAlarms)} false alarms.`,
  noPrecision:
    'Cannot tell how precise it is: no one gave a verdict on its findings. Mark a finding as ' +
    'resolved, and say what it was.',
  precisionHeader: 'Precision',
  share: (right: number, decided: number) =>
    `${Math.floor((100 * right) / decided)} % of ${formatNumber(decided)}`,
  noVerdict: 'no verdict',
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

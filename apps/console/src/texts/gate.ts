export const gateTexts = {
  title: 'Gate',
  unknownNext: 'Cannot tell whether the next wave may go.',
  none: 'no gate was evaluated yet. State its conditions, and evaluate it.',
  may: (wave: string) => `Yes, the wave may go: ${wave}.`,
  mayNot: (wave: string) => `No, the wave must not go: ${wave}.`,
  unknown: (wave: string) => `Cannot tell whether the wave may go: ${wave}.`,
  window: 'Period',
  evaluated: 'Evaluated',
  by: 'by',
  condition: 'Condition',
  requires: 'Requires',
  found: 'Result',
  resume: 'To go on',
  stale: 'An answer holds for its period only. A new period needs a new evaluation.',
  conditions: {
    coverage: 'Coverage',
    loss: 'Loss',
    residual: 'Residual',
    blind: 'Blind rules',
    findings: 'Open findings',
  } as Readonly<Record<string, string>>,
  links: {
    coverage: 'Show the holes',
    loss: 'Show the canaries',
    residual: 'Show the actions',
    blind: 'Show the rules',
    findings: 'Show the incidents',
  } as Readonly<Record<string, string>>,
  inventory: 'Show the tenants',
  more: (count: number) => `and ${count} more`,
  again: 'Evaluate now',
  evaluating: 'Evaluating …',
  change: 'Change and evaluate',
  write: 'Evaluate a gate',
  writeHint:
    'The conditions of a wave, as YAML. The evaluation changes nothing but the ledger, which ' +
    'records the conditions and the answer.',
  text: 'Gate',
  evaluate: 'Evaluate',
  evaluatedNow: 'The gate was evaluated. Its answer is in entry',
  /** Every source and tenant that the ledger knows, over two weeks. */
  example: `gate: next-wave
wave: the people and data that move next
# The length of the period, and how long before now it ends: logs arrive hours late.
window: 14d
behind: 12h
require:
  # Actions without an explanation.
  residual: 0
  # Rules that could not see their input.
  blind: 0
  # No open finding of this severity or above.
  findings: high
  # Each source that must be collected over the whole period:
  # coverage: { state: collected, sources: [m365.activity/Audit.Exchange] }
`,
} as const;

export const gateTexts = {
  title: 'Gate',
  looked: 'gates with a recorded answer',
  none:
    'No gate was evaluated yet. Run "countersign gate FILE --record" on the machine of the ' +
    'service.',
  may: (gate: string) => `${gate}: the wave may go.`,
  mayNot: (gate: string) => `${gate}: the wave must not go.`,
  unknown: (gate: string) => `${gate}: cannot tell whether the wave may go.`,
  window: 'Period',
  evaluated: 'Evaluated',
  by: 'by',
  condition: 'Condition',
  requires: 'Requires',
  found: 'Result',
  resume: 'To go on',
  stale: 'An answer holds for its period only. A new period needs a new evaluation.',
} as const;

export const unaccountedTexts = {
  title: 'Actions without an authorization',
  yes: 'Every action of the period has an authorization.',
  no: 'These actions have no authorization behind them.',
  unknown: 'Cannot tell whether these actions were authorized.',
  looked: 'actions without an authorization',
  time: 'Time',
  verdict: 'Verdict',
  verdicts: { unaccounted: 'Unaccounted', unknown: 'Cannot tell' } as Readonly<
    Record<string, string>
  >,
  who: 'Who',
  operation: 'Action',
  workload: 'Workload',
  because: 'Why',
  entry: 'Entry',
  notStated: 'not stated',
  reason: (because: string) => `${because.charAt(0).toUpperCase()}${because.slice(1)}.`,
} as const;

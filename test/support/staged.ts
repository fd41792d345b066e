import type { ScenarioParameters } from '../../emulator/scenarios/index.ts';

/** How a scenario is told in tests. */
export type Staged = {
  readonly people: number;
  /** So many days of people's lives are enough for what it needs of them. */
  readonly lifeDays: number;
  readonly parameters?: ScenarioParameters;
  /** Techniques that MUST be found; those that leave no trace, or that of work, are not here. */
  readonly found: readonly string[];
};

export const SCENARIOS: Readonly<Record<string, Staged>> = {
  // What is done while nothing is recorded stands nowhere.
  'audit-off': { people: 12, lifeDays: 0, found: ['T1562.001', 'T1562.008'] },
  'brute-force': { people: 12, lifeDays: 0, found: ['T1110.001'] },
  'consent-phishing': { people: 12, lifeDays: 0, found: ['T1528', 'T1114.002'] },
  'device-code-phishing': { people: 12, lifeDays: 0, found: ['T1566.003', 'T1098.005'] },
  'fast-spray': { people: 60, lifeDays: 0, found: ['T1110.003'] },
  'forged-tokens': { people: 12, lifeDays: 4, found: ['T1606.002'] },
  leaver: { people: 12, lifeDays: 0, found: ['T1530'] },
  'mailbox-rule-fraud': { people: 12, lifeDays: 0, found: ['T1564.008', 'T1114.003'] },
  'midnight-blizzard': {
    ...{ people: 12, lifeDays: 0 },
    found: ['T1098.001', 'T1528', 'T1114.002', 'T1136.003'],
  },
  'rdp-phishing': { people: 12, lifeDays: 0, found: ['T1566.001', 'T1550.004'] },
  // A stolen session that goes on in the same country and the same client is not told at times.
  'token-theft': { people: 12, lifeDays: 0, found: ['T1564.008'] },
};

import type { ScenarioParameters } from '@countersign/emulator';

/** How tests play a scenario. */
export type ScenarioSetup = {
  readonly people: number;
  /** The days of ordinary activity that it needs. */
  readonly lifeDays: number;
  readonly parameters?: ScenarioParameters;
  /** Techniques that MUST be found. */
  readonly found: readonly string[];
  /** Techniques that leave a trace but are not always found, with the reason. */
  readonly missed?: Readonly<Record<string, string>>;
};

const LIKE_OTHER_MAIL =
  'a first message from a stranger with an ordinary link is like newsletters and customer mail: ' +
  "it is reported at informational severity, once the company's correspondents are known";

export const SCENARIOS: Readonly<Record<string, ScenarioSetup>> = {
  // Calls to Graph still report what mailboxes no longer record.
  'audit-off': {
    ...{ people: 12, lifeDays: 0 },
    found: ['T1557', 'T1562.001', 'T1562.008', 'T1114.002'],
  },
  'brute-force': { people: 12, lifeDays: 0, found: ['T1110.001', 'T1114.002'] },
  'consent-phishing': {
    ...{ people: 12, lifeDays: 0 },
    found: ['T1528', 'T1114.002'],
    missed: { 'T1566.002': LIKE_OTHER_MAIL },
  },
  'device-code-phishing': {
    ...{ people: 12, lifeDays: 0 },
    found: ['T1566.003', 'T1098.005', 'T1550.001', 'T1114.002'],
  },
  'fast-spray': { people: 60, lifeDays: 0, found: ['T1110.003', 'T1114.002'] },
  'forged-tokens': { people: 12, lifeDays: 4, found: ['T1606.002'] },
  'half-evicted': {
    ...{ people: 12, lifeDays: 0 },
    found: ['T1557', 'T1564.008', 'T1114.003', 'T1136.003', 'T1098.001', 'T1528', 'T1114.002'],
  },
  leaver: { people: 12, lifeDays: 0, found: ['T1530', 'T1567.002'] },
  'mailbox-rule-fraud': {
    ...{ people: 12, lifeDays: 0 },
    found: ['T1557', 'T1564.008', 'T1114.003', 'T1114.002'],
    missed: {
      T1657: 'a message with other bank details looks ordinary: its text is not stored',
    },
  },
  'midnight-blizzard': {
    ...{ people: 12, lifeDays: 0 },
    found: ['T1078.004', 'T1098.001', 'T1528', 'T1114.002', 'T1136.003'],
  },
  // Some days of ordinary activity show that the victim's carrier and browser are the victim's.
  'neighbor-spray': {
    ...{ people: 20, lifeDays: 5 },
    found: ['T1110.003'],
    missed: {
      'T1114.002':
        "mail read in a browser, from the victim's carrier and with the victim's browser, " +
        "looks like the victim's own reading: the finding of the spray names the session",
    },
  },
  'rdp-phishing': {
    ...{ people: 12, lifeDays: 0 },
    found: ['T1566.001', 'T1550.004', 'T1114.002', 'T1530'],
  },
  'token-theft': {
    ...{ people: 12, lifeDays: 0 },
    found: ['T1557', 'T1098.005', 'T1564.008'],
    missed: {
      'T1566.002': LIKE_OTHER_MAIL,
      'T1550.004':
        'a stolen session that continues in the same country and client looks like ' +
        'a person who changes networks',
    },
  },
};

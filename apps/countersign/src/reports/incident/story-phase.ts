/** The parts of an attack, in the order of a story. */
export const STORY_PHASES = ['got-in', 'gained-power', 'read', 'hid', 'other'] as const;
export type StoryPhase = (typeof STORY_PHASES)[number];

export const PHASE_TITLES: Readonly<Record<StoryPhase, string>> = {
  'got-in': 'Got in',
  'gained-power': 'Gained power',
  read: 'Read',
  hid: 'Hid',
  other: 'Did more',
};

/** MITRE ATT&CK techniques, each with its sub-techniques, which can have a phase of their own. */
const HIDING: readonly string[] = [...['T1564', 'T1562', 'T1070', 'T1036', 'T1137.005', 'T1578']];
const PRIVILEGE: readonly string[] = [
  ...['T1098', 'T1136', 'T1137', 'T1222', 'T1484', 'T1505', 'T1548', 'T1556'],
];
const COLLECTION: readonly string[] = [
  ...['T1005', 'T1048', 'T1114', 'T1119', 'T1213', 'T1530', 'T1537', 'T1567'],
];
const ENTRY: readonly string[] = [
  ...['T1078', 'T1110', 'T1185', 'T1190', 'T1199', 'T1204', 'T1212', 'T1539', 'T1557', 'T1558'],
  ...['T1566', 'T1586', 'T1606', 'T1621', 'T1649'],
];
/** A stolen or granted token follows the entry. */
const TOKENS: readonly string[] = ['T1528', 'T1550', 'T1552', 'T1555'];

/** What a finding with several techniques mainly did: the latest step of an attack. */
const ORDER: readonly (readonly [StoryPhase, readonly string[]])[] = [
  ['hid', HIDING],
  ['gained-power', PRIVILEGE],
  ['read', COLLECTION],
  ['got-in', ENTRY],
  ['gained-power', TOKENS],
];

export function phaseOfTechniques(techniques: readonly string[]): StoryPhase {
  const found = ORDER.find(([, of]) =>
    techniques.some((technique) =>
      of.some((each) => technique === each || technique.startsWith(`${each}.`)),
    ),
  );
  return found?.[0] ?? 'other';
}

const HIDING_FOOTHOLDS: ReadonlySet<string> = new Set([
  ...['inbox-rules', 'auditing-off', 'transport-rules', 'conditional-access'],
]);

/** A change that leaves a foothold gives power, unless it conceals what happens. */
export function phaseOfFoothold(id: string): StoryPhase {
  return HIDING_FOOTHOLDS.has(id) ? 'hid' : 'gained-power';
}

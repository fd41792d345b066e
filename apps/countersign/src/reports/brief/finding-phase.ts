/** What a finding describes: how the intruder got in, what they read, or what else they did. */
export type FindingPhase = 'got-in' | 'read' | 'did';

/** MITRE ATT&CK techniques of tactics that change something, without sub-techniques. */
const CHANGES: ReadonlySet<string> = new Set([
  ...['T1098', 'T1136', 'T1137', 'T1222', 'T1484', 'T1485', 'T1486', 'T1489', 'T1490', 'T1505'],
  ...['T1531', 'T1548', 'T1556', 'T1562', 'T1564', 'T1070', 'T1578', 'T1534', 'T1114.003'],
]);
const COLLECTION: ReadonlySet<string> = new Set([
  ...['T1005', 'T1048', 'T1114', 'T1119', 'T1213', 'T1530', 'T1537', 'T1567'],
]);
const ENTRY: ReadonlySet<string> = new Set([
  ...['T1078', 'T1110', 'T1190', 'T1199', 'T1204', 'T1212', 'T1528', 'T1539', 'T1550', 'T1552'],
  ...['T1555', 'T1557', 'T1558', 'T1566', 'T1586', 'T1606', 'T1621', 'T1649', 'T1185'],
]);

/** A change outranks the initial access that the same finding mentions. */
export function phaseOf(techniques: readonly string[]): FindingPhase {
  const has = (set: ReadonlySet<string>): boolean =>
    techniques.some((uid) => set.has(uid) || set.has(uid.slice(0, 'T0000'.length)));
  if (has(CHANGES)) return 'did';
  if (has(COLLECTION)) return 'read';
  return has(ENTRY) ? 'got-in' : 'did';
}

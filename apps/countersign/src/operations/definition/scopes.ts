/**
 * What a caller needs for an operation. One operation needs one scope; roles combine scopes.
 *
 * - `ledger:read`       checkpoints, proofs, entries with their bodies, evidence files
 * - `ledger:check`      a re-read of the whole ledger
 * - `ledger:erase`      erasure of bodies
 * - `ledger:hold`       legal holds
 * - `ledger:administer` keys, clock, witnesses, derived state, configuration
 * - `records:import`    adding records
 * - `events:read`       events, queries, timelines, reconciliation
 * - `feeds:read`        the stream of events, decisions and findings for other systems
 * - `feeds:status`      positions and failures of feeds, without any record
 * - `feeds:administer`  pausing, resuming, testing and replaying feeds
 * - `people:read`       the statement of one person
 * - `coverage:read`     what is recorded and what is not
 * - `findings:read`     findings, incidents, rules and their health
 * - `findings:write`    the status of findings
 * - `eviction:read`     the eviction report and the brief
 * - `decisions:make`    access decisions
 * - `passes:read`, `passes:end`
 * - `policies:read`, `policies:activate`
 * - `credentials:read`, `credentials:write`  passkeys and invitations
 * - `bypass:read`, `bypass:write`            bypasses of an enforcement point
 * - `posture:read`      what the tenant logs, vendor requests, conformance
 * - `gates:evaluate`    rollout gates
 * - `names:read`        names of people in answers, for a purpose and a case
 * - `operators:read`    operators, tokens and sessions
 * - `operators:audit`   who opened the data of a person, and why
 * - `operators:administer`  creating and revoking tokens, links and sessions; roles
 */
export const SCOPES = [
  'ledger:read',
  'ledger:check',
  'ledger:erase',
  'ledger:hold',
  'ledger:administer',
  'records:import',
  'events:read',
  'feeds:read',
  'feeds:status',
  'feeds:administer',
  'people:read',
  'coverage:read',
  'findings:read',
  'findings:write',
  'eviction:read',
  'decisions:make',
  'passes:read',
  'passes:end',
  'policies:read',
  'policies:activate',
  'credentials:read',
  'credentials:write',
  'bypass:read',
  'bypass:write',
  'posture:read',
  'gates:evaluate',
  'names:read',
  'operators:read',
  'operators:audit',
  'operators:administer',
] as const;

export type Scope = (typeof SCOPES)[number];

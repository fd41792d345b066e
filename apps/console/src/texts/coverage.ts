import { formatNumber } from '../kit/text/format-time.ts';

export const coverageTexts = {
  title: 'Coverage',
  looked: 'statements about coverage',
  map: 'Coverage by source and time',
  views: 'Views',
  viewNames: {
    map: 'As a map',
    table: 'As a table',
    holes: 'What would fix it',
    quota: 'Quota',
  },
  keys: 'Arrow keys move between cells. Enter opens one.',
  states: {
    corroborated: 'corroborated',
    collected: 'collected',
    late: 'late',
    lost: 'lost',
    off: 'off',
    unknown: 'cannot tell',
  },
  meanings: {
    corroborated: 'collected, and compared with a second source',
    collected: 'all that the vendor offered arrived',
    late: 'not arrived yet, and still expected',
    lost: 'records are missing for good',
    off: 'not recorded or not collected',
    unknown: 'no statement, so silence means nothing',
  },
  rules: {
    yes: (all: number) => `All ${formatNumber(all)} rules receive their logs.`,
    since: (since: string, count: number, all: number) =>
      `Between ${since} and now, ${of(count, all)} blind.`,
    no: (count: number, all: number) => `${of(count, all)} blind.`,
    unknown: (count: number, all: number) =>
      `Cannot tell for ${formatNumber(count)} of ${formatNumber(all)} rules: they see only a part.`,
    none: 'Cannot tell: there are no rules.',
    handedIn: (count: number) =>
      count === 1
        ? '1 more rule reads only files that people import.'
        : `${formatNumber(count)} more rules read only files that people import.`,
    open: 'Show the rules',
  },
  rowOf: (source: string, workload: string | null) =>
    workload === null ? source : `${source}, ${workload}`,
  cell: (row: string, time: string, state: string) => `${row}, ${time}: ${state}`,
  source: 'Source',
  allSources: 'all sources',
  workload: 'Workload',
  subject: 'Mailbox or app',
  tenant: 'Tenant',
  from: 'From',
  to: 'To',
  open: 'open',
  state: 'State',
  bound: 'Loss at most',
  noBound: 'no bound',
  share: (bound: number) =>
    `${(bound * 100).toLocaleString('en-US', { maximumFractionDigits: 3 })} %`,
  because: 'Because',
  entries: 'Entries',
  nothingStated: 'No entry of the ledger states anything about this time.',
  canaries: 'Canaries',
  noCanary: 'No canary runs in this source, so a loss would not show in this way.',
  canary: (seen: number, sent: number) =>
    `${formatNumber(seen)} of ${formatNumber(sent)} planted actions came back.`,
  delays: (p50: string, p99: string, max: string) =>
    `Delay: half within ${p50}, 99 % within ${p99}, longest ${max}.`,
  blindHere: 'Rules that were blind or partly blind then',
  noneBlind: 'No rule was blind.',
  close: 'Close',
} as const;

export const holeTexts = {
  label: 'Holes by cause',
  looked: 'holes of coverage',
  title: (count: number) =>
    count === 0
      ? 'No hole needs anyone: what is late still settles.'
      : count === 1
        ? 'One hole. This would fix it.'
        : `${formatNumber(count)} holes. This would fix each.`,
  notAll: 'Cannot tell whether other holes exist.',
  intervals: (count: number) => `${formatNumber(count)} intervals`,
  fix: 'What would fix it',
  causes: {
    'not-connected': 'the tenant is not connected',
    credential: 'the collector cannot sign in',
    rights: 'a permission is missing',
    license: 'a license is missing',
    off: 'switched off at the source',
    quota: 'the quota was exhausted',
    unreachable: 'the service did not answer',
    silent: 'no canary comes back',
    'not-requested': 'not requested',
    'not-collected': 'no collector reads it',
    'left-out': 'a part is not requested',
    unreadable: 'content could not be read',
    expired: 'no longer available',
    file: 'from a file',
    other: 'see the reason',
    settling: 'still arriving',
  },
} as const;

export const quotaTexts = {
  label: 'Collectors',
  looked: 'collectors of this service',
  yes: 'The quotas allow what collection needs.',
  no: 'A quota is too small for what collection needs.',
  late: 'Cannot tell yet: collection is catching up.',
  unknown: 'Cannot tell whether the quotas are large enough: no need was measured.',
  short: (collector: string, needed: number, allowed: number) =>
    `${collector} needs ${formatNumber(needed)} requests a minute, and ${formatNumber(allowed)} ` +
    'are allowed',
  behind: (collector: string, requests: number) =>
    `${collector} has not fetched ${formatNumber(requests)} requests yet`,
  silent: (collector: string) => `no poll of ${collector} has succeeded yet`,
  collector: 'Collector',
  tenant: 'Tenant',
  used: 'Requests a minute',
  rate: (needed: number, allowed: number) =>
    `${formatNumber(Math.ceil(needed))} of ${formatNumber(Math.floor(allowed))}`,
  noQuota: 'no quota measured',
  allTenants: 'all',
  backlog: 'Not fetched yet',
  losesFrom: 'Loses from',
  nothingLost: 'nothing is lost',
  polls: 'Polls',
  pollCount: (polls: number, failed: number) =>
    failed === 0 ? formatNumber(polls) : `${formatNumber(polls)}, ${formatNumber(failed)} failed`,
  last: 'Last poll',
  never: 'not yet',
} as const;

function of(count: number, all: number): string {
  return `${formatNumber(count)} of ${formatNumber(all)} rules ${count === 1 ? 'is' : 'are'}`;
}

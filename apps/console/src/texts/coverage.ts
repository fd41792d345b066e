import { formatNumber } from '../kit/text/format-time.ts';

export const coverageTexts = {
  title: 'Coverage',
  looked: 'statements about coverage in this period',
  map: 'Coverage by source and time',
  asTable: 'As a table',
  asMap: 'As a map',
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
      `${formatNumber(count)} more rules read only files that people import.`,
    open: 'Show the rules',
  },
  rowOf: (source: string, workload: string | null) =>
    workload === null ? source : `${source}, ${workload}`,
  cell: (row: string, time: string, state: string) => `${row}, ${time}: ${state}`,
  source: 'Source',
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

function of(count: number, all: number): string {
  return `${formatNumber(count)} of ${formatNumber(all)} rules ${count === 1 ? 'is' : 'are'}`;
}

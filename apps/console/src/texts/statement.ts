import { formatNumber } from '../kit/text/format-time.ts';

const actions = (count: number): string =>
  `${formatNumber(count)} ${count === 1 ? 'action' : 'actions'}`;

export const statementTexts = {
  title: 'Statement',
  ask: 'A statement takes a purpose and a case.',
  looked: 'Looking is recorded as an entry of the ledger, with your purpose and case.',
  pseudonym: 'This is a pseudonym. State your case, then choose the person by name.',
  choose: 'Choose the person by name',
  reading: 'Reading the statement …',
  yes: (count: number) => `Every one of ${actions(count)} has an authorization behind it.`,
  no: (bad: number, all: number) =>
    `${formatNumber(bad)} of ${actions(all)} have none behind them.`,
  unknown: (open: number, all: number) =>
    open === 0
      ? `Cannot tell whether ${actions(all)} are all: the period has gaps.`
      : `Cannot tell for ${formatNumber(open)} of ${actions(all)}.`,
  nothing: 'Cannot tell whether this person acted: there is no action, and the period has gaps.',
  none: 'This person did not act in the period.',
  who: 'Who',
  also: 'Also known as',
  purpose: 'Purpose of this look',
  case: 'Case',
  period: 'Period',
  whole: 'all time',
  asOf: 'As of',
  balance: 'Balance',
  balances: { accounted: 'accounted', unaccounted: 'unaccounted', unknown: 'cannot tell' },
  sessions: 'Sessions',
  session: (name: string) => `Session ${name}`,
  noSession: 'Actions without a session',
  chart: (rows: number) => `${formatNumber(rows)} sessions on one time axis`,
  kinds: { mail: 'Mail', files: 'Files', directory: 'Directory', other: 'Other' },
  signIn: 'Sign-in',
  gaps: 'Gaps: records may be missing here',
  noGaps: 'No gap in this period.',
  gap: (source: string, state: string) => `${source}, ${state}`,
  since: 'open start',
  now: 'no end',
  actions: 'Actions under their authorization',
  unaccounted: 'Without an authorization',
  showing: (count: number) => `${formatNumber(count)} rows`,
  volumes: 'Volumes',
  noVolumes: 'No volume is stated.',
  usual: 'Compared with usual',
  usualKinds: { mail: 'Mail items read', files: 'Files downloaded' },
  usualDay: { yes: 'as usual', no: 'far more than usual', unknown: 'cannot tell' },
  usualBefore: (median: number, most: number, days: number) =>
    `On ${formatNumber(days)} days of the month before: half of them at most ` +
    `${formatNumber(median)}, the busiest ${formatNumber(most)}.`,
  usualFew: (days: number) =>
    days === 0
      ? 'The store has no such day of the month before.'
      : `The store has only ${formatNumber(days)} such ${days === 1 ? 'day' : 'days'} of the ` +
        'month before, and fewer than 5 show no habit.',
  usualNone: 'No mail item was read and no file downloaded, as far as records tell.',
  busiest: 'Busiest day',
  isNew: 'new',
  firstSeen: 'first seen',
  cannotCompare: 'Cannot tell what is new',
  compared: (days: number) =>
    `Compared with ${formatNumber(days)} active days of the month before.`,
  more: (count: number) => `and ${formatNumber(count)} more`,
  networks: 'Networks',
  devices: 'Devices and clients',
  noneStated: 'none stated',
  signIns: 'Sign-ins',
  signInCounts: (ok: number, failed: number) =>
    `${formatNumber(ok)} succeeded, ${formatNumber(failed)} failed`,
  saveJson: 'JSON',
  print: 'Print',
  items: (count: number) => `${formatNumber(count)} ${count === 1 ? 'item' : 'items'}`,
  unknownContents: 'extent unknown',
  allSessions: 'Show all sessions',
} as const;

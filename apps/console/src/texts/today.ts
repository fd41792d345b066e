import { formatDuration, formatNumber } from '../kit/text/format-time.ts';

function counted(count: number, one: string, many: string): string {
  return `${formatNumber(count)} ${count === 1 ? one : many}`;
}

/** Rounding must not turn a part into the whole. */
function percent(share: number): string {
  return `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;
}

export const todayTexts = {
  title: 'Today',
  accounted: {
    yes: 'Every access is accounted for.',
    no: 'Not every access is accounted for.',
    unknown: 'Cannot tell whether every access is accounted for.',
  },
  share: (part: number, whole: number) =>
    `${percent(part / whole)} of ${formatNumber(whole)} actions have an authorization behind them.`,
  clear: (answer: 'yes' | 'no' | 'unknown', incidents: number) =>
    answer === 'yes'
      ? 'Nothing is wrong.'
      : answer === 'unknown'
        ? 'Cannot tell whether something is wrong.'
        : `Something is wrong. ${counted(incidents, 'incident is', 'incidents are')} open.`,
  links: {
    'reconcile list': 'Show the actions',
    verified: 'Show the sign-ins',
    coverage: 'Show the holes',
    'findings incidents': 'All incidents',
    'rules status': 'Show the rules',
    'feeds list': 'Show the feeds',
  } as Readonly<Record<string, string>>,
  openIncident: 'Open the incident',
  openWorst: 'Open the gravest incident',
  numbersTitle: (from: string, to: string) => `${from} – ${to}, by day (UTC)`,
  numbers: {
    verified: {
      title: 'Access verified',
      hint: 'Sign-ins that the policy decided or checked',
      value: percent,
    },
    accounted: {
      title: 'Actions accounted',
      hint: 'Actions with an authorization behind them',
      value: percent,
    },
    residual: {
      title: 'Residual',
      hint: 'Actions that nothing explains',
      value: formatNumber,
    },
    feedDelay: {
      title: 'Feed delay (p99)',
      hint: 'Age of records when they arrive',
      value: formatDuration,
    },
  },
  of: (part: number, whole: number) => `${formatNumber(part)} of ${formatNumber(whole)}`,
  cannotTell: 'Cannot tell',
  counting: 'The service is counting. The numbers follow.',
  series: (title: string, days: readonly string[]) => `${title} by day: ${days.join(', ')}`,
  dayValue: (day: string, value: string) => `${day} ${value}`,
  dayUnknown: 'cannot tell',
  waiting: 'Waiting for a person',
  waitingNone: 'Nothing waits for a person.',
  waits: {
    'first records': () =>
      'No record has arrived yet. Import an export on the machine of the service: run ' +
      '"countersign import FOLDER". Or connect a tenant in countersign.yaml, as ' +
      'docs/how-to/connect-a-tenant.md explains. Then run "countersign doctor".',
    'incidents unassigned': (count: number) =>
      counted(count, 'incident has no assignee', 'incidents have no assignee'),
    approvals: (count: number) => counted(count, 'approval is open', 'approvals are open'),
    'suppressions ending': (count: number) =>
      counted(count, 'suppression ends within a week', 'suppressions end within a week'),
    'feeds stopped': (count: number) =>
      counted(count, 'feed is stopped or failing', 'feeds are stopped or failing'),
    quarantine: (count: number) =>
      counted(count, 'item could not be read and is quarantined', 'items are quarantined'),
  },
  since: 'first',
  coverage: 'Coverage, 24 hours',
  coverageNone:
    'No collector is configured, so no source reports by itself. Imported files state their own ' +
    'completeness.',
  coverageOf: (source: string, state: string) => `${source}: ${state} now`,
  states: {
    corroborated: 'corroborated',
    collected: 'collected',
    late: 'late',
    lost: 'lost',
    off: 'off',
    unknown: 'cannot tell',
  } as Readonly<Record<string, string>>,
  stateSince: (state: string) => `${state} since`,
  legend: 'Full: collected. Half: late or corrected. Hatched: cannot tell. Empty: lost or off.',
  incidents: 'Open incidents',
  findings: (count: number) => counted(count, 'open finding', 'open findings'),
  assigned: (name: string | null) => (name === null ? 'unassigned' : name),
} as const;

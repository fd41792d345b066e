import { formatNumber } from '../kit/text/format-time.ts';

export const incidentsTexts = {
  title: 'Incidents',
  yes: 'No incident is open.',
  no: (open: number) =>
    open === 1 ? 'One incident is open.' : `${formatNumber(open)} incidents are open.`,
  unknown: 'Cannot tell whether there are incidents.',
  worst: (title: string) => `The gravest: ${title}`,
  looked: (severity: string) => `incidents of at least ${severity} severity, at any time`,
  severityLabel: 'At least',
  severity: 'Severity',
  what: 'What',
  state: 'State',
  states: {
    new: 'New',
    'in progress': 'In progress',
    suppressed: 'Suppressed',
    resolved: 'Resolved',
  },
  findings: 'Findings',
  open: (open: number, all: number) => `${formatNumber(open)} of ${formatNumber(all)} open`,
  assignee: 'Assigned to',
  noOne: 'no one',
  first: 'First',
  last: 'Last',
} as const;

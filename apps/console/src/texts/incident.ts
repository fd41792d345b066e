import { formatNumber } from '../kit/text/format-time.ts';

function counted(count: number, one: string, many: string): string {
  return `${formatNumber(count)} ${count === 1 ? one : many}`;
}

function clearedText(cleared: number, all: number): string {
  return all === 1 ? 'cleared' : `${formatNumber(cleared)} cleared`;
}

export const incidentTexts = {
  title: 'Incident',
  notOut: (open: number, unknown: number) =>
    `They are not out: ${counted(open, 'foothold is', 'footholds are')} open, and ` +
    `${counted(unknown, 'is', 'are')} unknown.`,
  cannotTell: (unknown: number) =>
    'Cannot tell whether they are out: ' +
    `${counted(unknown, 'foothold is', 'footholds are')} unknown.`,
  findings: (open: number, all: number) =>
    `${formatNumber(open)} of ${counted(all, 'finding', 'findings')} open`,
  assigned: (name: string | null) => (name === null ? 'Assigned to no one' : `Assigned to ${name}`),
  brief: 'Brief',
  story: 'What happened',
  noStory: 'No step is left.',
  phases: {
    'got-in': 'Got in',
    'gained-power': 'Gained power',
    read: 'Read',
    hid: 'Hid',
    other: 'Did more',
  } as Readonly<Record<string, string>>,
  confidence: (share: number) => `confidence ${share.toFixed(2)}`,
  steps: (count: number) => `${counted(count, 'more step', 'more steps')} of low severity`,
  fewer: 'Fewer steps',
  graph: 'Who tainted what',
  asGraph: 'Picture',
  asTable: 'Table',
  graphHelp: 'Arrow keys move between parties. Enter shows the evidence.',
  graphEmpty: 'No record connects the parties.',
  nodeKinds: {
    account: 'account',
    application: 'app',
    session: 'session',
    address: 'address',
    mailbox: 'mailbox',
    site: 'site',
    other: 'object',
  } as Readonly<Record<string, string>>,
  groupOf: (count: number, kind: string) => `${formatNumber(count)} more (${kind})`,
  acts: (count: number) => `${formatNumber(count)} acts`,
  times: (count: number) => (count === 1 ? '' : `${formatNumber(count)} times`),
  nodeLabel: (kind: string, name: string, cleared: number, all: number) =>
    `${kind} ${name}${cleared === 0 ? '' : `, ${clearedText(cleared, all)}`}`,
  clearedText,
  edgeLabel: (from: string, act: string, to: string) => `${from}: ${act}: ${to}`,
  tableOf: (what: string) => `${what}: acts`,
  chosen: 'Chosen acts',
  omitted: (count: number) => `${counted(count, 'party is', 'parties are')} not shown.`,
  selectHint: 'Choose a party or a line to see its evidence.',
  because: 'Why it is suspect',
  notSuspect: 'It was read or changed. It is not under their control.',
  acting: 'Acts',
  from: 'From',
  act: 'Act',
  to: 'To',
  first: 'First',
  evidence: 'Evidence',
  rests: 'Rests on',
  records: 'records',
  doubts: 'If a finding is a false alarm',
  doubtsNone: 'No single finding decides: each is confirmed by others.',
  without: 'Answer without it',
  decides: (clears: number, open: number, left: number) =>
    `Without it, ${counted(clears, 'party is', 'parties are')} cleared and ` +
    `${formatNumber(left)} of ${counted(open, 'foothold stays', 'footholds stay')} open.`,
  whatIf: (count: number) =>
    `This is the answer without ${counted(count, 'finding', 'findings')}. Nothing is recorded.`,
  whatIfEnd: 'Show the whole answer',
  open: 'Still open',
  openNone: 'No foothold is known to be open. The live state was not read back.',
  openMore: (count: number) => `and ${formatNumber(count)} more`,
  unknownFootholds: (count: number) => `${counted(count, 'foothold', 'footholds')} cannot be told`,
  wouldDecide: 'Would decide it',
  doFirst: 'Do first',
  read: 'What they read',
  readItems: (items: number, isMore: boolean) =>
    `at least ${counted(items, 'item', 'items')}` +
    (isMore ? ', and more that was not recorded' : ''),
  readNone: 'No record shows that they read anything.',
  readUnknown: (why: string) => `Cannot tell whether that is all: ${why}.`,
  work: 'Work',
  workNone: 'No one has worked on it yet.',
  assignToMe: 'Assign to me',
  unassign: 'Unassign',
  mark: 'Set status',
  comment: 'Comment',
  status: 'Status',
  verdict: 'What was it?',
  verdictHint: 'The precision of a rule counts these answers.',
  noVerdict: 'Not said',
  verdicts: {
    'true-positive': 'An attack',
    benign: 'What the rule searches for, by people who may',
    'false-positive': 'A false alarm',
  },
  statuses: {
    new: 'New',
    'in-progress': 'In progress',
    suppressed: 'Suppressed',
    resolved: 'Resolved',
  },
  statusWords: {
    new: 'New',
    'in progress': 'In progress',
    suppressed: 'Suppressed',
    resolved: 'Resolved',
  } as Readonly<Record<string, string>>,
  reason: 'Reason',
  markTitle: 'Set the status of all findings',
  markTitleOne: 'Set the status of this finding',
  commentTitle: 'Add a comment',
  commentText: 'Comment',
  commentHint: 'It becomes an entry of the ledger with your name.',
  send: 'Save',
  changed:
    'Someone else changed this meanwhile, so your change was not saved. Read what they did, then ' +
    'do it again.',
  workKinds: {
    status: (value: string | null, reason: string | null) =>
      `set the status to ${value ?? '?'}${reason === null ? '' : `: ${reason}`}`,
    assignment: (value: string | null) =>
      value === null ? 'assigned it to no one' : `assigned it to ${value}`,
    comment: (value: string | null) => value ?? '',
  },
  more: (count: number) => `+${formatNumber(count)}`,
  ties: 'Why these findings belong together',
  tie: (kind: string, name: string) => `same ${kind} ${name}`,
} as const;

export const findingTexts = {
  title: 'Finding',
  incident: (title: string, count: number) =>
    `Part of: ${title} (${counted(count, 'finding', 'findings')})`,
  why: 'Why',
  harmless: 'Could be harmless if',
  noHarmless: 'Its rule states no harmless explanation.',
  next: 'Do',
  afterwards: 'Then',
  people: 'People',
  addresses: 'Addresses',
  apps: 'Apps',
  sessions: 'Sessions',
  techniques: 'Techniques',
  rule: 'Rule',
  confidence: 'Confidence',
  events: 'Evidence',
  time: 'Time',
  who: 'Who',
  operation: 'Action',
  object: 'Object',
  address: 'Address',
  entry: 'Entry',
  erased: 'erased',
} as const;

export const briefTexts = {
  title: 'Incident brief',
  titleOfPeriod: 'Brief',
  print: 'Print',
  asOf: 'As of',
  entries: 'Entries',
  wouldDecide: (what: string) => `What would decide it: ${what}`,
  back: 'Incident',
} as const;

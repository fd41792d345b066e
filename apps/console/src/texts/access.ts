import { formatNumber } from '../kit/text/format-time.ts';

const people = (count: number): string =>
  `${formatNumber(count)} ${count === 1 ? 'sign-in' : 'sign-ins'}`;

export const accessTexts = {
  title: 'Access',
  tabs: {
    decisions: 'Decisions',
    passes: 'Passes',
    policies: 'Policies',
    verification: 'Verification',
  },
  noTab: 'Your role shows no part of this page.',
  outcomes: { permit: 'Permit', deny: 'Deny', 'step-up': 'Step-up', unknown: 'Deny: unknown' },
  all: 'All answers',
  outcome: 'Answer',
  who: 'Who',
  what: 'What',
  why: 'Why',
  time: 'Time',
  point: 'Enforcement point',
  reference: 'Reference',
  person: 'Person or workload',
  explain: 'Explain a refusal',
  explainHint: 'The reference that the caller reads out',
  placeholder: 'Reference: 1a2b-3c4d-5e6f',
  find: 'Explain',
  looked: (outcome: string | undefined, user: string | undefined) =>
    [
      outcome === undefined ? 'decisions of the policy' : `decisions with the answer "${outcome}"`,
      ...(user === undefined ? [] : [`about ${user}`]),
    ].join(' '),
  verified: {
    yes: (count: number) => `The policy verified every one of ${people(count)}.`,
    no: (count: number) => `${people(count)} succeeded although the policy denies them.`,
    unknown: (open: number, all: number) =>
      all === 0
        ? 'Cannot tell whether access is verified: no sign-in is known.'
        : `Cannot tell for ${formatNumber(open)} of ${people(all)} whether a policy permits them.`,
    gaps: 'Cannot tell whether the policy verified every sign-in: some may be missing.',
  },
} as const;

export const decisionTexts = {
  title: (reference: string) => `Decision ${reference}`,
  permit: 'Permitted.',
  deny: 'Refused.',
  'step-up': 'Refused. A stronger factor is needed.',
  unknown: 'Refused, because an input is unknown.',
  why: 'Why',
  help: 'What would help',
  inputs: 'What the policy read',
  input: 'Input',
  state: 'State',
  states: { fresh: 'known', stale: 'too old', missing: 'missing' },
  source: 'Source',
  age: 'Read',
  ago: (duration: string) => `${duration} before`,
  atOnce: 'less than a second before',
  never: 'never',
  policies: 'Deciding policies',
  obligations: 'Obligations',
  evidence: 'Evidence',
  close: 'Close',
  pass: 'Pass',
  on: (action: string, resource: string) => `${action} on ${resource}`,
  notFound: 'No such decision',
} as const;

export const passTexts = {
  looked: (isAll: boolean) => (isAll ? 'passes' : 'open passes'),
  one: (id: string) => `the pass ${id}`,
  allOpen: 'Show all open passes',
  entry: 'Entry',
  all: 'Ended and lapsed passes as well',
  state: 'State',
  states: { open: 'Open', ended: 'Ended', lapsed: 'Lapsed' },
  who: 'Who',
  what: 'What',
  point: 'Enforcement point',
  opened: 'Opened',
  until: 'Until',
  reason: 'Reason',
  end: 'End',
  endTitle: (who: string) => `End the pass of ${who}?`,
  preview: (what: string, point: string) =>
    `${point} stops accepting it at once (${what}), and Countersign informs receivers of ` +
    'events. Tokens ' +
    'that the suite already issued stay valid until they expire. This cannot be undone: the ' +
    'person signs in again for a new pass.',
} as const;

export const policyTexts = {
  noneInForce: 'No policies are in force. These come with the program.',
  inForce: (version: string, by: string) => `Version ${version}, put in force by ${by}`,
  changed: 'Changed here. Nothing is in force until an administrator runs "policy use".',
  file: 'File',
  text: 'Text of the policies',
  check: 'Check',
  test: 'Run the tests',
  replay: 'Replay over this period',
  reset: 'Undo all changes',
  save: 'Download the changed files',
  valid: (count: number) => `All ${formatNumber(count)} policies are valid.`,
  invalid: (count: number) => `${formatNumber(count)} ${count === 1 ? 'problem' : 'problems'}.`,
  problemAt: (file: string, line: number, column: number) => `${file}, line ${line}:${column}`,
  tests: 'Tests',
  passed: (count: number) => `All ${formatNumber(count)} tests pass.`,
  failed: (bad: number, all: number) => `${formatNumber(bad)} of ${formatNumber(all)} tests fail.`,
  noTests: 'Cannot tell: the ledger keeps no tests of these policies.',
  history: 'History of versions',
  since: 'since',
  running: 'Replaying. A month of a large company takes minutes.',
  deny: (count: number, stopped: number, all: number) =>
    `Would have refused ${formatNumber(count)} ${count === 1 ? 'principal' : 'principals'} ` +
    `in this period${
      all === 0
        ? '. No attack was found in it.'
        : `, and stopped ${formatNumber(stopped)} of ${formatNumber(all)} attacks.`
    }`,
  permitMore: (count: number) =>
    `Would have permitted ${formatNumber(count)} more ${count === 1 ? 'principal' : 'principals'}.`,
  same: (same: number, all: number) =>
    `The answer is the same for ${formatNumber(same)} of ${formatNumber(all)} decisions.`,
  cannot: 'Cannot tell',
  losing: 'Would lose access',
  gaining: 'Would gain access',
  attacks: 'Attacks of this period',
  stopped: { yes: 'stopped', no: 'not stopped', unknown: 'cannot tell' },
  times: (count: number) => `${formatNumber(count)} times`,
} as const;

export const verificationTexts = {
  flow: 'Flow',
  all: 'Sign-ins',
  decided: 'Decided before access',
  checked: 'Checked after it',
  unverified: 'Unverified',
  disagree: 'Policy denies',
  because: 'Unverified because',
  looked: 'sign-ins',
  flows: {
    interactiveUser: 'People, interactive',
    nonInteractiveUser: 'People, in the background',
    servicePrincipal: 'Applications',
    managedIdentity: 'Managed identities',
    unknown: 'Not stated',
  } as Readonly<Record<string, string>>,
} as const;

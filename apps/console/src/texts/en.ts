import { formatNumber } from '../kit/text/format-time.ts';

/**
 * Texts of the shell and of the kit. Each page has its own file beside this one. Another language
 * is another module of the same shape.
 */
export const texts = {
  close: 'Close',
  cancel: 'Cancel',
  loading: 'Loading …',
  showAll: 'show all',
  answers: { yes: 'Yes', no: 'No', unknown: 'Cannot tell' },
  severities: ['Unknown', 'Informational', 'Low', 'Medium', 'High', 'Critical', 'Fatal'],
  shell: {
    product: 'Countersign',
    skip: 'Skip to the page',
    navigation: 'Pages',
    more: 'More',
    search: 'Search people, apps, addresses, sessions and entries',
    searchHint: 'Search',
    display: 'Colors and time zone',
    colors: 'Colors',
    colorNames: {
      system: 'As the system',
      light: 'Light',
      dark: 'Dark',
      contrast: 'High contrast',
    },
    times: 'Times',
    timeZoneNames: { utc: 'UTC', local: 'Time zone of this device' },
    account: 'Account',
    signedInAs: (who: string) => `Signed in as ${who}`,
    signOut: 'Sign out',
  },
  signIn: {
    title: 'Sign in to Countersign',
    explanation: "Sign in with your company's account.",
    withProvider: 'Sign in',
    withPasskey: 'Sign in with a passkey',
    breakGlass:
      'For the operators who hold a passkey of this service, if the provider does not work.',
    onlyPasskey: 'This service has no identity provider. Sign in with a passkey, or with a link.',
    onlyLink: 'This service has no identity provider. Sign in with a link.',
    passkeyFailed: (why: string) => `Could not sign in with a passkey: ${why}`,
    withLink:
      'No account yet? An administrator makes a link for one sign-in: ' +
      'run "countersign operators link" on the machine of the service.',
    failed: (why: string) => `The service could not tell who you are: ${why}`,
    ended: 'Your session has ended',
    endedExplanation: 'The page stays as it is. Sign in in another window, then go on here.',
    again: 'Sign in again',
    checkAgain: 'I signed in',
    done: 'You are signed in. You can close this window.',
  },
  keys: {
    title: 'Keys',
    everywhere: 'Everywhere',
    pages: 'Go to a page',
    list: 'In a list',
    help: 'Show the keys',
    search: 'Search',
    next: 'Next row',
    previous: 'Previous row',
    closePanel: 'Close the panel',
    goTo: (page: string) => page,
  },
  period: {
    label: 'Period',
    range: (from: string | undefined, to: string | undefined) => {
      if (from === undefined) return to === undefined ? 'at any time' : `before ${to}`;
      return to === undefined ? `since ${from} UTC` : `from ${from} to ${to}`;
    },
    text: (period: string, from: string | undefined, to: string | undefined) =>
      period === 'all'
        ? 'All time'
        : period === '1'
          ? 'Last 24 hours'
          : period === 'other'
            ? `${from?.slice(0, 10) ?? '…'} – ${to?.slice(0, 10) ?? '…'}`
            : `Last ${period} days`,
  },
  errors: {
    title: (kind: 'unreachable' | 'stepUp' | 'refused' | 'failed') =>
      ({
        unreachable: 'The service cannot be reached.',
        stepUp: 'Prove again who you are.',
        refused: 'Your role does not allow this.',
        failed: 'The service could not answer.',
      })[kind],
    retry: 'Try again',
    stepUpByLink:
      'Without a passkey: run "countersign operators link" on the machine of the service, open ' +
      'the link in this browser, then try again.',
    noPage: 'There is no such page',
    goHome: 'Go to the first page',
    broken: 'This page failed',
    notSent: 'The service did not send the code of this page. Try again when it runs.',
  },
  act: {
    reason: 'Reason',
    reasonHint: 'The entry of this act states it.',
    stepUp: 'Prove who you are',
    stepUpWithPasskey: 'Prove who you are with your passkey',
    proved: 'Done. Now repeat the act.',
  },
  empty: {
    none: (looked: string) => `None: ${looked}.`,
    unknown: (looked: string) => `Cannot tell whether there are any: ${looked}.`,
  },
  list: {
    count: (count: number, hasMore: boolean) =>
      hasMore ? `${formatNumber(count)} shown, more follow` : `${formatNumber(count)} in all`,
    asOf: 'as of',
    csv: (count: number, hasMore: boolean) =>
      hasMore ? `CSV of the ${formatNumber(count)} shown` : 'CSV',
    json: (count: number, hasMore: boolean) =>
      hasMore ? `JSON of the ${formatNumber(count)} shown` : 'JSON',
    unsure: 'Cannot tell what is new: the live connection was cut.',
    readAgain: 'Read the list again',
    notAllRead: 'The list has more items than were read: scroll to its end.',
    fresh: (count: number) => `${formatNumber(count)} new`,
  },
  evidence: {
    title: (entry: string) => `Entry ${entry}`,
    entry: (entry: number | string) => `#${entry}`,
    none: 'The ledger has no such entry.',
    kind: 'Kind',
    source: 'Source',
    tenant: 'Tenant',
    happened: 'Happened',
    seen: 'Recorded',
    id: 'Id at the source',
    body: 'Body',
    bodyStates: {
      'as committed': 'These are the bytes that the ledger committed to.',
      'not as committed': 'These bytes are not what the ledger committed to: they were changed.',
      erased: 'The body was erased. The proof of the entry still holds.',
    },
    erased: (by: string, reason: string) => `Erased by ${by}: ${reason}`,
  },
} as const;

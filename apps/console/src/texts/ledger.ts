import { formatNumber } from '../kit/text/format-time.ts';

export const ledgerTexts = {
  title: 'Ledger',
  views: 'Views',
  tabs: { log: 'Log', entries: 'Entries', erasures: 'Erasures and holds' },
  answers: {
    yes: (size: number) =>
      `The log is signed by the key that you pinned: ${formatNumber(size)} entries.`,
    no: 'The log is not signed by the key that you pinned.',
    unpinned: 'Cannot tell whose log this is: you pinned no key.',
    unwitnessed: 'The log is signed by your key. Cannot tell whether your witnesses saw it.',
  },
  stated: 'What the service states',
  origin: 'Log',
  size: 'Entries',
  root: 'Root',
  key: 'Key',
  signers: 'Signed by',
  witnesses: (count: number) =>
    count === 0
      ? 'No witness has cosigned. Only the log itself vouches for its past.'
      : count === 1
        ? 'One witness has cosigned.'
        : `${count} witnesses have cosigned.`,
  growth: 'Growth',
  growthLabel: 'Entries that each retained checkpoint added, oldest first',
  checkpoints: 'Retained checkpoints',
  looked: 'retained checkpoints',
  lastEntry: 'Last entry',
  prove: 'Prove a record',
  proveHint: 'Number of the entry, such as 3461',
  check: 'Check this entry',
  exportTitle: 'Evidence for someone else',
  exportHint: 'Numbers of entries, separated by spaces',
  exportAs: 'Export evidence (HTML)',
  exportNote:
    'One file that shows these entries and verifies them in a browser, offline, against the key ' +
    'that its reader enters. Send the key another way.',
  exported: (bytes: number) => `Exported: ${formatNumber(bytes)} bytes.`,
  noNumber: 'Give numbers of entries.',
  entry: 'Entry',
  kind: 'Kind',
  allKinds: 'All kinds',
  kinds: 'Kind of entry',
  source: 'Source',
  happened: 'Happened',
  recorded: 'Recorded',
  entriesLooked: 'entries of the ledger',
  newest: 'Newest first',
  erasures: 'Erasures',
  erasuresLooked: 'erasures',
  erased: 'Erased',
  bodies: 'Bodies',
  by: 'By',
  because: 'Because',
  holds: 'Holds',
  holdsLooked: 'active holds',
  case: 'Case',
  scope: 'Holds',
  everything: 'everything',
} as const;

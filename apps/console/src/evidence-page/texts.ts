import type { ProofStep } from '../proof/proof-step.ts';

/** The answers as characters, beside words and colors. */
export const MARKS: Readonly<Record<ProofStep['answer'], string>> = {
  yes: '\u2713',
  no: '\u2715',
  unknown: '?',
};

export const ANSWERS: Readonly<Record<ProofStep['answer'], string>> = {
  yes: 'yes',
  no: 'no',
  unknown: 'cannot tell',
};

export const STEPS: Readonly<Record<ProofStep['kind'], string>> = {
  leaf: 'Hash of the entry',
  body: 'Body as committed',
  path: 'Path to the root',
  root: 'Root of the log',
  signature: 'Signed by the log',
  witness: 'Seen by a witness',
};

export const TEXTS = {
  title: 'Evidence from a ledger',
  changed: 'Not verified: this file was changed.',
  changedWhy:
    'The page is not the one that Countersign writes around its evidence, so it shows none of ' +
    'it. If an extension of this browser changes pages, open the file without it.',
  noKey: 'Cannot tell whose log this is.',
  noKeyWhy:
    'All parts of the file fit together, but no key is pinned, so anyone could have made it. ' +
    'Enter the key of the log. Get the key from its owner, not from the sender of this file.',
  failed: 'Not verified.',
  silent: 'Cannot tell: a witness that you named has not signed.',
  silentWhy: 'The log signed all entries. Without the witness, it could show others another log.',
  key: 'Key of the log, from its owner',
  keyFile: 'Or a file that holds the key',
  witnesses: 'Keys of witnesses that you trust, one per line (optional)',
  wholeFile: 'Check every byte: choose this same file',
  wholeHint:
    'A page does not see the letter case of its tags, or the spaces in them. They change nothing ' +
    'that it shows or computes. In the file itself, they are compared too.',
  wholeYes: 'The file that you chose is this page, byte for byte.',
  wholeNo: 'The file that you chose is not this page: at least one byte differs.',
  log: 'Log',
  limits: 'What this page cannot prove',
  limitsText: [
    'It cannot prove itself. A forger can write a page that looks like this one and claims ' +
      'anything. If you do not trust the sender, use your own copy of Countersign: ' +
      'countersign evidence verify FILE --key KEY',
    'It proves that the log has these entries. It does not prove that the log has all entries, ' +
      'or that a record was true when it was delivered.',
    'If a body is missing, the sender did not export it, or an erasure removed it. The proof of ' +
      'the entry still holds.',
  ],
  entries: 'Entries',
  noBody: 'The body is missing: the sender did not export it, or an erasure removed it.',
  notText: 'The body is not text.',
  showAll: 'Show the whole body',
} as const;

export function verifiedText(entries: number): string {
  const all = entries === 1 ? 'The entry is' : `All ${entries} entries are`;
  return `Verified. ${all} in the log of the key that you pinned.`;
}

export const proofTexts = {
  title: 'Proof, checked in this browser',
  running: 'Checking …',
  verdicts: {
    yes: 'This entry is in the log of the key that you pinned.',
    no: 'This entry is not proven.',
    unknown: 'Cannot tell whose log this entry is in.',
  },
  fromService:
    'The key was pinned from what this service states. That shows that the log stays the same ' +
    'one, not whose it is: compare the key with its owner.',
  withoutBody:
    'Your role does not see the body, so it was not compared. The line of the entry was.',
  steps: {
    leaf: 'Hash of the entry',
    body: 'Body as committed',
    path: 'Path to the root',
    root: 'Root of the log',
    signature: 'Signed by the log',
    witness: 'Seen by a witness',
  },
  pin: 'Pin a key',
  change: 'Change the pinned key',
  pinTitle: 'Which log do you believe?',
  pinHint:
    'Get the key of the log from its owner, on another way than this page. It stays on this ' +
    'device. A page that asks the same service for key and proof proves nothing.',
  logKey: 'Key of the log',
  witnessKeys: 'Keys of witnesses that you trust, one per line (optional)',
  save: 'Pin',
  useStated: 'Use the key that this service states',
  remove: 'Remove',
  again: 'Check again',
} as const;

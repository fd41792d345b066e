import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type RowParts, row, START_MS } from './testing/rows.ts';
import { volumesOf } from './volume.ts';

const bind: RowParts = { accessType: 'Bind', mailbox: 'a@x' };
const file: RowParts = { classUid: 6006, activityId: 2, statusId: 1 };
const HOUR = 3_600_000;

const cases: readonly [string, readonly RowParts[], readonly string[]][] = [
  ['nothing', [{ operation: 'Set-Mailbox' }], []],
  [
    'items read, by mailbox',
    [
      { ...bind, itemCount: 300 },
      { ...bind, mailbox: 'b@x', itemCount: 11 },
      { ...bind, mailbox: 'c@x' },
    ],
    ['read at least 312 items in 3 mailboxes'],
  ],
  ['one of each', [bind], ['read at least 1 item in 1 mailbox']],
  [
    'a mailbox without name',
    [bind, { ...bind, mailbox: null }],
    ['read at least 2 items in at least 1 mailbox'],
  ],
  [
    'a synchronised folder, once however often',
    [1, 2].map(() => ({ accessType: 'Sync', mailbox: 'a@x', folder: '\\Inbox' })),
    ['1 folder synchronised in 1 mailbox, contents not known: assume every item taken'],
  ],
  [
    'a synchronised folder without name',
    [{ accessType: 'Sync', mailbox: 'a@x' }],
    [
      '1 synchronisation of a folder that is not named, ' +
        'contents not known: assume every item taken',
    ],
  ],
  [
    'throttled recording, united where it overlaps',
    [
      { ...bind, isThrottled: true, timeMs: START_MS },
      { ...bind, isThrottled: true, timeMs: START_MS + 2 * HOUR },
    ],
    [
      'read at least 2 items in 1 mailbox',
      'recording of a@x throttled from 2024-01-12 08:00 UTC for 26 h: ' +
        'what was read then is not known',
    ],
  ],
  ['mail sent', [{ classUid: 4009, activityId: 1, statusId: 1 }], ['sent at least 1 message']],
  [
    'files, by what was done, with sizes where stated',
    [
      { ...file, object: '/a', byteCount: 1_999_999 },
      { ...file, object: '/a' },
      { ...file, object: '/b', statusId: 2 },
      { ...file, activityId: 14, object: '/c' },
    ],
    [
      'downloaded files at least 2 times: 1 different, at least 1.9 MB',
      'opened files at least 1 time: 1 different, sizes not stated',
    ],
  ],
];

for (const [what, parts, sentences] of cases) {
  test(`volumes say ${what}`, () => {
    assert.deepEqual(volumesOf(parts.map((part, i) => row(i, part))), sentences);
  });
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type RowParts, row, START_MS } from '../../store/testing/rows.ts';
import { volumesOf } from './activity-volume.ts';

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
    ['read items at least 312 times in 3 mailboxes'],
  ],
  ['one of each', [bind], ['read items at least 1 time in 1 mailbox']],
  [
    'a mailbox without name',
    [bind, { ...bind, mailbox: null }],
    ['read items at least 2 times in at least 1 mailbox'],
  ],
  [
    'what a record that does not say how counts as: read',
    [{ operation: 'MailItemsAccessed', mailbox: 'a@x', itemCount: 4 }],
    ['read items at least 4 times in 1 mailbox'],
  ],
  ['nothing of what was refused', [{ ...bind, statusId: 2 }], []],
  [
    'mail deleted',
    [
      { operation: 'HardDelete', mailbox: 'a@x', itemCount: 2, statusId: 1 },
      { operation: 'MoveToDeletedItems', mailbox: 'a@x', statusId: 1 },
      { operation: 'SoftDelete', mailbox: 'b@x', statusId: 2 },
    ],
    ['deleted mail at least 3 times in 1 mailbox'],
  ],
  [
    'a synchronized folder, once however often',
    [1, 2].map(() => ({ accessType: 'Sync', mailbox: 'a@x', folder: '\\Inbox' })),
    ['1 folder synchronized in 1 mailbox, contents not known: assume that every item was taken'],
  ],
  [
    'a synchronized folder without name',
    [{ accessType: 'Sync', mailbox: 'a@x' }],
    [
      '1 synchronization of an unnamed folder, ' +
        'contents not known: assume that every item was taken',
    ],
  ],
  [
    'throttled recording, united where it overlaps',
    [
      { ...bind, isThrottled: true, timeMs: START_MS },
      { ...bind, isThrottled: true, timeMs: START_MS + 2 * HOUR },
    ],
    [
      'read items at least 2 times in 1 mailbox',
      'recording of a@x throttled from 2024-01-12 08:00 UTC for 26 h: ' +
        'reads of that time are not known',
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
  test(`describes ${what}`, () => {
    assert.deepEqual(volumesOf(parts.map((part, i) => row(i, part))), sentences);
  });
}

test('counts an item once per mailbox, however often it is read', () => {
  const rows = [
    row(0, { ...bind, itemCount: 3 }),
    row(1, { ...bind, itemCount: 2 }),
    row(2, { ...bind, mailbox: 'b@x' }),
  ];
  const items = new Map([
    [0, ['<1>', '<2>', '<3>']],
    [1, ['<2>', '<4>']],
    [2, ['<1>']],
  ]);
  assert.deepEqual(volumesOf(rows, { items }), [
    'read at least 5 items in 2 mailboxes, at least 6 times',
  ]);
  const once = new Map([[0, ['<1>', '<2>', '<3>']]]);
  assert.deepEqual(volumesOf(rows.slice(0, 1), { items: once }), [
    'read at least 3 items in 1 mailbox',
  ]);
  assert.deepEqual(volumesOf(rows.slice(0, 1), { items: new Map() }), [
    'read at least 1 item in 1 mailbox, at least 3 times',
  ]);
});

test("a mailbox throttled by another person's reading is throttled for everyone", () => {
  const mine = [row(0, { ...bind, timeMs: START_MS + HOUR })];
  const others = [row(1, { ...bind, isThrottled: true, timeMs: START_MS })];
  assert.deepEqual(volumesOf(mine, { throttled: others }).slice(1), [
    'recording of a@x throttled from 2024-01-12 08:00 UTC for 24 h: ' +
      'reads of that time are not known',
  ]);
});

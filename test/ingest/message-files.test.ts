import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { askLines, assertFsckClean, importHere } from '../support/account.ts';
import { bodiesOf } from '../support/collection/offered-records.ts';
import { temporaryFolder } from '../support/folders.ts';

const root = temporaryFolder('message-files');
const LURE = 'https://lure.example/in';
const TRACE = '0a1e0000-0000-4000-8000-000000000001';

function messageText(head: readonly string[] = []): string {
  return [
    'Received: from mx.sender.example (203.0.113.5) by in.northmoor.example with SMTP;',
    ' Mon, 2 Mar 2026 09:00:05 +0000',
    'From: Vivian <boss@sender.example>',
    'To: bob@northmoor.example',
    'Message-ID: <1@sender.example>',
    ...head,
    'MIME-Version: 1.0',
    'Content-Type: multipart/mixed; boundary=b1',
    '',
    ...['--b1', 'Content-Type: text/plain', '', `Secret words. ${LURE}`],
    ...[
      '--b1',
      'Content-Type: application/x-rdp; name=Check.rdp',
      '',
      'full address:s:x',
      '--b1--',
    ],
  ].join('\r\n');
}

function write(name: string, bytes: string | Buffer): string {
  writeFileSync(join(root, name), bytes);
  return join(root, name);
}

test('keeps headers, attachments and links of message files, not the text', async () => {
  const dir = join(root, 'plain');
  const folder = join(root, 'mails');
  mkdirSync(folder);
  const text = messageText();
  const two = messageText(['Subject: two']);
  writeFileSync(join(folder, 'one.without-ending'), text);
  writeFileSync(join(folder, 'again.eml'), text);
  writeFileSync(join(folder, 'more.gz'), gzipSync(two));
  writeFileSync(join(folder, 'no-time.eml'), 'From: a@b.example\r\nMessage-ID: <2@b>\r\n\r\n');
  const report = await importHere(dir, folder);
  assert.deepEqual([report.accepted, report.duplicates, report.rejected], [6, 3, 1]);
  assert.match(report.rejects[0]?.reason ?? '', /no-time\.eml": neither "Received" nor "Date"/);
  const bodies = await bodiesOf(dir, ({ source }) => source === 'mail/message');
  assert.equal(bodies.length, 6);
  assert.doesNotMatch(bodies.join(), /Secret words|full address/);
  type Mail = { email: { files?: { name: string }[]; urls?: { url_string: string }[] } };
  const mails = (await askLines<Mail>(dir, ['timeline'])).map(({ email }) => email);
  assert.equal(mails.filter(({ files }) => files?.[0]?.name === 'Check.rdp').length, 2);
  assert.equal(mails.filter(({ urls }) => urls?.[0]?.url_string === LURE).length, 2);
  await assertFsckClean(dir);
});

test('a message that is also in a trace is one action, in either order', async () => {
  const trace = {
    id: TRACE,
    messageId: '<1@sender.example>',
    receivedDateTime: '2026-03-02T09:00:06Z',
    senderAddress: 'boss@sender.example',
    recipientAddress: 'Bob@northmoor.example',
    status: 'delivered',
    fromIP: '203.0.113.5',
    size: 1200,
  };
  const header = `X-MS-Exchange-Organization-Network-Message-Id: ${TRACE.toUpperCase()}`;
  const files = [
    write('trace.json', JSON.stringify({ value: [trace] })),
    write('kept.eml', messageText([header])),
  ];
  for (const [at, order] of [files, files.toReversed()].entries()) {
    const dir = join(root, `trace-${at}`);
    await importHere(dir, ...order);
    const messageRows = await askLines<{
      activity_id: number;
      status_id: number;
      unmapped: { entries: number[] };
    }>(dir, ['timeline']);
    const [message, ...parts] = messageRows.toSorted((a, b) => a.activity_id - b.activity_id);
    assert.deepEqual([message?.activity_id, message?.status_id], [2, 1]);
    assert.equal(message?.unmapped.entries.length, 2);
    assert.deepEqual(
      parts.map(({ activity_id: activity }) => activity),
      [3, 3],
    );
  }
});

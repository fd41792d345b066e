import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isMessage } from './is-message.ts';
import { HEAD_BYTES_MAX, LINKS_MAX, PARTS_MAX } from './limits.ts';
import { type MessageRead, readMessage } from './read-message.ts';

type MessageBytes = string | Buffer;

/** In pieces of a size that matches no line or boundary. */
async function* pieces(text: MessageBytes, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text as string);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

function reading(text: MessageBytes, size = 4096): Promise<MessageRead> {
  return readMessage(pieces(text, size), 'x.eml');
}

const HEAD = [
  'From: "Castellan, Vivian" <Boss@sender.example>',
  'To: Bob <bob@northmoor.example>',
  'Date: Mon, 2 Mar 2026 10:00:00 +0100',
  'Message-ID: <1@sender.example>',
  'MIME-Version: 1.0',
];

function message(head: readonly string[], ...body: readonly string[]): string {
  return [...HEAD, ...head, '', ...body].join('\r\n');
}

const MBOX = 'From boss@sender.example Mon Mar  2 09:00:00 2026\n';

for (const size of [1, 7, 300, 4096]) {
  test(`reads a message from a mailbox file without its first line, ${size}`, async () => {
    const text = message([HTML], '<a href="https://x.example/a">a</a>', '', '>From me', 'From you');
    assert.ok(isMessage(Buffer.from(MBOX + text), 0));
    const [alone, boxed] = [await reading(text, size), await reading(MBOX + text, size)];
    assert.equal(boxed.rows.length, alone.rows.length);
    assert.deepEqual(boxed.unread, []);
    assert.equal(boxed.bytes, alone.bytes + MBOX.length);
    assert.ok(JSON.stringify(boxed.rows).includes('https://x.example/a'));
    assert.deepEqual(boxed.rows[0]?.['SenderFromAddress'], alone.rows[0]?.['SenderFromAddress']);
  });

  test(`reads the first of several messages of a mailbox file, ${size}`, async () => {
    const link = (host: string): string => `<a href="https://${host}.example/">x</a>`;
    const [one, two] = ['one', 'two'].map((host) => message([HTML], link(host), ''));
    const read = await reading(`${MBOX}${one}\r\n${MBOX}${two}`, size);
    const rowsText = JSON.stringify(read.rows);
    assert.ok(rowsText.includes('one.example') && !rowsText.includes('two.example'));
    assert.match(read.unread.join(), /a mailbox of several messages: only the first one was read/);
  });
}

const MIXED = 'Content-Type: multipart/mixed; boundary="b1"';
const HTML = 'Content-Type: text/html; charset=utf-8';

test('reads the relevant headers, decoded, with the first hop from outside', async () => {
  const { rows } = await reading(
    [
      'Received: from a.prod.outlook.example (2001:db8::1) by b.prod.outlook.example with HTTPS;',
      ' Mon, 2 Mar 2026 09:00:07 +0000',
      'Received: from mx.sender.example (unknown [203.0.113.5])',
      '\tby c.outlook.example (10.152.16.1) with SMTP; Mon, 2 Mar 2026 09:00:05 +0000 (UTC)',
      'Received: from forged.example (198.51.100.9) by mx.sender.example; 2 Mar 2026 09:00:00 GMT',
      'Authentication-Results: spf=pass smtp.mailfrom=sender.example; dmarc=none',
      'Return-Path: <bounce@sender.example>',
      'Reply-To: =?utf-8?Q?V=C3=ADvian?= <vivian@webmail.example>, x@webmail.example',
      'Subject: =?iso-8859-1?Q?Gr=FC?= =?utf-8?B?w59l?=',
      message([], 'Hello'),
    ].join('\r\n'),
  );
  const [row] = rows;
  assert.equal(rows.length, 1);
  assert.equal(row?.['Timestamp'], '2026-03-02T09:00:07Z');
  assert.equal(row['SenderFromAddress'], 'Boss@sender.example');
  assert.equal(row['SenderDisplayName'], 'Castellan, Vivian');
  assert.equal(row['SenderMailFromAddress'], 'bounce@sender.example');
  assert.equal(row['SenderIPv4'], '203.0.113.5');
  assert.equal(row['Subject'], 'Grüße');
  assert.equal(row['OnlyRecipient'], 'bob@northmoor.example');
  assert.deepEqual(row['ReplyTo'], [
    { name: 'Vívian', address: 'vivian@webmail.example' },
    { name: '', address: 'x@webmail.example' },
  ]);
  assert.match(String(row['AuthenticationResults']), /^spf=pass .*dmarc=none$/);
});

test('reads attachments: names in parts, kinds by their bytes, in pieces of any size', async () => {
  const text = message(
    [MIXED],
    ...['preamble', '--b1', 'Content-Type: text/plain', '', 'Hello', '--b1'],
    ...["Content-Disposition: attachment; filename*0*=utf-8''Pl%C3%A4; filename*1*=ne.pdf"],
    ...['Content-Transfer-Encoding: base64', '', Buffer.from('MZ\x90...').toString('base64')],
    ...['--b1', 'Content-Type: application/x-rdp; name="=?utf-8?Q?Check?=.rdp"', ''],
    ...['full address:s:gate.example', '--b1--', 'epilogue'],
  );
  const { rows, bytes } = await reading(text);
  assert.equal(bytes, Buffer.byteLength(text));
  assert.deepEqual(
    rows.slice(1).map((row) => [row['FileName'], row['FileType'], row['FileSize']]),
    [
      ['Pläne.pdf', 'exe', 7],
      ['Check.rdp', 'rdp', 27],
    ],
  );
  assert.match(String(rows[1]?.['SHA256']), /^[0-9a-f]{64}$/);
  assert.doesNotMatch(JSON.stringify(rows), /Hello|gate\.example/);
  for (const size of [1, 7, 61]) assert.deepEqual((await reading(text, size)).rows, rows);
});

test('reads links of HTML and text, and an address shown for another', async () => {
  const html = [
    '<base href="https://cdn.example/a/"><a href=/b>Read on</a> <A HREF="#top">x</A>',
    '<a href="https://evil.example/?a=1&amp;b=&#50;">www.northmoor.example/login</a>',
    '<a href="ht\ntps://evil.example/split" href="https://second.example/">here</a>',
    '<form action="//evil.example/post"><a href="mailto:a@b.example">a@b.example</a>',
    '<!-- <a href="https://comment.example/">no</a> --><a href="https://last.example/"',
  ];
  const { rows } = await reading(
    message(
      ['Content-Type: multipart/alternative; boundary=b1'],
      ...['--b1', '', 'See (https://plain.example/x), or https://evil.example/post.'],
      ...['--b1', HTML, '', ...html, '--b1--'],
    ),
  );
  assert.deepEqual(
    rows.slice(1).map((row) => [row['Url'], row['ShownAs']]),
    [
      ['https://plain.example/x', undefined],
      ['https://evil.example/post', undefined],
      ['https://cdn.example/b', undefined],
      ['https://evil.example/?a=1&b=2', 'www.northmoor.example/login'],
      ['https://evil.example/split', undefined],
    ],
  );
});

test('truncates input that would fill memory, and reports what it skipped', async () => {
  const part = ['--b1', 'Content-Type: text/plain', '', 'https://a.example/1'].join('\r\n');
  const many = await reading(message([MIXED], ...Array<string>(PARTS_MAX * 3).fill(part)));
  assert.match(many.unread.join(), /more than 1000 parts/);
  assert.equal(many.rows.length, 2);
  const links = Array.from({ length: LINKS_MAX + 9 }, (_, n) => `https://a.example/${n}`);
  const linked = await reading(message([], ...links));
  assert.match(linked.unread.join(), /of 509 links the first 500 count/);
  assert.deepEqual(linked.rows[0]?.['NotLookedAt'], linked.unread);
  const line = message(['Content-Transfer-Encoding: quoted-printable'], 'a'.repeat(3_000_000));
  assert.match((await reading(line)).unread.join(), /could not be decoded/);
  const inner = await reading(message(['Content-Type: message/rfc822'], message([], 'inner')));
  assert.match(inner.unread.join(), /an attached message was not read/);
  const bomb = `${HEAD.join('\r\n')}\r\nX: ${'y'.repeat(HEAD_BYTES_MAX)}\r\n\r\n`;
  await assert.rejects(reading(bomb), /headers do not end within 256 KiB/);
  await assert.rejects(reading('From: a@b.example\r\n\r\n'), /holds a time that can be read/);
});

test('reads zero bytes, lone surrogates and broken MIME as text', async () => {
  const bytes = Buffer.concat([
    Buffer.from(`Subject: \0 =?utf-8?Q?=00=ED=A0=80?= \xff\r\n`, 'latin1'),
    Buffer.from(message([MIXED, 'No header at all'], '--b1', 'Content-Type: text/html; charset=x')),
    Buffer.from('\r\nContent-Transfer-Encoding: base64\r\n\r\n%%%\0=\xed\xa0\x80', 'latin1'),
  ]);
  const { rows } = await reading(bytes);
  const [row] = rows;
  assert.equal(row?.['SenderFromAddress'], 'Boss@sender.example');
  assert.match(String(row['Subject']), /^\ufffd \ufffd+ ÿ$/);
  assert.ok(JSON.stringify(rows).isWellFormed());
});

test('recognizes a message by its headers, and refuses other texts with colons', () => {
  const isOne = (text: string): boolean => isMessage(Buffer.from(text), 0);
  assert.ok(isOne(message([], 'x')));
  assert.ok(isOne('Return-Path: <>\nX-Spam: no\nReceived: from a\n by b; now\nNot a header\n'));
  for (const text of [
    'RecordType,CreationDate,UserIds\n1,2,3\n',
    'name: x\non: push\njobs: y\n',
    'Date: 2026-03-02\nSubject: minutes\n\nWe met.',
    'From: Ada\nSubject: notes\n',
    '2026-03-02 10:00:00 INFO message-id: 1 received: 2\n',
    '\nFrom',
    '',
  ]) {
    assert.ok(!isOne(text), text);
  }
});

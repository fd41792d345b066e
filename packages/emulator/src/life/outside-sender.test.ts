import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messageFile } from './message-file.ts';
import { answersTo, type OutsideSender, outsideSender } from './outside-sender.ts';

const PERSON = { displayName: 'Ada Ashbank', upn: 'ada.ashbank@ravenholt.example' };
const inside = { person: PERSON, colleague: () => ({ ...PERSON, displayName: 'Bram Falcroft' }) };

/** Ids over their whole range. */
const ids = Array.from({ length: 4_000 }, (_, at) => {
  const digits = [at * 1_073_741, at * 7_919_777, at * 104_729, at * 15_485_863].map((n) =>
    (n >>> 0).toString(16).padStart(8, '0'),
  );
  return `<${digits.join('').toUpperCase()}@ostpost.example>`;
});

function sendersOf(of: readonly string[]): OutsideSender[] {
  return of.map((id) => outsideSender(id, inside));
}

test('external senders have a name, usually one domain, and varied reply addresses', () => {
  const senders = sendersOf(ids);
  assert.ok(senders.every(({ name, address }) => name !== '' && address.includes('@')));
  const partners = senders.filter(({ address }) => address.endsWith('@ostpost.example'));
  assert.ok(partners.length > senders.length / 2);
  const kinds = new Set(senders.map(({ address }) => address.split('@')[1]));
  for (const domain of ['deskline.example', 'planboard.example', 'gmail.com']) {
    assert.ok(kinds.has(domain), domain);
  }
  assert.ok(senders.some(({ listId }) => listId !== undefined));
  assert.ok(
    senders.some(({ name }) => name === PERSON.displayName),
    'people write to themselves',
  );
});

test('no two associations with mailing lists differ by one letter', () => {
  const domains = sendersOf(ids).flatMap(
    ({ address }) => /@(.+-society)\.example$/.exec(address) ?? [],
  );
  const names = [...new Set(domains.filter((name) => !name.includes('@')))];
  assert.ok(names.length > 50);
  for (const one of names) {
    const other = names.find((name) => name !== one && isOneLetterAway(one, name));
    assert.equal(other, undefined, `${one} passes for ${other}`);
  }
});

function isOneLetterAway(one: string, other: string): boolean {
  if (one.length === other.length) {
    return [...one].filter((letter, at) => letter !== other[at]).length === 1;
  }
  const [short = '', long = ''] = [one, other].sort((a, b) => a.length - b.length);
  return Array.from(long, (_, at) => long.slice(0, at) + long.slice(at + 1)).includes(short);
}

test('the other content of a message follows from its id', () => {
  for (const id of ids) {
    const { replyTo, listId } = outsideSender(id, inside);
    assert.deepEqual(
      { ...answersTo(id) },
      { ...(replyTo && { replyTo }), ...(listId && { listId }) },
    );
  }
});

test('a message file exists only if it says more than the row', () => {
  const row = {
    ...{ Timestamp: '2026-03-02T09:00:00Z', EmailDirection: 'Inbound', Subject: 'Rota' },
    ...{ SenderFromAddress: 'support@deskline.example', SenderFromDomain: 'deskline.example' },
    ...{ SenderDisplayName: 'Ostpost Support', SenderIPv4: '192.0.2.1' },
    RecipientEmailAddress: PERSON.upn,
  };
  const isAnswered = (id: string): boolean => answersTo(id).replyTo !== undefined;
  const [answered, plain] = [ids.find(isAnswered), ids.find((id) => !isAnswered(id))];
  const text = messageFile({ ...row, InternetMessageId: answered ?? '' }) ?? '';
  assert.match(
    text,
    /^Received: .*\r\n.*\r\nFrom: "Ostpost Support" <support@deskline\.example>\r\n/,
  );
  assert.match(text, /\r\nReply-To: <[^>]+@[^>]+>\r\n/);
  assert.equal(messageFile({ ...row, InternetMessageId: plain ?? '' }), undefined);
});

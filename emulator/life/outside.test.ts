import assert from 'node:assert/strict';
import { test } from 'node:test';
import { messageFile } from './message-file.ts';
import { answersTo, type OutsideSender, outsideSender } from './outside.ts';

const PERSON = { displayName: 'Ada Ashbank', upn: 'ada.ashbank@ravenholt.example' };
const inside = { person: PERSON, colleague: () => ({ ...PERSON, displayName: 'Bram Falcroft' }) };

/** Ids as they come, over all of their range. */
const ids = Array.from({ length: 4_000 }, (_, at) => {
  const digits = [at * 1_073_741, at * 7_919_777, at * 104_729, at * 15_485_863].map((n) =>
    (n >>> 0).toString(16).padStart(8, '0'),
  );
  return `<${digits.join('').toUpperCase()}@ostpost.example>`;
});

test('who writes from outside has a name, mostly one domain, and answers that differ', () => {
  const senders = ids.map((id): OutsideSender => outsideSender(id, inside));
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

test('what else a message held follows from its id', () => {
  for (const id of ids) {
    const { replyTo, listId } = outsideSender(id, inside);
    assert.deepEqual(
      { ...answersTo(id) },
      { ...(replyTo && { replyTo }), ...(listId && { listId }) },
    );
  }
});

test('a message file says where answers go; one that says no more than the row is none', () => {
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

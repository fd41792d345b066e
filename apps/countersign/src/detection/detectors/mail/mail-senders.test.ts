import assert from 'node:assert/strict';
import { test } from 'node:test';
import { daily, foundIn, person, type SceneEvent, signIn } from '../testing/scene.ts';
import { displayName } from './display-name-impersonation.ts';
import { nameKey } from './employee-names.ts';
import { isFreeMail, siteOf } from './mail-domain.ts';
import { replyMismatch } from './reply-to-mismatch.ts';

type Says = { readonly [member: string]: unknown };

const received: Omit<SceneEvent, 'day'> = {
  ...{ classUid: 4009, activityId: 2, workload: 'Exchange', sender: 'desk@harbourworks.example' },
  ...{ targetName: 'p1@northmoor.example', mailbox: 'p1@northmoor.example' },
};

/** A message from a file. */
function file(says: Says, of: Partial<SceneEvent> = {}): SceneEvent {
  const body = JSON.stringify({ MessageFile: 'message', ...says });
  return { day: 9, ...received, source: 'mail/message', body, ...of };
}

function answered(to: string, of: Partial<SceneEvent> = {}, says: Says = {}): SceneEvent {
  return file({ ReplyTo: [{ name: '', address: to }], ...says }, of);
}

const people = [1, 2, 3, 4].map((n) => signIn({ day: 0, ...person(n), ip: '192.0.2.1' }));
const boss = daily(9, (day) =>
  signIn({ day, ...person(7), actorName: 'vivian.castellan@northmoor.example', ip: '192.0.2.7' }),
);
const writes = daily(9, (day) => ({
  ...received,
  ...{ day, activityId: 1, sender: 'vivian.castellan@northmoor.example' },
}));
const known: readonly SceneEvent[] = [
  ...people,
  ...boss,
  ...daily(9, (day) => ({ ...received, day })),
];

async function mismatch(...events: readonly SceneEvent[]): Promise<string[]> {
  const found = await foundIn(replyMismatch, [...known, ...events]);
  return found.map(({ rule, severity }) => `${rule} ${severity}`);
}

const stranger = { sender: 'ceo@booster.example' };
const FORGED = { AuthenticationResults: ['spf=fail; dmarc=fail action=none'] };

test('finds replies that go to a look-alike, a free mailbox or an unknown domain', async () => {
  assert.deepEqual(await mismatch(answered('desk@harbourwork.example')), [
    'stream/reply-mismatch 3',
  ]);
  assert.deepEqual(await mismatch(answered('x@gmail.com', stranger)), ['stream/reply-mismatch 2']);
  assert.deepEqual(await mismatch(answered('x@unseen.example', stranger)), [
    'stream/reply-mismatch 1',
  ]);
  const colleague = { sender: 'p2@northmoor.example' };
  assert.deepEqual(await mismatch(answered('p2@gmail.com', colleague, FORGED)), [
    'stream/reply-mismatch 3',
  ]);
  // Two messages in a day are one finding, and several reply addresses one mismatch.
  const twice = answered('x@gmail.com', stranger, {
    ReplyTo: [{ address: 'x@gmail.com' }, { address: 'y@web.de' }],
  });
  assert.equal((await mismatch(twice, { ...twice, minute: 600 })).length, 1);
});

test('ignores replies to the sender, colleagues, lists or known correspondents', async () => {
  const old = { ...received, day: 3, sender: 'ceo.private@gmail.com' };
  const listed = { ListId: '<talk.lists.example>' };
  const harmless = [
    answered('desk@mail.harbourworks.example'),
    answered('p3@northmoor.example'),
    answered('ceo.private@gmail.com', stranger),
    answered('talk@lists.example', stranger, listed),
    answered('tickets@desk.example'),
    answered('p2@gmail.com', { sender: 'p2@northmoor.example' }),
    file({ ReplyTo: [] }, stranger),
    file({}, stranger),
  ];
  assert.deepEqual(await mismatch(old, ...harmless), []);
  // A known platform whose users invite each other: reported, but not as a warning.
  assert.deepEqual(await mismatch(answered('x@gmail.com')), ['stream/reply-mismatch 1']);
});

test('a trace has no reply addresses, and any body is tolerated', async () => {
  const trace = { ...answered('x@gmail.com', stranger), source: 'exchange/message-trace' };
  assert.deepEqual(await mismatch(trace), []);
  const bodies = ['', '[]', 'null', '{"ReplyTo":7}', '{"ReplyTo":[null,{"address":{}}]}'];
  assert.deepEqual(await mismatch(...bodies.map((body) => ({ ...file({}, stranger), body }))), []);
});

type Sender = { readonly name: unknown; readonly of?: Partial<SceneEvent> };

/** Each message from its own address, unless it states another. */
async function named(
  senders: readonly Sender[],
  before: readonly SceneEvent[] = [],
): Promise<string[]> {
  const messages = senders.map(({ name, of }, at) =>
    file({ SenderDisplayName: name }, { sender: `x${at}@gmail.com`, ...of }),
  );
  const found = await foundIn(displayName, [...known, ...writes, ...before, ...messages]);
  return found.map(({ rule, severity, group }) => `${rule} ${severity} ${group}`);
}

test("finds a stranger with an employee's name, in any letters and order", async () => {
  const names = [
    'Vivian Castellan',
    'CASTELLAN, Vivian',
    'V\u0456vi\u0430n Castellan (Northmoor)',
    '"Vivian Castellan" <vivian.castellan@northmoor.example>',
    'p3@northmoor.example',
    'Vivian Castelan',
  ];
  const severities = [3, 3, 3, 3, 3, 2];
  assert.deepEqual(
    await named(names.map((name) => ({ name }))),
    severities.map((severity, at) => `stream/display-name ${severity} x${at}@gmail.com`),
  );
  const [found] = await foundIn(displayName, [
    ...known,
    signIn({
      ...{ day: 8, ...person(9), ip: '192.0.2.9' },
      body: JSON.stringify({ userDisplayName: 'Theodora Winslow' }),
    }),
    {
      ...file({}, { sender: 'ceo@booster.example', source: 'defender/advanced-hunting' }),
      body: JSON.stringify({ properties: { SenderDisplayName: 'Theodora Winslow' } }),
    },
  ]);
  assert.deepEqual([found?.severity, found?.techniques], [2, ['T1566', 'T1656']]);
});

test('one message from a possible private mailbox has low severity', async () => {
  const source = 'azure-monitor/AdvancedHunting-EmailEvents';
  const days = daily(7, (day) => ({ ...received, day }));
  const severity = async (sender: string, of: Partial<SceneEvent> = {}): Promise<string[]> => {
    const one = { name: 'Vivian Castellan', of: { source, sender, ...of } };
    return (await named([one], days)).map((text) => text.split(' ')[1] ?? '');
  };
  assert.deepEqual(await severity('vivian.castellan7@gmail.com'), ['2']);
  assert.deepEqual(await severity('chief.office7@gmail.com'), ['3']);
  assert.deepEqual(await severity('vivian.castellan@booster.example'), ['3']);
  assert.deepEqual(await severity('vivian.castellan7@gmail.com', { source: 'mail/message' }), [
    '3',
  ]);
});

test('a possible private mailbox warns with many recipients or lure content', async () => {
  const source = 'azure-monitor/AdvancedHunting-EmailEvents';
  const sender = 'vivian.castellan7@gmail.com';
  const days = daily(7, (day) => ({ ...received, day }));
  const to = (people: number): SceneEvent[] =>
    Array.from({ length: people }, (_, n) => {
      const body = JSON.stringify({ properties: { SenderDisplayName: 'Vivian Castellan' } });
      return { ...file({}, { sender, source, targetName: `p${n}@northmoor.example` }), body };
    });
  const part = (object: string): SceneEvent => ({
    ...{ ...received, activityId: 3, day: 9, sender, object },
  });
  const severity = async (...events: readonly SceneEvent[]): Promise<number | undefined> => {
    const found = await foundIn(displayName, [...known, ...writes, ...days, ...events]);
    assert.equal(found.length, 1);
    return found[0]?.severity;
  };
  assert.equal(await severity(...to(2)), 2);
  assert.equal(await severity(...to(5)), 3);
  assert.equal(await severity(...to(1), part('https://photos.example/summer')), 2);
  assert.equal(await severity(...to(1), part('https://192.0.2.77/login')), 3);
  assert.equal(await severity(...to(1), part('invoice.iso')), 3);
  // Another sender's message does not change this one's severity.
  assert.equal(
    await severity(...to(1), { ...part('invoice.iso'), sender: 'x@booster.example' }),
    2,
  );
});

test('ignores known namesakes, employees themselves, services and other names', async () => {
  const name = 'Vivian Castellan';
  // A known private address; one that an employee wrote to; an employee's mail to herself.
  const before = [
    { ...received, day: 2, sender: 'home@gmail.com' },
    { ...received, day: 2, sender: 'p1@northmoor.example', targetName: 'Away@gmail.com' },
  ];
  const herself = { targetName: 'vivian.castellan@northmoor.example' };
  // In the first days of a log every sender is new.
  const early = { source: 'azure-monitor/AdvancedHunting-EmailEvents', day: 1 };
  const harmless = [
    { name, of: { sender: 'home@gmail.com' } },
    { name, of: { sender: 'away@gmail.com' } },
    { name, of: herself },
    // A known service that writes in her name; her own mail from inside.
    { name, of: { sender: 'notes@harbourworks.example' } },
    { name, of: { sender: 'other@northmoor.example' } },
    { name, of: early },
    ...['Vivian', 'Castellan Ltd', 'Vivien Castelan', 'Ada Castellan', '', 7].map((other) => ({
      name: other,
    })),
  ];
  assert.deepEqual(await named(harmless, before), []);
  // The same addresses are strangers if no mail was exchanged with them.
  assert.equal((await named(harmless.slice(0, 2))).length, 2);
});

test('classifies free mailboxes, sites and names as readers do', () => {
  for (const domain of ['gmail.com', 'yahoo.co.uk', 'GMX.net', 'proton.me']) {
    assert.ok(isFreeMail(domain), domain);
  }
  for (const domain of ['northmoor.example', 'gmail.com.evil.example', 'outlook.evil.example']) {
    assert.ok(!isFreeMail(domain), domain);
  }
  assert.equal(siteOf('a.b.co.uk'), 'b.co.uk');
  assert.equal(siteOf('mail.example.com'), 'example.com');
  assert.equal(nameKey('Dr Ada'), undefined);
  assert.equal(nameKey('Castellan, Vivian'), nameKey('Vivian CASTELLAN via Sign'));
});

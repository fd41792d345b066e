import assert from 'node:assert/strict';
import { test } from 'node:test';
import { daily, foundIn, person, type SceneEvent, signIn } from '../testing/scene.ts';
import { phishing } from './phishing.ts';

const mail = (of: SceneEvent): SceneEvent => ({
  ...{ classUid: 4009, activityId: 2, workload: 'Exchange', sender: 'desk@harbourworks.example' },
  ...{ targetName: 'p1@northmoor.example', mailbox: 'p1@northmoor.example' },
  ...of,
});
const people = [1, 2, 3, 4].map((n) => signIn({ day: 0, ...person(n), ip: '192.0.2.1' }));
const month = daily(9, (day) => mail({ day }));
const known: readonly SceneEvent[] = [...people, ...month];

const toMany = (of: SceneEvent, many = 6): SceneEvent[] =>
  Array.from({ length: many }, (_, n) => mail({ ...of, targetName: `p${n}@northmoor.example` }));

test('finds a domain that imitates the company or a correspondent', async () => {
  for (const [domain, severity] of [
    ['northrnoor.example', 3],
    ['n\u043erthmoor.example', 3],
    ['harbourwork.example', 3],
    ['northmoor-login.example', 2],
  ] as const) {
    const sender = `hr@${domain}`;
    const [found, ...more] = await foundIn(phishing, [...known, mail({ day: 9, sender })]);
    assert.deepEqual(more, [], domain);
    assert.deepEqual([found?.rule, found?.severity], ['stream/look-alike', severity], domain);
  }
});

test('finds a new sender who writes to many at once, and its attachments', async () => {
  const sender = 'team@booster.example';
  const [plain, ...none] = await foundIn(phishing, [...known, ...toMany({ day: 9, sender })]);
  assert.deepEqual(none, []);
  assert.deepEqual([plain?.rule, plain?.severity], ['stream/first-contact', 1]);
  const file = mail({ day: 9, sender, activityId: 3, object: 'Statement.iso' });
  const armed = await foundIn(phishing, [...known, ...toMany({ day: 9, sender }), file]);
  assert.deepEqual(armed.map(({ rule, severity }) => `${rule} ${severity}`).sort(), [
    'stream/first-contact 3',
    'stream/rare-attachment 2',
  ]);
});

test('ignores known senders and the first days of a log', async () => {
  const sender = 'desk@harbourworks.example';
  assert.deepEqual(await foundIn(phishing, [...known, ...toMany({ day: 9, sender })]), []);
  const fresh = [...people, ...toMany({ day: 0, sender: 'team@booster.example' })];
  assert.deepEqual(await foundIn(phishing, fresh), []);
});

test('finds remote-desktop files and links that hide their target', async () => {
  const part = { day: 1, activityId: 3, sender: 'it@trusted.example' };
  const [rdp] = await foundIn(phishing, [...people, mail({ ...part, object: 'Check.RDP' })]);
  assert.deepEqual([rdp?.severity, rdp?.techniques[0]], [4, 'T1566.001']);
  for (const object of [
    'https://198.18.0.7/login',
    'https:////198.18.0.7/login',
    'https://\\\\198.18.0.7/login',
    'https://login.microsoft.com@example.net/',
    'https://login.micros0ft-online.example/',
    'https://northm00r.example/sso',
  ]) {
    const found = await foundIn(phishing, [...people, mail({ ...part, object })]);
    assert.deepEqual(
      found.map(({ rule }) => rule),
      ['stream/lure-link'],
      object,
    );
  }
  for (const object of ['Report.docx', 'https://northmoor.example/', 'https://example.net/a']) {
    assert.deepEqual(await foundIn(phishing, [...people, mail({ ...part, object })]), [], object);
  }
});

test('finds an employee who writes to far more people than ever before', async () => {
  const sender = 'p1@northmoor.example';
  const usual = daily(8, (day) => mail({ day, sender, activityId: 1 }));
  const many = toMany({ day: 8, sender, activityId: 1 }, 40);
  const [found, ...more] = await foundIn(phishing, [...known, ...usual, ...many]);
  assert.deepEqual(more, []);
  assert.equal(found?.rule, 'stream/lateral-phishing');
  const always = Array.from({ length: 9 }, (_, day) => toMany({ day, sender }, 40)).flat();
  assert.deepEqual(await foundIn(phishing, [...known, ...always]), []);
});

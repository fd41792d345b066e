import assert from 'node:assert/strict';
import { test } from 'node:test';
import { appHabits } from '../apps/unusual-app.ts';
import { daily, foundIn, person, type SceneEvent, signIn } from '../testing/scene.ts';
import { impossibleTravel } from './impossible-travel.ts';
import { volume, volumes } from './unusual-volume.ts';

const took = (of: SceneEvent): SceneEvent => ({
  ...{ classUid: 6001, operation: 'FileDownloaded', actorType: 1, workload: 'SharePoint' },
  ...{ ...person(1), ...of },
});

test('finds a person who takes many times their usual volume', async () => {
  const usual = daily(8, (day) => took({ day, itemCount: 20 }));
  const [found, ...more] = await foundIn(volume, [...usual, took({ day: 8, itemCount: 900 })]);
  assert.deepEqual(more, []);
  assert.match(found?.title ?? '', /downloaded 900 files in one day/);
  assert.deepEqual(found?.techniques, ['T1530']);
});

/** Files that colleagues took on eight days, `items` each. */
function colleagues(items: number): SceneEvent[] {
  return [2, 3, 4, 5].flatMap((n) =>
    daily(8, (day) => took({ ...person(n), day, itemCount: items })),
  );
}

async function severityOf(...events: readonly SceneEvent[]): Promise<readonly number[]> {
  const quiet = daily(8, (day) => took({ day, itemCount: 20 }));
  const found = await foundIn(volume, [...quiet, ...events]);
  return found.map(({ severity }) => severity);
}

test("a day like those of colleagues is outside the person's range, but no warning", async () => {
  const back = took({ day: 8, itemCount: 200 });
  assert.deepEqual(await severityOf(back), [3], 'few people here download so much');
  assert.deepEqual(await severityOf(...colleagues(190), back), [3]);
  assert.deepEqual(await severityOf(...colleagues(210), back), [2]);
  const others = colleagues(210).map((event) => ({ ...event, operation: 'MailItemsAccessed' }));
  assert.deepEqual(await severityOf(...others, back), [3], 'mail is no range of files');
});

test('people grouped in parts are compared with the whole company', async () => {
  const much = [2, 3, 4, 5, 6, 7].map((n) => took({ ...person(n), day: 8, itemCount: 200 + n }));
  const usual = [2, 3, 4, 5, 6, 7].flatMap((n) =>
    daily(8, (day) => took({ ...person(n), day, itemCount: 20 })),
  );
  const events = [...usual, ...much];
  const inParts = {
    ...volume,
    find: (window: Parameters<typeof volumes>[0]) => volumes(window, 9),
  };
  const text = (drafts: Awaited<ReturnType<typeof foundIn>>): string[] =>
    drafts.map((draft) => JSON.stringify(draft)).sort();
  const whole = text(await foundIn(volume, events));
  assert.equal(whole.length, 6);
  assert.deepEqual(text(await foundIn(inParts, events)), whole);
});

test('ignores people who take much every day, and new people', async () => {
  const much = daily(9, (day) => took({ day, itemCount: 700 }));
  assert.deepEqual(await foundIn(volume, much), []);
  assert.deepEqual(await foundIn(volume, [took({ day: 0, itemCount: 900 })]), []);
});

const home = daily(6, (day) => signIn({ day, ...person(1), ip: '192.0.2.1' }));

test('finds sign-ins from two countries within the hour, one of them new', async () => {
  const at = { ...person(1), day: 6 };
  const trip = [
    signIn({ ...at, minute: 540, ip: '192.0.2.1' }),
    signIn({ ...at, minute: 560, ip: '198.18.1.1', country: 'EE' }),
  ];
  const [found, ...more] = await foundIn(impossibleTravel, [...home, ...trip]);
  assert.deepEqual(more, []);
  assert.match(found?.title ?? '', /from DE and 20 min later from EE/);
  const back = [{ ...(trip[1] as SceneEvent), minute: 530 }, trip[0] as SceneEvent];
  assert.equal((await foundIn(impossibleTravel, [...home, ...back])).length, 1);
  const slow = [trip[0] as SceneEvent, { ...(trip[1] as SceneEvent), minute: 900 }];
  assert.deepEqual(await foundIn(impossibleTravel, [...home, ...slow]), []);
});

test("ignores the company's proxy abroad and a carrier's exit abroad", async () => {
  const proxy = { ip: '198.51.100.1', country: 'NL' };
  const colleagues = [2, 3, 4].map((n) => signIn({ day: 6, minute: 500, ...person(n), ...proxy }));
  const own = signIn({ day: 6, minute: 540, ...person(1), ip: '192.0.2.1' });
  const out = signIn({ day: 6, minute: 550, ...person(1), ...proxy });
  assert.deepEqual(await foundIn(impossibleTravel, [...home, ...colleagues, own, out]), []);
  const roaming = { ip: '203.0.113.9', country: 'CH' };
  const before = signIn({ day: 2, minute: 1200, ...person(1), ...roaming });
  const again = signIn({ day: 6, minute: 550, ...person(1), ...roaming, ip: '203.0.113.77' });
  assert.deepEqual(await foundIn(impossibleTravel, [...home, before, own, again]), []);
});

const reads = (of: SceneEvent): SceneEvent => ({
  ...{ classUid: 6001, operation: 'MailItemsAccessed', actorType: 4, workload: 'Exchange' },
  ...{ actorUid: 'sp-1', appUid: 'app-1', mailbox: 'p1@northmoor.example' },
  ...of,
});

test('finds an application that always used one mailbox and opens another', async () => {
  const [found, ...more] = await foundIn(appHabits, [
    ...daily(9, (day) => reads({ day })),
    reads({ day: 9, mailbox: 'p2@northmoor.example' }),
  ]);
  assert.deepEqual(more, []);
  assert.equal(found?.rule, 'stream/mailbox-new-to-app');
});

test('ignores an application that meets a new mailbox each day', async () => {
  const busy = daily(12, (day) => reads({ day, mailbox: `p${day}@northmoor.example` }));
  assert.deepEqual(await foundIn(appHabits, busy), []);
});

test('finds an application that is new to mail, once there is history', async () => {
  const warm = daily(9, (day) => reads({ day, appUid: 'app-0' }));
  const first = reads({ day: 9, appUid: 'app-2' });
  const [found, ...more] = await foundIn(appHabits, [...warm, first]);
  assert.deepEqual(more, []);
  assert.deepEqual([found?.rule, found?.severity], ['stream/app-new', 3]);
  assert.deepEqual(await foundIn(appHabits, [first]), []);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SEED } from '../../../../../../tools/property.ts';
import { SeededRandom } from '../../../../../../tools/sample/random.ts';
import { CANDIDATES_EXAMINED_MAX, SESSION_REACH_MS, TRAVEL_WITHIN_MS } from '../limits.ts';
import { daily, foundIn, person, type SceneEvent, signIn } from '../testing/scene.ts';
import { sessionMoved } from './session-hijacking.ts';

/** Commutes between home and office with the same browsers: several networks, no anomaly. */
function commuter(n: number, signIns: number): SceneEvent[] {
  return Array.from({ length: signIns }, (_, at) =>
    signIn({
      ...{ day: Math.floor(at / 20), minute: 400 + (at % 20) * 30, ...person(n) },
      sessionUid: `s-${n}`,
      ip: at % 2 === 0 ? '192.0.2.1' : `203.0.113.${n % 250}`,
      userAgent: at % 3 === 0 ? 'Edge/145' : 'Outlook/16',
    }),
  );
}

test('finds a stolen session behind any number of traveling people', async () => {
  const each = 100;
  const people = Math.ceil(CANDIDATES_EXAMINED_MAX / each) + 1;
  const life = Array.from({ length: people }, (_, n) => commuter(n + 1, each)).flat();
  assert.ok(life.length > CANDIDATES_EXAMINED_MAX);
  const stolen = signIn({
    ...{ day: 5, ...person(7), sessionUid: 's-7', ip: '198.18.7.7', country: 'EE' },
    userAgent: 'Chrome/145',
  });
  const found = await foundIn(sessionMoved, [...life, stolen]);
  assert.deepEqual(
    found.map(({ rule, sessions }) => [rule, sessions]),
    [['stream/session-moved', ['s-7']]],
  );
});

type Drawn = SceneEvent & { readonly ip: string; readonly day: number; readonly minute: number };

function drawn(random: SeededRandom): Drawn[] {
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random.next() * of.length)] as T;
  return Array.from({ length: 60 }, () => {
    const [session, day] = [pick([1, 2, 3, 4]), pick([1, 2, 3, 11, 12])];
    return {
      // Networks that only this session uses that day, so habits cannot explain them.
      ip: `198.${18 + session}.${day * 20 + Math.floor(random.next() * 12)}.1`,
      ...{ day, minute: Math.floor(random.next() * 1_440), sessionUid: `s-${session}` },
      country: pick(['DE', 'DE', 'FR', null]),
      userAgent: pick(['Edge/145', 'Edge/146', 'Chrome/1', '']),
      deviceUid: pick(['d-1', 'd-1', 'd-2', null]),
    };
  });
}

/** A reference without SQL: which sessions move on which day. */
function movesIn(events: readonly Drawn[]): string[] {
  const atOf = ({ day, minute }: Drawn): number => day * 86_400_000 + minute * 60_000;
  const ordered = events.toSorted((a, b) => atOf(a) - atOf(b));
  const family = (of: Drawn): string => (of.userAgent ?? '').replace(/\d/g, '');
  const moved = ordered.filter((to, at) => {
    const before = ordered.slice(0, at).filter((one) => {
      return one.sessionUid === to.sessionUid && atOf(one) >= atOf(to) - SESSION_REACH_MS;
    });
    const from = before.at(-1);
    if (from === undefined || before.some(({ ip }) => ip === to.ip)) return false;
    const isOther = family(to) !== '' && before.every((one) => family(one) !== family(to));
    const isAbroad =
      to.country !== null &&
      from.country !== null &&
      before.every(({ country }) => country !== to.country);
    const isOtherDevice =
      before.every(({ deviceUid }) => deviceUid !== null) &&
      before.every(({ deviceUid }) => deviceUid !== to.deviceUid);
    if (isOtherDevice && (isAbroad || isOther)) return true;
    return isAbroad && (isOther || atOf(to) - atOf(from) <= TRAVEL_WITHIN_MS);
  });
  return [...new Set(moved.map(({ day, sessionUid }) => `${day} ${sessionUid}`))].sort();
}

test('a sign-in is a move if it resembles none of its session in the week before', async () => {
  const random = new SeededRandom(SEED);
  let moves = 0;
  for (let run = 0; run < 8; run++) {
    const events = drawn(random).map((one) => ({ ...one, ...person(1) }));
    const found = await foundIn(sessionMoved, events.map(signIn));
    const movesFound = found.map(({ sessions, windowMs }) => {
      return `${Math.round((windowMs - Date.UTC(2026, 1, 2)) / 86_400_000)} ${sessions[0]}`;
    });
    assert.deepEqual(movesFound.sort(), movesIn(events));
    moves += movesFound.length;
  }
  assert.ok(moves > 0);
});

/** A person at home for a week, whose session continues elsewhere at the end of a day. */
function stolenAt(minute: number): SceneEvent[] {
  const owner = { ...person(7), sessionUid: 's-7' };
  const home = daily(7, (day) => signIn({ day, ...owner, ip: '192.0.2.1' }));
  const away = { ip: '198.18.7.7', country: 'EE', userAgent: 'Chrome/145' };
  return [...home, signIn({ day: 6, minute, ...owner, ...away })];
}

function activity(of: SceneEvent): SceneEvent {
  return { classUid: 6001, actorType: 1, ...person(7), sessionUid: 's-7', itemCount: 30, ...of };
}

const ELSEWHERE = '198.18.7.9';

test('reports the activity of a session after its move', async () => {
  const mail = { operation: 'MailItemsAccessed', ip: ELSEWHERE };
  const file = { operation: 'FileDownloaded', ip: ELSEWHERE, itemCount: 1 };
  const [found, ...more] = await foundIn(sessionMoved, [
    ...stolenAt(600),
    activity({ day: 6, minute: 660, ...mail }),
    activity({ day: 6, minute: 670, ...file }),
    // Activity before the move, by its owner at home, in another session, and long after.
    activity({ day: 6, minute: 590, ...mail, itemCount: 1_000 }),
    activity({ day: 6, minute: 680, ...mail, ip: '192.0.2.1', itemCount: 1_000 }),
    activity({ day: 6, minute: 690, ...mail, sessionUid: 's-8', itemCount: 1_000 }),
    activity({ day: 8, minute: 690, ...mail, itemCount: 1_000 }),
  ]);
  assert.deepEqual(more, []);
  assert.match(found?.title ?? '', /, and read 30 messages and downloaded 1 file$/);
  assert.deepEqual(found?.techniques, ['T1550.004', 'T1539', 'T1114.002', 'T1530']);
});

test('reports activity within a day of the move on the day when it happened', async () => {
  const events = [
    ...stolenAt(1_430),
    activity({ day: 7, minute: 30, operation: 'MailItemsAccessed', ip: ELSEWHERE }),
  ];
  const whole = await foundIn(sessionMoved, events);
  assert.deepEqual(
    whole.map(({ techniques }) => techniques.includes('T1114.002')),
    [false, true],
  );
  assert.match(whole[1]?.title ?? '', /that moved the day before read 30 messages$/);
  // The findings of a day are the same in any requested period.
  for (const [at, day] of [6, 7].entries()) {
    const own = await foundIn(sessionMoved, events, { from: day, to: day + 1 });
    assert.deepEqual(own, whole.slice(at, at + 1));
  }
});

test('another program on a traveling computer is reported, but no warning', async () => {
  const severity = async (of: Partial<SceneEvent>): Promise<number | undefined> => {
    const owner = { ...person(7), sessionUid: 's-7' };
    const home = daily(5, (day) => signIn({ day, ...owner, ip: '192.0.2.1', deviceUid: 'd-1' }));
    const away = { ip: '198.18.7.7', country: 'EE', userAgent: 'Sign-in/1.0', deviceUid: 'd-1' };
    const mail = { operation: 'MailItemsAccessed', ip: ELSEWHERE };
    const [found, ...more] = await foundIn(sessionMoved, [
      ...home,
      signIn({ day: 6, minute: 600, ...owner, ...away, ...of }),
      activity({ day: 7, minute: 30, ...mail }),
    ]);
    assert.ok(more.every((draft) => draft.severity <= (found?.severity ?? 0)));
    return found?.severity;
  };
  assert.equal(await severity({}), 2);
  assert.equal(await severity({ deviceUid: 'd-2' }), 4);
  assert.equal(await severity({ deviceUid: null }), 4);
  // No person is in another country within the hour, regardless of the computer.
  assert.equal(await severity({ day: 4, minute: 580 }), 4);
});

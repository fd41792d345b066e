import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SEED } from '../../../tools/property.ts';
import { SeededRandom } from '../../../tools/sample/random.ts';
import { CANDIDATES_LOOKED_AT_MAX, SESSION_REACH_MS, TRAVEL_WITHIN_MS } from './limits.ts';
import { sessionMoved } from './session-moved.ts';
import { foundIn, type Played, person, signIn } from './testing/scene.ts';

/** Between home and office with the same browsers: on several networks, and nothing strange. */
function commuter(n: number, signIns: number): Played[] {
  return Array.from({ length: signIns }, (_, at) =>
    signIn({
      ...{ day: Math.floor(at / 20), minute: 400 + (at % 20) * 30, ...person(n) },
      sessionUid: `s-${n}`,
      ip: at % 2 === 0 ? '192.0.2.1' : `203.0.113.${n % 250}`,
      userAgent: at % 3 === 0 ? 'Edge/145' : 'Outlook/16',
    }),
  );
}

test('the theft of a session is found behind any number of people on the move', async () => {
  const each = 100;
  const people = Math.ceil(CANDIDATES_LOOKED_AT_MAX / each) + 1;
  const life = Array.from({ length: people }, (_, n) => commuter(n + 1, each)).flat();
  assert.ok(life.length > CANDIDATES_LOOKED_AT_MAX);
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

type Drawn = Played & { readonly ip: string; readonly day: number; readonly minute: number };

function drawn(random: SeededRandom): Drawn[] {
  const pick = <T>(of: readonly T[]): T => of[Math.floor(random.next() * of.length)] as T;
  return Array.from({ length: 60 }, () => {
    const [session, day] = [pick([1, 2, 3, 4]), pick([1, 2, 3, 11, 12])];
    return {
      // Networks of that day and session alone: habits know none, and only the session speaks.
      ip: `198.${18 + session}.${day * 20 + Math.floor(random.next() * 12)}.1`,
      ...{ day, minute: Math.floor(random.next() * 1_440), sessionUid: `s-${session}` },
      country: pick(['DE', 'DE', 'FR', null]),
      userAgent: pick(['Edge/145', 'Edge/146', 'Chrome/1', '']),
      deviceUid: pick(['d-1', 'd-1', 'd-2', null]),
    };
  });
}

/** What is said of sessions, told without SQL: which sessions are on the move, on which day. */
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

test('a sign-in is a move if none of its session in the week before is like it', async () => {
  const random = new SeededRandom(SEED);
  let moves = 0;
  for (let run = 0; run < 8; run++) {
    const events = drawn(random).map((one) => ({ ...one, ...person(1) }));
    const found = await foundIn(sessionMoved, events.map(signIn));
    const told = found.map(({ sessions, windowMs }) => {
      return `${Math.round((windowMs - Date.UTC(2026, 1, 2)) / 86_400_000)} ${sessions[0]}`;
    });
    assert.deepEqual(told.sort(), movesIn(events));
    moves += told.length;
  }
  assert.ok(moves > 0);
});

import type { Traits } from '../population/person-traits.ts';
import { PLACES, type Place } from '../population/places.ts';
import { mix, mixUnit } from '../population/quick-random.ts';
import { DAY_MS } from './limits.ts';

/** One person's day: when the computer is on, and where. Derived from the seed. */
export type DayPlan = {
  /** Days since 1970 in the person's time zone. */
  readonly day: number;
  readonly isOn: boolean;
  /** First arrival at the computer; UTC. */
  readonly arrivesMs: number;
  /** Sign-in of the computer: later than the arrival if the password was forgotten. */
  readonly onMs: number;
  readonly offMs: number;
  readonly where: 'office' | 'home' | 'away';
  /** The location of `away`. */
  readonly place: Place;
  /** A factor: weekend evenings are quieter than Tuesday mornings. */
  readonly intensity: number;
  readonly trouble: Trouble;
};

/** `forgotten`: several tries, then success. `reset`: the help desk sets a new password. */
export type Trouble = 'none' | 'forgotten' | 'reset';

const FORGOTTEN_SHARE = 0.012;
const RESET_SHARE = 0.004;
const VACATION_SHARE = 0.09;
const SICK_SHARE = 0.02;
const TRAVEL_SHARE = 0.03;
const HOME_SHARE = 0.35;
const WEEKEND_SHARE = 0.06;

/** Month and day of holidays for all people. */
const HOLIDAYS: ReadonlySet<number> = new Set([101, 501, 1224, 1225, 1226, 1231]);

/** Time until the help desk has set a new password. */
const RESET_TAKES_MS = 14 * 60_000;
/** Time to type it. */
const NEW_SESSION_TAKES_MS = 3 * 60_000;

export function dayOf(traits: Traits, atMs: number): number {
  return Math.floor((atMs + traits.place.offsetMinutes * 60_000) / DAY_MS);
}

export function midnightOf(traits: Traits, day: number): number {
  return day * DAY_MS - traits.place.offsetMinutes * 60_000;
}

/** Weeks begin on Monday; day 4 of 1970 was one. */
export function weekOf(day: number): number {
  return Math.floor((day + 3) / 7);
}

export function mondayOf(week: number): number {
  return week * 7 - 3;
}

export function planOf(key: number, index: number, traits: Traits, day: number): DayPlan {
  const week = weekOf(day);
  const isWeekend = day - mondayOf(week) >= 5;
  const draw = mixUnit(key, index, day, 201);
  const isOn = isWeekend
    ? draw < WEEKEND_SHARE
    : draw >= SICK_SHARE && !isVacation(key, index, week) && !isHoliday(day);
  const isAway = mixUnit(key, index, week, 203) < TRAVEL_SHARE;
  const midnight = midnightOf(traits, day);
  const shift = (mix(key, index, day, 204) % 50) - 20;
  const start = isWeekend ? 11 * 60 + shift * 3 : traits.startMinute + shift;
  const length = isWeekend ? 70 : traits.endMinute - traits.startMinute + (shift % 17);
  const arrivesMs = midnight + start * 60_000 + (mix(key, index, day, 205) % 60_000);
  const trouble = isOn && !isWeekend ? troubleOn(key, index, day) : 'none';
  const onMs =
    trouble === 'none'
      ? arrivesMs
      : arrivesMs + (trouble === 'forgotten' ? 0 : RESET_TAKES_MS) + NEW_SESSION_TAKES_MS;
  return {
    day,
    isOn,
    arrivesMs,
    onMs,
    offMs: midnight + (start + length) * 60_000,
    where: isAway ? 'away' : mixUnit(key, index, day, 206) < HOME_SHARE ? 'home' : 'office',
    place: isAway ? (PLACES[mix(key, index, week, 207) % PLACES.length] as Place) : traits.place,
    intensity: isWeekend ? 0.3 : 1,
    trouble,
  };
}

/** Cheap enough to look back over weeks. */
export function troubleOn(key: number, index: number, day: number): Trouble {
  const draw = mixUnit(key, index, day, 208);
  if (draw < RESET_SHARE) return 'reset';
  return draw < RESET_SHARE + FORGOTTEN_SHARE ? 'forgotten' : 'none';
}

/** When the help desk sets the new password. */
export function resetMs(plan: DayPlan): number {
  return plan.arrivesMs + RESET_TAKES_MS;
}

function isVacation(key: number, index: number, week: number): boolean {
  return mixUnit(key, index, week, 202) < VACATION_SHARE;
}

function isHoliday(day: number): boolean {
  return HOLIDAYS.has(monthAndDay(day));
}

/** `1224` for Christmas Eve (Hinnant, "chrono-compatible low-level date algorithms", 2013). */
function monthAndDay(day: number): number {
  const shifted = day + 719_468;
  const ofEra = shifted - Math.floor(shifted / 146_097) * 146_097;
  const leaps = Math.floor(ofEra / 1460) - Math.floor(ofEra / 36_524) + Math.floor(ofEra / 146_096);
  const year = Math.floor((ofEra - leaps) / 365);
  const ofYear = ofEra - (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
  const fromMarch = Math.floor((5 * ofYear + 2) / 153);
  const month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9;
  return month * 100 + ofYear - Math.floor((153 * fromMarch + 2) / 5) + 1;
}

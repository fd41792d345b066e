import { DEPARTMENTS, type Department } from './names.ts';
import { PLACES, type Place } from './places.ts';
import { mix, mixUnit } from './quick-random.ts';

/** A person's equipment: a joined Windows device, a Mac, or any browser. */
export type Workplace = 'windows' | 'mac' | 'browser';
export type License = 'E5' | 'E3' | 'F3' | 'none';

/** The traits that shape a person's day. Cheap enough for a million people per hour. */
export type Traits = {
  readonly department: Department;
  readonly placeIndex: number;
  readonly place: Place;
  readonly workplace: Workplace;
  readonly hasPhone: boolean;
  readonly license: License;
  /** Local minutes of the day. */
  readonly startMinute: number;
  readonly endMinute: number;
  /** Between 0.4 and 1.6: how much a person works in the suite. */
  readonly diligence: number;
  readonly isFederated: boolean;
};

/** These come first, so that the smallest company has them. */
const FIRST: readonly Department[] = ['Executive', 'IT', 'IT', 'Security', 'Legal', 'Executive'];
export const ADMINISTRATOR = 1;
export const HELP_DESK = 2;

// Cumulative shares of the departments, in the order of DEPARTMENTS.
const SHARES = [0.24, 0.4, 0.58, 0.67, 0.77, 0.84, 0.89, 0.93, 0.975, 0.985, 0.993, 1];

export function traitsOf(key: number, index: number): Traits {
  const draw = mixUnit(key, index, 101);
  const department =
    FIRST[index] ?? (DEPARTMENTS[SHARES.findIndex((share) => draw < share)] as Department);
  const placeIndex = placeOf(mixUnit(key, index, 102));
  const license = licenseOf(department, mixUnit(key, index, 103));
  const kind = mixUnit(key, index, 104);
  const workplace: Workplace =
    license === 'F3' || license === 'none' || kind < 0.04
      ? 'browser'
      : kind < 0.18
        ? 'mac'
        : 'windows';
  const startMinute = 7 * 60 + Math.floor(mixUnit(key, index, 105) * 150);
  return {
    department,
    placeIndex,
    place: PLACES[placeIndex] as Place,
    workplace,
    hasPhone: mixUnit(key, index, 106) < 0.7,
    license,
    startMinute,
    endMinute: startMinute + 480 + (mix(key, index, 107) % 75),
    diligence: (0.4 + 1.2 * mixUnit(key, index, 108)) * (license === 'F3' ? 0.5 : 1),
    isFederated: mixUnit(key, index, 109) < 0.05,
  };
}

/** Most people work at the company's first location. */
function placeOf(draw: number): number {
  if (draw < 0.55) return 0;
  return 1 + Math.floor(((draw - 0.55) / 0.45) * (PLACES.length - 1));
}

function licenseOf(department: Department, draw: number): License {
  if (department === 'Executive' || department === 'IT' || department === 'Security') return 'E5';
  if (department === 'Operations' || department === 'Logistics') {
    return draw < 0.55 ? 'F3' : draw < 0.98 ? 'E3' : 'none';
  }
  return draw < 0.45 ? 'E5' : draw < 0.99 ? 'E3' : 'none';
}

import { SeededRandom } from '../core/seeded-random.ts';
import type { Traits } from '../population/person-traits.ts';
import { mix } from '../population/quick-random.ts';
import {
  type DayPlan,
  dayOf,
  midnightOf,
  mondayOf,
  planOf,
  resetMs,
  troubleOn,
  weekOf,
} from './calendar.ts';
import { WARM_UP_MS } from './limits.ts';

/** Programs with tokens, by number, which is also the order in which they start. */
export const SLOTS = {
  logon: 0,
  outlook: 1,
  teams: 2,
  oneDrive: 3,
  office: 4,
  browser: 5,
  outlookMobile: 6,
  teamsMobile: 7,
  phoneLogin: 8,
  trouble: 9,
  helpDesk: 10,
  browserFiles: 11,
} as const;

export type Slot = (typeof SLOTS)[keyof typeof SLOTS];

const MINUTE_MS = 60_000;
/**
 * Lifetime of tokens. With continuous access evaluation, mail programs and phones keep theirs for a
 * day or more; the others last 60 to 90 minutes.
 */
const PERIODS_MS: Readonly<Record<number, number>> = {
  [SLOTS.outlook]: 26 * 60 * MINUTE_MS,
  [SLOTS.teams]: 72 * MINUTE_MS,
  [SLOTS.oneDrive]: 78 * MINUTE_MS,
  [SLOTS.office]: 75 * MINUTE_MS,
  [SLOTS.browser]: 190 * MINUTE_MS,
  [SLOTS.browserFiles]: 210 * MINUTE_MS,
  [SLOTS.outlookMobile]: 24 * 60 * MINUTE_MS,
  [SLOTS.teamsMobile]: 24 * 60 * MINUTE_MS,
};
/** Programs do not all request tokens in the same millisecond. */
const SPREAD_MS = 20_000;
const START_GAP_MS = 1300;
/** After a reset, the phone's grant is refused first; then its owner signs in again. */
export const PHONE_REFUSED_AFTER_MS: number = 4 * MINUTE_MS;
const PHONE_AGAIN_AFTER_MS = 9 * MINUTE_MS;

/** The person or device that sessions and tokens belong to. */
export type Holder = {
  readonly seed: string | number;
  readonly key: number;
  readonly index: number;
  readonly traits: Traits;
};

export type HeldToken = {
  readonly requestId: string;
  readonly issuedMs: number;
  readonly sessionId: string;
};

/** The token of a program on the computer at `atMs`, within the day's plan. */
export function computerToken(holder: Holder, slot: Slot, plan: DayPlan, atMs: number): HeldToken {
  const startMs = startOf(plan, slot);
  let boundary = Math.floor((atMs - phaseOf(holder, slot)) / periodOf(slot));
  let issuedMs = boundaryMs(holder, slot, boundary);
  if (issuedMs > atMs) issuedMs = boundaryMs(holder, slot, --boundary);
  return held(holder, slot, Math.max(issuedMs, startMs), computerSession(holder, plan.day));
}

/** When a program gets its first token of the day. */
export function startOf(plan: DayPlan, slot: Slot): number {
  return plan.onMs + slot * START_GAP_MS;
}

/** The times in `[fromMs, toMs)` at which a program requests its next token. */
export function boundariesIn(
  holder: Holder,
  slot: Slot,
  fromMs: number,
  toMs: number,
): readonly number[] {
  const found: number[] = [];
  const first = Math.floor((fromMs - phaseOf(holder, slot)) / periodOf(slot)) - 1;
  for (let boundary = first; ; boundary++) {
    const at = boundaryMs(holder, slot, boundary);
    if (at >= toMs) return found;
    if (at >= fromMs) found.push(at);
  }
}

/** The token of a program on the phone: at most a day old, younger after a new sign-in. */
export function phoneToken(holder: Holder, slot: Slot, atMs: number): HeldToken {
  // A program uses its token of the old session until it has one of the new session.
  const session = phoneSession(holder, atMs - slot * START_GAP_MS);
  let boundary = Math.floor((atMs - phaseOf(holder, slot)) / periodOf(slot));
  let issuedMs = boundaryMs(holder, slot, boundary);
  if (issuedMs > atMs) issuedMs = boundaryMs(holder, slot, --boundary);
  return held(holder, slot, Math.max(issuedMs, phoneFirstMs(session.startMs, slot)), session.id);
}

/** When a program on the phone gets its first token of a session. */
export function phoneFirstMs(startMs: number, slot: Slot): number {
  return startMs + slot * START_GAP_MS;
}

/** The session of a computer: at most as old as the password, and some weeks. */
export function computerSession(holder: Holder, day: number): string {
  const { key, index, traits } = holder;
  // A browser on a shared machine forgets its session at night.
  if (traits.workplace === 'browser') return sessionId(holder, 'browser', day);
  const epoch = epochOf(holder, weekOf(day));
  const fromDay = firstDayOf(holder, epoch);
  for (let back = day; back >= fromDay; back--) {
    const isReset = troubleOn(key, index, back) === 'reset' && isTroubled(holder, back);
    if (isReset) return sessionId(holder, 'computer', epoch, back);
  }
  return sessionId(holder, 'computer', epoch);
}

/**
 * Whether a session of several weeks begins with a prompt on this day: the first working day since.
 */
export function isFirstDay(holder: Holder, day: number): boolean {
  const fromDay = firstDayOf(holder, epochOf(holder, weekOf(day)));
  for (let back = fromDay; back < day; back++) {
    if (planOf(holder.key, holder.index, holder.traits, back).isOn) return false;
  }
  return true;
}

export type PhoneSession = { readonly id: string; readonly startMs: number };

export function phoneSession(holder: Holder, atMs: number): PhoneSession {
  const { key, index, traits } = holder;
  const today = dayOf(traits, atMs);
  let epoch = epochOf(holder, weekOf(today));
  if (phoneStart(holder, epoch) > atMs) epoch--;
  const startMs = phoneStart(holder, epoch);
  const fromDay = dayOf(traits, startMs);
  for (let day = today; day >= fromDay; day--) {
    if (troubleOn(key, index, day) !== 'reset' || !isTroubled(holder, day)) continue;
    const againMs = phoneAgainMs(planOf(key, index, traits, day));
    if (againMs <= atMs && againMs > startMs) {
      return { id: sessionId(holder, 'phone', epoch, day), startMs: againMs };
    }
  }
  return { id: sessionId(holder, 'phone', epoch), startMs };
}

/** When the owner signs in again on the phone after a reset. */
export function phoneAgainMs(plan: DayPlan): number {
  return resetMs(plan) + PHONE_AGAIN_AFTER_MS;
}

/** Monday morning of the week in which an epoch begins. */
export function phoneStart(holder: Holder, epoch: number): number {
  const midnight = midnightOf(holder.traits, firstDayOf(holder, epoch));
  return midnight + (holder.traits.startMinute - 25) * MINUTE_MS;
}

/** Sessions last two to five weeks, with a fixed length per person. */
export function epochOf(holder: Holder, week: number): number {
  return Math.floor((week + offsetOf(holder)) / weeksOf(holder));
}

function firstDayOf(holder: Holder, epoch: number): number {
  return mondayOf(epoch * weeksOf(holder) - offsetOf(holder));
}

function weeksOf(holder: Holder): number {
  return 2 + (mix(holder.key, holder.index, 301) % 4);
}

function offsetOf(holder: Holder): number {
  return mix(holder.key, holder.index, 302) % weeksOf(holder);
}

function isTroubled({ key, index, traits }: Holder, day: number): boolean {
  return planOf(key, index, traits, day).trouble === 'reset';
}

function periodOf(slot: Slot): number {
  return PERIODS_MS[slot] ?? 26 * 60 * MINUTE_MS;
}

function phaseOf(holder: Holder, slot: Slot): number {
  return mix(holder.key, holder.index, 303, slot) % periodOf(slot);
}

function boundaryMs(holder: Holder, slot: Slot, boundary: number): number {
  const jitter = mix(holder.key, holder.index, boundary, 304 + slot) % SPREAD_MS;
  return phaseOf(holder, slot) + boundary * periodOf(slot) + jitter;
}

function held(holder: Holder, slot: Slot, issuedMs: number, session: string): HeldToken {
  const { seed, key, index } = holder;
  const requestId = new SeededRandom(seed, key, 'token', index, slot, issuedMs).guid();
  return { requestId, issuedMs, sessionId: session };
}

function sessionId(holder: Holder, kind: string, ...path: readonly number[]): string {
  return new SeededRandom(holder.seed, holder.key, 'sid', holder.index, kind, ...path).guid();
}

/** The time of day from which a person's programs have tokens. */
export function readyMs(plan: DayPlan): number {
  return plan.onMs + WARM_UP_MS;
}

/** Acts are ordered within an hour: sorting more than one hour at a time would only cost memory. */
export const HOUR_MS = 3_600_000;

/** Calendars turn at midnight of the person's own clock. */
export const DAY_MS: number = 24 * HOUR_MS;

/** Numbers of acts within one person's hour; a key has 10 bits for them. */
export const ACTS_PER_HOUR_MAX = 1024;

/** Below this are sign-ins, which happen by the clock: up to four for each of sixteen programs. */
export const FIRST_ORDINARY_ACT = 64;

/** Nobody does anything in the minute in which the programs start: their tokens come first. */
export const WARM_UP_MS = 60_000;

/** What a knowledge worker with average diligence does in an hour, sign-ins aside. */
export const ACTS_PER_HOUR = 26;

/** Mail read on a phone in an hour outside work, and at weekends. */
export const PHONE_ACTS_PER_HOUR = 0.45;

/** From this number on an act is done on the phone. */
export const FIRST_PHONE_ACT = 800;

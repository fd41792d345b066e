/** Acts are sorted per hour. Larger units would only cost memory. */
export const HOUR_MS = 3_600_000;

/** Calendars change at midnight in the person's time zone. */
export const DAY_MS: number = 24 * HOUR_MS;

/** Numbers of acts within one person's hour, for which a key has 10 bits. */
export const ACTS_PER_HOUR_MAX = 1024;

/** Lower numbers are sign-ins by schedule: up to four for each of sixteen programs. */
export const FIRST_ORDINARY_ACT = 64;

/** No acts in the minute in which programs start, because their tokens come first. */
export const WARM_UP_MS = 60_000;

/** Acts of an average office worker per hour, without sign-ins. */
export const ACTS_PER_HOUR = 26;

/** Mails read on a phone per hour outside work and at weekends. */
export const PHONE_ACTS_PER_HOUR = 0.45;

/** Acts with this number or a higher one happen on the phone. */
export const FIRST_PHONE_ACT = 800;

/** The invented company, and what happens to it. */
export type DemoPlan = {
  readonly people: number;
  readonly days: number;
  /** The end of the history, in milliseconds since 1970: the present of the company. */
  readonly endMs: number;
  readonly seed: string;
};

export const MINUTE_MS = 60_000;
export const HOUR_MS: number = 60 * MINUTE_MS;
export const DAY_MS: number = 24 * HOUR_MS;

/** A company that a newcomer can survey, and enough people for an attack among them. */
export const PEOPLE = 60;
/** The attack takes up to 20 days: see {@link ATTACK}. */
export const DAYS = 21;
/** Below this, the attack does not fit, and the company has a quiet time only. */
export const ATTACK_DAYS = 21;
/** Few mails and files for office workers: with their sign-ins, 90,000 records in three weeks. */
export const DILIGENCE = 0.08;
export const SEED = 'northmoor';
export const DOMAIN = 'northmoor.example';
export const FORGOTTEN_DOMAIN = 'northmoortest.example';

/** Its shortest form: nine days of spraying, then mail is read for four. */
export const ATTACK = {
  name: 'midnight-blizzard',
  parameters: { spraying: '9d', reading: '4d' },
} as const;

/** The mailbox audit of one quiet day is missing: an administrator ended the subscription. */
export const CUT_CONTENT = 'Audit.Exchange' as const;
/** The day that is cut, counted from 0. */
export const CUT_DAY = 3;

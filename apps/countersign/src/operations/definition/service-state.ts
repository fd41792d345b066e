import type { Setting } from '../../config/list-settings.ts';

/** What the quota of a service allows, and what one collector needs. */
export type CollectorState = {
  readonly collector: string;
  readonly tenant: string;
  readonly everyMs: number;
  readonly polls: number;
  readonly failedPolls: number;
  readonly records: number;
  readonly lastPollMs: number | null;
  /** Of the last poll, if something stayed incomplete. */
  readonly problem: string | null;
  /** Null: the collector has no quota, or has not measured its need yet. */
  readonly budget: CollectorBudget | null;
};

/** Rates are in requests per minute. */
export type CollectorBudget = {
  readonly needed: number;
  readonly allowed: number;
  readonly backlogRequests: number;
  /** Null: never, at this rate. */
  readonly catchUpMinutes: number | null;
  /** When content starts to expire unread; null: never, at this rate. */
  readonly losesFrom: string | null;
  readonly state: 'keeping up' | 'catching up' | 'late: quota';
};

/** What only the running service knows: it is in no entry. */
export type ServiceState = {
  readonly settings: readonly Setting[];
  readonly collectors: readonly CollectorState[];
};

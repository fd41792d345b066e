import type { Sought } from './facts.ts';
import type { Scope } from './live.ts';
import type { Resolution } from './principal.ts';
import type { EventRow } from './row.ts';
import type { Coverage } from './statement-types.ts';

export type TimelineFilter = Scope & {
  readonly user?: string | undefined;
  readonly ip?: string | undefined;
  readonly session?: string | undefined;
  readonly app?: string | undefined;
  readonly tenant?: string | undefined;
  /** Asked about the user alone. */
  readonly sought?: Sought | undefined;
};

export type Timeline = {
  /** Whose events these are; undefined when nobody was asked for. */
  readonly who: Resolution | undefined;
  readonly rows: AsyncIterable<EventRow>;
  readonly coverage: Coverage;
};

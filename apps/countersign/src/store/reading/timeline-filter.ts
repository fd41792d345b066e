import type { Resolution } from '../identity/principal.ts';
import type { Coverage } from '../rows/completeness.ts';
import type { ErasureSubjectTest } from '../rows/entry-rows.ts';
import type { EventRow } from '../rows/event-row.ts';
import type { Scope } from './current-rows.ts';

export type TimelineFilter = Scope & {
  readonly user?: string | undefined;
  readonly ip?: string | undefined;
  readonly session?: string | undefined;
  readonly app?: string | undefined;
  readonly tenant?: string | undefined;
  /** Tests whether an erasure was about the user. */
  readonly isSubject?: ErasureSubjectTest | undefined;
};

export type Timeline = {
  /** The requested user; undefined if the request names none. */
  readonly who: Resolution | undefined;
  readonly rows: AsyncIterable<EventRow>;
  readonly coverage: Coverage;
};

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
  /** Asked about the user alone. */
  readonly isSubject?: ErasureSubjectTest | undefined;
};

export type Timeline = {
  /** Whose events these are; undefined when nobody was asked for. */
  readonly who: Resolution | undefined;
  readonly rows: AsyncIterable<EventRow>;
  readonly coverage: Coverage;
};

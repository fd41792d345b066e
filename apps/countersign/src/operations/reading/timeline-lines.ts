import type { ErasureIndex } from '../../projection/entries/erasure-index.ts';
import type { CoverageGap } from '../../store/rows/completeness.ts';
import type { EventRow } from '../../store/rows/event-row.ts';
import type { RowNames } from '../readers/row-names.ts';

/** An event, the names of the actor and the application, and the entry that erased its body. */
export type EventLine = {
  readonly kind: 'event';
  readonly row: EventRow;
  /** The record's own name, otherwise one that other records give to the same id. */
  readonly actorName?: string | undefined;
  readonly appName?: string | undefined;
  readonly erasedBy: number | undefined;
};

/** A line of a timeline: an event, or an interval in which events may be missing. */
export type TimelineLine = EventLine | { readonly kind: 'hole'; readonly hole: CoverageGap };

/** Puts each hole before the first event at or after its start; `holes` are in order. */
export async function* withHoles(
  rows: AsyncIterable<EventRow>,
  {
    holes,
    erasures,
    names,
  }: {
    readonly holes: readonly CoverageGap[];
    readonly erasures: ErasureIndex;
    readonly names: RowNames;
  },
): AsyncGenerator<TimelineLine> {
  let next = 0;
  for await (const row of rows) {
    for (; next < holes.length; next++) {
      const hole = holes[next] as CoverageGap;
      if (hole.fromMs > row.event.timeMs) break;
      yield { kind: 'hole', hole };
    }
    yield {
      ...{ kind: 'event', row, erasedBy: erasures.of(row.entries)?.index },
      actorName: names.actorOf(row),
      appName: await names.appOf(row),
    };
  }
  for (const hole of holes.slice(next)) yield { kind: 'hole', hole };
}

import type { CoverageGap } from '../../store/coverage/coverage-answer.ts';
import type { EventRow } from '../../store/rows/event-row.ts';
import type { Cell, Column } from '../terminal/table.ts';
import { timeText } from './time-text.ts';

/** A line of a timeline: an event, or an interval of which events may be missing. */
export type Line =
  | { readonly kind: 'event'; readonly row: EventRow }
  | { readonly kind: 'hole'; readonly hole: CoverageGap };

/** Puts each hole before the first event at or after its start; `holes` are in order. */
export async function* withHoles(
  rows: AsyncIterable<EventRow>,
  holes: readonly CoverageGap[],
): AsyncGenerator<Line> {
  let next = 0;
  for await (const row of rows) {
    for (; next < holes.length; next++) {
      const hole = holes[next] as CoverageGap;
      if (hole.fromMs > row.event.timeMs) break;
      yield { kind: 'hole', hole };
    }
    yield { kind: 'event', row };
  }
  for (const hole of holes.slice(next)) yield { kind: 'hole', hole };
}

/** The columns of events, in which a hole takes the place of what nobody knows. */
export function lineColumns(columns: readonly Column<EventRow>[]): readonly Column<Line>[] {
  return columns.map((column) => ({
    ...column,
    cell: (line) =>
      line.kind === 'event' ? column.cell(line.row) : holeCell(column.title, line.hole),
  }));
}

function holeCell(title: string, hole: CoverageGap): Cell {
  const { source, workload, subject, state, because, index } = hole;
  switch (title) {
    case 'time (UTC)':
      return timeText(Number.isFinite(hole.fromMs) ? hole.fromMs : null);
    case 'who':
      return { text: `hole: ${state}`, style: state === 'unknown' ? 'unknown' : 'no' };
    case 'what':
      return `until ${timeText(Number.isFinite(hole.toMs) ? hole.toMs : null)}`;
    case 'on what': {
      const of = [source, workload, subject].filter((part) => part !== null);
      return `${of.join(', ')}: ${because}`;
    }
    case 'entry':
      return String(index);
    default:
      return undefined;
  }
}

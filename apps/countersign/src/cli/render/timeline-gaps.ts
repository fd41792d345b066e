import type { EventLine, TimelineLine } from '../../operations/reading/timeline-lines.ts';
import type { CoverageGap } from '../../store/rows/completeness.ts';
import type { Cell, Column } from '../terminal/table.ts';
import { timeText } from './time-text.ts';

/** The columns of events, in which a hole fills the row of unknown events. */
export function lineColumns(
  columns: readonly Column<EventLine>[],
): readonly Column<TimelineLine>[] {
  return columns.map((column) => ({
    ...column,
    cell: (line) => (line.kind === 'event' ? column.cell(line) : holeCell(column.title, line.hole)),
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

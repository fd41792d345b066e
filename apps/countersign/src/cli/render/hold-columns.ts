import type { ActiveHold } from '../../ingest/erasure/legal-holds.ts';
import type { Column } from '../terminal/table.ts';
import { timeText } from './time-text.ts';

export const HOLD_COLUMNS: readonly Column<ActiveHold>[] = [
  { title: 'case', kind: 'text', cell: (hold) => hold.case },
  { title: 'entry', kind: 'number', cell: ({ index }) => String(index) },
  { title: 'by', kind: 'text', cell: ({ by }) => by },
  { title: 'holds', kind: 'text', comfortable: 30, cell: scopeText },
];

function scopeText({ scope }: ActiveHold): string {
  const { names, source, tenant, fromMs, toMs } = scope;
  const parts = [
    ...(names.length === 0 ? [] : [`what names ${names.join(', ')}`]),
    ...(source === null ? [] : [`from ${source}`]),
    ...(tenant === null ? [] : [`of tenant ${tenant}`]),
    ...(scope.import === null ? [] : [`by import ${scope.import}`]),
    ...(fromMs === null && toMs === null ? [] : [`${timeText(fromMs)} to ${timeText(toMs)}`]),
  ];
  return parts.length === 0 ? 'everything' : parts.join('; ');
}

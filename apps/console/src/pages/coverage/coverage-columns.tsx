import { EvidenceLink } from '../../kit/evidence/evidence-link.tsx';
import type { Column } from '../../kit/table/column.ts';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { Time } from '../../kit/text/time.tsx';
import { coverageTexts as t } from '../../texts/coverage.ts';
import type { Fact } from './coverage-grid.ts';

/** The map as a table, with every interval as it is. */
export const COLUMNS: readonly Column<Fact>[] = [
  {
    id: 'source',
    header: t.source,
    width: 'minmax(150px, 1fr)',
    cell: ({ source, workload }) => <SafeText text={t.rowOf(source, workload)} />,
    text: ({ source, workload }) => t.rowOf(source, workload),
  },
  {
    id: 'subject',
    header: t.subject,
    width: '130px',
    cell: ({ subject }) => subject !== null && <SafeText text={subject} />,
    text: ({ subject }) => subject ?? '',
  },
  {
    id: 'state',
    header: t.state,
    width: '110px',
    cell: ({ state }) => t.states[state],
    text: ({ state }) => state,
  },
  {
    id: 'from',
    header: t.from,
    width: '170px',
    cell: ({ from }) => (from === null ? t.open : <Time at={from} />),
    text: ({ from }) => from ?? '',
  },
  {
    id: 'to',
    header: t.to,
    width: '170px',
    cell: ({ to }) => (to === null ? t.open : <Time at={to} />),
    text: ({ to }) => to ?? '',
  },
  {
    id: 'bound',
    header: t.bound,
    width: '110px',
    cell: ({ bound }) => (bound === null ? t.noBound : t.share(bound)),
    text: ({ bound }) => (bound === null ? '' : String(bound)),
  },
  {
    id: 'because',
    header: t.because,
    width: 'minmax(200px, 2fr)',
    cell: ({ because }) => <SafeText text={because} />,
    text: ({ because }) => because,
  },
  {
    id: 'entries',
    header: t.entries,
    width: '90px',
    cell: ({ entries: [first] }) => first !== undefined && <EvidenceLink entry={first} />,
    text: ({ entries }) => entries.join(' '),
  },
];

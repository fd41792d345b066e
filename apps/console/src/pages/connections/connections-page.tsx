import type { Operations } from '@countersign/client';
import { useItems } from '../../api/hooks.ts';
import { AnswerBanner } from '../../kit/answer/answer-banner.tsx';
import { CaseBar } from '../../kit/case/case-bar.tsx';
import { EvidenceLink } from '../../kit/evidence/evidence-link.tsx';
import { Page } from '../../kit/page/page.tsx';
import type { Column } from '../../kit/table/column.ts';
import { ItemTable } from '../../kit/table/item-table.tsx';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { Time } from '../../kit/text/time.tsx';
import { usePeriod, usePeriodText, useView } from '../../state/view.ts';
import { connectionTexts as t } from '../../texts/people.ts';

type Event = Operations['timeline']['output'];

/** The events of one address or one session, in order. */
export function ConnectionsPage() {
  const [{ ip, session }] = useView();
  const about = ip ?? session ?? '';
  const events = useItems(
    'timeline',
    {
      ...usePeriod(),
      ...(ip !== undefined && { ip }),
      ...(session !== undefined && { session }),
    },
    { enabled: about !== '' },
  );
  const first = events.data?.pages[0];
  const range = usePeriodText();
  return (
    <Page title={ip === undefined ? t.session(about) : t.address(about)}>
      {first !== undefined && first.items.length > 0 && (
        <AnswerBanner
          answer={first.complete}
          text={first.complete.kind === 'yes' ? t.yes : t.unknown}
        />
      )}
      <CaseBar />
      <ItemTable
        label={t.title}
        items={events}
        columns={COLUMNS}
        rowKey={(event) => String(event.unmapped.entries[0])}
        looked={`${t.looked(about)}, ${range}`}
      />
    </Page>
  );
}

/** Text at a path of an OCSF event. */
function textAt(event: Event, ...path: readonly string[]): string {
  let value: unknown = event;
  for (const member of path) {
    if (typeof value !== 'object' || value === null) return '';
    value = (value as Readonly<Record<string, unknown>>)[member];
  }
  return typeof value === 'string' ? value : '';
}

function actorOf(event: Event): string {
  const at = (...path: readonly string[]): string => textAt(event, ...path);
  return at('actor', 'user', 'name') || at('user', 'name') || at('actor', 'user', 'uid');
}

function operationOf(event: Event): string {
  return textAt(event, 'api', 'operation') || textAt(event, 'activity_name');
}

const COLUMNS: readonly Column<Event>[] = [
  {
    id: 'time',
    header: t.time,
    width: '200px',
    cell: ({ time }) => <Time at={time} form="second" />,
    text: ({ time }) => new Date(time).toISOString(),
  },
  {
    id: 'who',
    header: t.who,
    width: 'minmax(180px, 1fr)',
    cell: (event) => <SafeText text={actorOf(event)} />,
    text: actorOf,
  },
  {
    id: 'what',
    header: t.what,
    width: 'minmax(180px, 1fr)',
    cell: (event) => <SafeText text={operationOf(event)} />,
    text: operationOf,
  },
  {
    id: 'status',
    header: t.status,
    width: '110px',
    cell: (event) => <SafeText text={textAt(event, 'status')} />,
    text: (event) => textAt(event, 'status'),
  },
  {
    id: 'entry',
    header: t.evidence,
    width: '90px',
    cell: ({ unmapped }) =>
      unmapped.entries[0] === undefined ? '' : <EvidenceLink entry={unmapped.entries[0]} />,
    text: ({ unmapped }) => unmapped.entries.join(' '),
  },
];

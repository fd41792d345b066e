import type { Operations } from '@countersign/client';
import { Text } from '@fluentui/react-components';
import { useNavigate } from '@tanstack/react-router';
import { useItems } from '../../api/hooks.ts';
import { AnswerBanner } from '../../kit/answer/answer-banner.tsx';
import { CaseBar } from '../../kit/case/case-bar.tsx';
import { Page } from '../../kit/page/page.tsx';
import type { Column } from '../../kit/table/column.ts';
import { ItemTable } from '../../kit/table/item-table.tsx';
import { formatNumber } from '../../kit/text/format-time.ts';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { Time } from '../../kit/text/time.tsx';
import { useView } from '../../state/view.ts';
import { searchTexts as t } from '../../texts/people.ts';

type Result = Operations['search']['output'];

/** A shorter text matches nearly everything. */
const CHARACTERS_MIN = 2;

/** What a text may mean, over the whole range of the ledger. */
export function SearchPage() {
  const [{ q = '', tenant }] = useView();
  const isLong = q.trim().length >= CHARACTERS_MIN;
  const found = useItems(
    'search',
    { text: q, ...(tenant !== undefined && { tenant }) },
    { enabled: isLong },
  );
  const open = useOpenResult();
  const first = isLong ? found.data?.pages[0] : undefined;
  return (
    <Page title={t.title}>
      {!isLong && <Text>{q === '' ? t.prompt : t.short}</Text>}
      {first !== undefined && first.items.length > 0 && (
        <AnswerBanner
          answer={first.complete}
          text={first.complete.kind === 'yes' ? t.yes(q) : t.unknown(q)}
        />
      )}
      <CaseBar />
      {isLong && (
        <ItemTable
          label={t.title}
          items={found}
          columns={COLUMNS}
          rowKey={({ kind, id, tenant: of }) => `${kind} ${id} ${of ?? ''}`}
          looked={t.looked(q)}
          onOpen={open}
        />
      )}
    </Page>
  );
}

/** Opens the page that shows a result. */
function useOpenResult(): (result: Result) => void {
  const navigate = useNavigate();
  const [, change] = useView();
  return ({ kind, id, tenant }) => {
    const of = tenant === null ? {} : { tenant };
    const go = (to: string, params: object, search: object): void =>
      void navigate({ to, params: params as never, search: { ...of, ...search } as never });
    switch (kind) {
      case 'entry':
        return change({ entry: id });
      case 'person':
        return go('/people/$who', { who: id }, {});
      case 'app':
        return go('/apps/$app', { app: id }, {});
      case 'decision':
        return go('/access', {}, { decision: id });
      case 'pass':
        return go('/access', {}, { tab: 'passes', pass: id });
      case 'finding':
        return go('/findings/$id', { id }, {});
      case 'address':
        return go('/connections', {}, { ip: id });
      case 'session':
        return go('/connections', {}, { session: id });
    }
  };
}

const COLUMNS: readonly Column<Result>[] = [
  {
    id: 'kind',
    header: t.kind,
    width: '110px',
    cell: ({ kind }) => t.kinds[kind],
    text: ({ kind }) => kind,
  },
  {
    id: 'what',
    header: t.what,
    width: 'minmax(240px, 3fr)',
    cell: ({ principal, title }) => <SafeText text={principal?.name ?? title} />,
    text: ({ principal, title }) => principal?.name ?? title,
  },
  {
    id: 'events',
    header: t.events,
    width: '90px',
    cell: ({ events }) => (events === null ? '' : formatNumber(events)),
    text: ({ events }) => String(events ?? ''),
  },
  {
    id: 'last',
    header: t.last,
    width: '190px',
    cell: ({ last }) => (last === null ? '' : <Time at={last} />),
    text: ({ last }) => last ?? '',
  },
];

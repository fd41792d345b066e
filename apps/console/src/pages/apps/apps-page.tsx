import type { Operations } from '@countersign/client';
import { Input } from '@fluentui/react-components';
import { Search16Regular } from '@fluentui/react-icons';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useItems } from '../../api/hooks.ts';
import { AnswerBanner } from '../../kit/answer/answer-banner.tsx';
import { Page } from '../../kit/page/page.tsx';
import type { Column } from '../../kit/table/column.ts';
import { ItemTable } from '../../kit/table/item-table.tsx';
import { formatNumber } from '../../kit/text/format-time.ts';
import { PageLink } from '../../kit/text/page-link.tsx';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { Time } from '../../kit/text/time.tsx';
import { usePeriod, usePeriodText, useView } from '../../state/view.ts';
import { appsTexts as t } from '../../texts/people.ts';

type App = Operations['appsList']['output'];

/** Which applications acted or were used in the period, the last active first. */
export function AppsPage() {
  const [{ q }] = useView();
  const period = usePeriod();
  const range = usePeriodText();
  const navigate = useNavigate();
  const apps = useItems('appsList', { ...period, ...(q !== undefined && { text: q }) });
  const first = apps.data?.pages[0];
  const open = ({ id, tenant }: App): void => {
    const search = (former: object): object => ({ ...former, tenant, q: undefined });
    void navigate({ to: '/apps/$app', params: { app: id } as never, search: search as never });
  };
  return (
    <Page title={t.title}>
      {first !== undefined && (first.items.length > 0 || first.complete.kind === 'yes') && (
        <AnswerBanner
          answer={first.complete}
          text={first.complete.kind === 'yes' ? t.yes : t.unknown}
        />
      )}
      <Filter key={q ?? ''} />
      <ItemTable
        label={t.title}
        items={apps}
        columns={COLUMNS}
        rowKey={({ id, tenant }) => `${tenant} ${id}`}
        looked={`${t.looked(q)}, ${range}`}
        onOpen={open}
      />
    </Page>
  );
}

function Filter() {
  const [{ q }, change] = useView();
  const [text, setText] = useState(q ?? '');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    change({ q: text.trim() });
  };
  return (
    <form onSubmit={submit} data-print="no">
      <Input
        value={text}
        aria-label={t.filter}
        placeholder={t.filter}
        contentBefore={<Search16Regular aria-hidden />}
        onChange={(_, { value }) => setText(value)}
        onBlur={() => change({ q: text.trim() })}
      />
    </form>
  );
}

const COLUMNS: readonly Column<App>[] = [
  {
    id: 'name',
    header: t.name,
    width: 'minmax(220px, 2fr)',
    cell: ({ id, name, tenant }) => (
      <PageLink to="/apps/$app" params={{ app: id }} search={{ tenant }}>
        <SafeText text={name ?? id} />
      </PageLink>
    ),
    text: ({ id, name }) => name ?? id,
  },
  {
    id: 'events',
    header: t.events,
    width: '100px',
    cell: ({ events }) => formatNumber(events),
    text: ({ events }) => String(events),
  },
  {
    id: 'first',
    header: t.first,
    width: '190px',
    cell: ({ first }) => <Time at={first} />,
    text: ({ first }) => first,
  },
  {
    id: 'last',
    header: t.last,
    width: '190px',
    cell: ({ last }) => <Time at={last} />,
    text: ({ last }) => last,
  },
];

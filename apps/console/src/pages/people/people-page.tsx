import type { Operations } from '@countersign/client';
import { Input, makeStyles, Select } from '@fluentui/react-components';
import { Search16Regular } from '@fluentui/react-icons';
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useState } from 'react';
import { useItems } from '../../api/hooks.ts';
import { AnswerBanner } from '../../kit/answer/answer-banner.tsx';
import { CaseBar } from '../../kit/case/case-bar.tsx';
import { Page } from '../../kit/page/page.tsx';
import type { Column } from '../../kit/table/column.ts';
import { ItemTable } from '../../kit/table/item-table.tsx';
import { PageLink } from '../../kit/text/page-link.tsx';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { Time } from '../../kit/text/time.tsx';
import { usePeriod, usePeriodText, useView } from '../../state/view.ts';
import { peopleTexts as t } from '../../texts/people.ts';

type Principal = Operations['peopleList']['output'];
type Kind = Principal['kind'];

const KINDS: readonly Kind[] = ['user', 'service', 'system'];

const useStyles = makeStyles({
  filters: { display: 'flex', flexWrap: 'wrap', gap: '8px' },
  text: { minWidth: '220px' },
});

/** Who acted in the period, the last active first. */
export function PeoplePage() {
  const [{ q, kind }] = useView();
  const period = usePeriod();
  const range = usePeriodText();
  const navigate = useNavigate();
  const shownKind = KINDS.find((each) => each === kind) ?? (kind === 'all' ? undefined : 'user');
  const people = useItems('peopleList', {
    ...period,
    ...(q !== undefined && { text: q }),
    ...(shownKind !== undefined && { kind: shownKind }),
  });
  const open = ({ who, tenant }: Principal): void => {
    const search = (former: object): object => ({
      ...former,
      tenant,
      q: undefined,
      kind: undefined,
    });
    void navigate({ to: '/people/$who', params: { who } as never, search: search as never });
  };
  const first = people.data?.pages[0];
  const count = people.data?.pages.flatMap(({ items }) => items).length ?? 0;
  return (
    <Page title={t.title}>
      {first !== undefined && (count > 0 || first.complete.kind === 'yes') && (
        <AnswerBanner
          answer={first.complete}
          text={first.complete.kind === 'yes' ? t.yes(count, first.next !== null) : t.unknown}
        />
      )}
      <CaseBar />
      <Filters key={q ?? ''} kind={shownKind ?? 'all'} />
      <ItemTable
        label={t.title}
        items={people}
        columns={COLUMNS}
        rowKey={({ who, tenant }) => `${tenant} ${who}`}
        looked={`${t.looked(shownKind, q)}, ${range}`}
        onOpen={open}
      />
    </Page>
  );
}

function Filters({ kind }: { readonly kind: Kind | 'all' }) {
  const styles = useStyles();
  const [{ q }, change] = useView();
  const [text, setText] = useState(q ?? '');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    change({ q: text.trim() });
  };
  return (
    <form onSubmit={submit} className={styles.filters} data-print="no">
      <Input
        className={styles.text}
        value={text}
        aria-label={t.filter}
        placeholder={t.filter}
        contentBefore={<Search16Regular aria-hidden />}
        onChange={(_, { value }) => setText(value)}
        onBlur={() => change({ q: text.trim() })}
      />
      <Select
        aria-label={t.kind}
        value={kind}
        onChange={(_, { value }) => change({ kind: value === 'user' ? undefined : value })}
      >
        {[...KINDS, 'all' as const].map((each) => (
          <option key={each} value={each}>
            {t.kinds[each]}
          </option>
        ))}
      </Select>
    </form>
  );
}

function nameOf({ principal, who }: Principal): string {
  return principal.name ?? who;
}

const COLUMNS: readonly Column<Principal>[] = [
  {
    id: 'name',
    header: t.name,
    width: 'minmax(200px, 2fr)',
    cell: (item) => (
      <PageLink to="/people/$who" params={{ who: item.who }} search={{ tenant: item.tenant }}>
        <SafeText text={nameOf(item)} />
      </PageLink>
    ),
    text: nameOf,
  },
  {
    id: 'kind',
    header: t.kind,
    width: '110px',
    cell: ({ kind }) => t.kindOf[kind],
    text: ({ kind }) => kind,
  },
  {
    id: 'also',
    header: t.also,
    width: 'minmax(160px, 2fr)',
    cell: (item) => (alsoOf(item) === '' ? '' : <SafeText text={alsoOf(item)} />),
    text: alsoOf,
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

/** Names only: ids of the vendor help no reader of a list. */
function alsoOf({ aliases }: Principal): string {
  return aliases
    .filter(({ kind }) => kind === 'name')
    .map(({ value }) => value)
    .join(', ');
}

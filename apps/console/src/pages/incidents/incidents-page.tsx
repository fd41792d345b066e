import type { Operations } from '@countersign/client';
import { Dropdown, Field, Option } from '@fluentui/react-components';
import { useNavigate } from '@tanstack/react-router';
import { useItems } from '../../api/hooks.ts';
import { AnswerBanner } from '../../kit/answer/answer-banner.tsx';
import { Severity } from '../../kit/answer/severity.tsx';
import { Page } from '../../kit/page/page.tsx';
import { PageLink } from '../../kit/page/page-link.tsx';
import { ArrivalsButton } from '../../kit/table/arrivals-button.tsx';
import type { Column } from '../../kit/table/column.ts';
import { ItemTable } from '../../kit/table/item-table.tsx';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { Time } from '../../kit/text/time.tsx';
import { useSession } from '../../state/session-context.ts';
import { useView } from '../../state/view.ts';
import { texts } from '../../texts/en.ts';
import { incidentsTexts as t } from '../../texts/incidents.ts';

type Incident = Operations['findingsIncidents']['output'];

const SEVERITIES = ['informational', 'low', 'medium', 'high', 'critical'] as const;
type SeverityName = (typeof SEVERITIES)[number];

/** The queue: the gravest first, then the latest. */
export function IncidentsPage() {
  const navigate = useNavigate();
  const { scopes } = useSession();
  const [view, change] = useView();
  const minSeverity = SEVERITIES.find((name) => name === view['severity']) ?? 'medium';
  const incidents = useItems('findingsIncidents', {
    minSeverity,
    ...(view.tenant !== undefined && { tenant: view.tenant }),
  });
  const pages = incidents.data?.pages;
  return (
    <Page
      title={t.title}
      actions={
        <SeverityFilter
          value={minSeverity}
          onChange={(severity) => change({ severity }, { replaces: true })}
        />
      }
    >
      {pages !== undefined && <Conclusion pages={pages} />}
      {scopes.includes('feeds:read') && (
        <ArrivalsButton kinds={['finding']} onShow={() => incidents.refetch()} />
      )}
      <ItemTable
        label={t.title}
        items={incidents}
        columns={COLUMNS}
        rowKey={({ incident }) => incident}
        looked={t.looked(minSeverity)}
        onOpen={({ incident: id }) => {
          void navigate({ to: '/incidents/$id', params: { id }, search: view } as never);
        }}
      />
    </Page>
  );
}

function Conclusion(props: {
  readonly pages: readonly {
    readonly next: string | null;
    readonly items: readonly Incident[];
    readonly complete: {
      readonly kind: 'yes' | 'no' | 'unknown';
      readonly because:
        | readonly never[]
        | readonly { readonly code: string; readonly text: string }[];
    };
  }[];
}) {
  const all = props.pages.flatMap(({ items }) => items);
  const open = all.filter((incident) => incident.open > 0);
  const complete = props.pages.at(-1)?.complete;
  const [worst] = open;
  if (worst !== undefined) {
    const because = [{ code: 'worst', text: t.worst(worst.title) }];
    return <AnswerBanner answer={{ kind: 'no', because }} text={t.no(open.length)} />;
  }
  // An empty list says itself whether it can tell.
  if (all.length === 0 || complete === undefined) return null;
  const last = props.pages.at(-1);
  // Later pages may have an open incident.
  if (last === undefined || last.next !== null) return null;
  const isCertain = complete.kind === 'yes';
  return <AnswerBanner answer={complete} text={isCertain ? t.yes : t.unknown} />;
}

function SeverityFilter(props: {
  readonly value: SeverityName;
  readonly onChange: (value: SeverityName) => void;
}) {
  const { value, onChange } = props;
  const nameOf = (name: SeverityName): string =>
    texts.severities[SEVERITIES.indexOf(name) + 1] ?? '';
  return (
    <Field label={t.severityLabel} orientation="horizontal">
      <Dropdown
        value={nameOf(value)}
        selectedOptions={[value]}
        onOptionSelect={(_, { optionValue }) => {
          const chosen = SEVERITIES.find((name) => name === optionValue);
          if (chosen !== undefined) onChange(chosen);
        }}
        style={{ minWidth: '160px' }}
      >
        {SEVERITIES.map((name) => (
          <Option key={name} value={name} text={nameOf(name)}>
            {nameOf(name)}
          </Option>
        ))}
      </Dropdown>
    </Field>
  );
}

const COLUMNS: readonly Column<Incident>[] = [
  {
    id: 'severity',
    header: t.severity,
    width: '130px',
    cell: ({ severity_id: id }) => <Severity id={id} />,
    text: ({ severity_id: id }) => texts.severities[id] ?? '',
  },
  {
    id: 'what',
    header: t.what,
    width: 'minmax(260px, 3fr)',
    cell: ({ incident, title }) => (
      <PageLink path="/incidents/$id" params={{ id: incident }}>
        <SafeText text={title} />
      </PageLink>
    ),
    text: ({ title }) => title,
  },
  {
    id: 'state',
    header: t.state,
    width: '100px',
    cell: ({ status }) => t.states[status],
    text: ({ status }) => status,
  },
  {
    id: 'findings',
    header: t.findings,
    width: '120px',
    cell: ({ open, findings }) => t.open(open, findings.length),
    text: ({ findings }) => String(findings.length),
  },
  {
    id: 'assignee',
    header: t.assignee,
    width: 'minmax(90px, 1fr)',
    cell: ({ assignee }) => (assignee === null ? t.noOne : <SafeText text={assignee} />),
    text: ({ assignee }) => assignee ?? '',
  },
  {
    id: 'first',
    header: t.first,
    width: '175px',
    cell: ({ first }) => first !== null && <Time at={first} />,
    text: ({ first }) => first ?? '',
  },
  {
    id: 'last',
    header: t.last,
    width: '175px',
    cell: ({ last }) => last !== null && <Time at={last} />,
    text: ({ last }) => last ?? '',
  },
];

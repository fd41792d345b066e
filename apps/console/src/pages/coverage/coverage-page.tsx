import { makeStyles } from '@fluentui/react-components';
import { useEffect, useMemo, useState } from 'react';
import { type Items, useItems } from '../../api/hooks.ts';
import { useServiceTime } from '../../api/service-time.ts';
import { AnswerBanner } from '../../kit/answer/answer-banner.tsx';
import { rulesAnswer } from '../../kit/answer/rules-answer.ts';
import { Page } from '../../kit/page/page.tsx';
import { ErrorView, LoadingView } from '../../kit/page/page-states.tsx';
import { ViewSwitch } from '../../kit/page/view-switch.tsx';
import { EmptyList } from '../../kit/table/empty-list.tsx';
import { ItemTable } from '../../kit/table/item-table.tsx';
import { formatTime } from '../../kit/text/format-time.ts';
import { PageLink } from '../../kit/text/page-link.tsx';
import { usePreferences } from '../../state/preferences.tsx';
import { usePeriod, usePeriodText, useView } from '../../state/view.ts';
import { coverageTexts as t } from '../../texts/coverage.ts';
import { CellDetail } from './cell-detail.tsx';
import { COLUMNS } from './coverage-columns.tsx';
import { type Fact, gridOf, spanOf } from './coverage-grid.ts';
import { type CellAddress, HeatMap, HeatMapLegend } from './heat-map.tsx';
import { HolesView } from './holes-view.tsx';
import { QuotaView } from './quota-view.tsx';

/** Items of one request, so that a map needs few. */
const PAGE_ITEMS = 1000;

/** How often the map is read again. */
const EVERY_MS = 30_000;

const VIEWS = ['map', 'table', 'holes', 'quota'] as const;
type ViewName = (typeof VIEWS)[number];

const useStyles = makeStyles({ map: { display: 'flex', flexDirection: 'column', gap: '16px' } });

/** The hours that each source was seen in, and the rules that a hole makes blind. */
export function CoveragePage() {
  const [view, change] = useView();
  const chosen = VIEWS.find((name) => name === view['as']) ?? 'map';
  const choose = (name: ViewName): void =>
    change({ as: name === 'map' ? undefined : name }, { replaces: true });
  return (
    <Page
      title={t.title}
      actions={
        <ViewSwitch
          label={t.views}
          names={VIEWS}
          texts={t.viewNames}
          chosen={chosen}
          onChoose={choose}
        />
      }
    >
      {(chosen === 'map' || chosen === 'table') && <RulesSentence />}
      {chosen === 'quota' && <QuotaView />}
      {chosen === 'holes' && <HolesView />}
      {(chosen === 'map' || chosen === 'table') && <Facts form={chosen} />}
    </Page>
  );
}

function Facts({ form }: { readonly form: 'map' | 'table' }) {
  const facts = useItems('coverage', { ...usePeriod(), limit: PAGE_ITEMS }, { everyMs: EVERY_MS });
  const range = usePeriodText();
  useAllPages(facts);
  if (form === 'map') return <CoverageMap facts={facts} />;
  return (
    <ItemTable
      label={t.map}
      items={facts}
      columns={COLUMNS}
      rowKey={factKey}
      looked={`${t.looked}, ${range}`}
    />
  );
}

function factKey({ tenant, source, workload, subject, from, state }: Fact): string {
  return [tenant, source, workload, subject, from, state].join(' ');
}

/** A map is true only if it has everything. */
function useAllPages(items: Items<Fact>): void {
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = items;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
}

function RulesSentence() {
  const { timeZone } = usePreferences();
  const [{ tenant }] = useView();
  const input = { limit: PAGE_ITEMS, ...(tenant !== undefined && { tenant }) };
  const rules = useItems('rulesStatus', input, { everyMs: EVERY_MS });
  if (rules.data === undefined) {
    if (rules.error === null) return <LoadingView lines={2} />;
    return <ErrorView error={rules.error} retry={() => rules.refetch()} />;
  }
  const all = rules.data.pages.flatMap(({ items }) => items);
  const timeText = (iso: string): string => {
    return formatTime(Date.parse(iso), { form: 'minute', timeZone });
  };
  const { answer, text } = rulesAnswer(all, timeText);
  return (
    <AnswerBanner answer={answer} text={text}>
      <PageLink to="/detections">{t.rules.open}</PageLink>
    </AnswerBanner>
  );
}

function CoverageMap({ facts: items }: { readonly facts: Items<Fact> }) {
  const styles = useStyles();
  const [view] = useView();
  const nowMs = useServiceTime();
  const looked = `${t.looked}, ${usePeriodText()}`;
  const [selected, setSelected] = useState<CellAddress>();
  const canaries = useItems('canaries', {});
  const pages = items.data?.pages;
  const facts = useMemo(() => pages?.flatMap((page) => page.items) ?? [], [pages]);
  const isWhole = pages !== undefined && items.hasNextPage === false;
  const { from, to } = view;
  const grid = useMemo(
    () => gridOf(facts, spanOf(facts, { from, to }, nowMs)),
    [facts, from, to, nowMs],
  );
  if (items.error !== null && pages === undefined) {
    return <ErrorView error={items.error} retry={() => items.refetch()} />;
  }
  if (!isWhole) return <LoadingView lines={8} />;
  const last = pages.at(-1);
  if (grid.rows.length === 0 && last !== undefined) {
    return <EmptyList complete={last.complete} looked={looked} notices={last.notices} />;
  }
  const row = selected && grid.rows[selected.row];
  const cell = selected && row?.cells[selected.column];
  const startMs = selected && grid.columns[selected.column];
  return (
    <div className={styles.map}>
      <HeatMap grid={grid} selected={selected} onSelect={setSelected} />
      {row !== undefined && cell !== undefined && startMs !== undefined && (
        <CellDetail
          row={row}
          cell={cell}
          fromMs={startMs}
          toMs={startMs + grid.stepMs}
          canaries={canaries.data?.pages.flatMap((page) => page.items) ?? []}
          onClose={() => setSelected(undefined)}
        />
      )}
      <HeatMapLegend />
    </div>
  );
}

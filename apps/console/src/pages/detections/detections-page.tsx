import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { type Items, useItems } from '../../api/hooks.ts';
import { AnswerBanner } from '../../kit/answer/answer-banner.tsx';
import { type Rule, rulesAnswer } from '../../kit/answer/rules-answer.ts';
import { Page } from '../../kit/page/page.tsx';
import { LoadingView } from '../../kit/page/page-states.tsx';
import { ViewSwitch } from '../../kit/page/view-switch.tsx';
import { ItemTable } from '../../kit/table/item-table.tsx';
import { formatTime } from '../../kit/text/format-time.ts';
import { usePreferences } from '../../state/preferences.tsx';
import { usePeriod, useView } from '../../state/view.ts';
import { detectionTexts as t } from '../../texts/detections.ts';
import { COLUMNS } from './rule-columns.tsx';

const TABS = ['rules', 'figures'] as const;

/** More rules than any folder of content has. */
const RULES_MAX = 1000;

/** The figures are a document, which most visits do not need. */
const Figures = lazy(async () => ({ default: (await import('./figures-tab.tsx')).FiguresTab }));

/** All rules and detectors: whether they receive their logs, and what they found. */
export function DetectionsPage() {
  const [view, change] = useView();
  const tab = TABS.find((each) => each === view['tab']) ?? 'rules';
  return (
    <Page title={t.title}>
      <ViewSwitch
        label={t.views}
        names={TABS}
        texts={t.tabs}
        chosen={tab}
        onChoose={(name) => change({ tab: name }, { replaces: true })}
      />
      {tab === 'rules' ? (
        <RulesTab />
      ) : (
        <Suspense fallback={<LoadingView />}>
          <Figures />
        </Suspense>
      )}
    </Page>
  );
}

function RulesTab() {
  const { timeZone } = usePreferences();
  const navigate = useNavigate();
  const { from, to, tenant } = usePeriod();
  const rules = useItems('rulesStatus', {
    limit: RULES_MAX,
    ...(tenant !== undefined && { tenant }),
    // Without a start, the service answers for now.
    ...(from !== undefined && { from, ...(to !== undefined && { to }) }),
  });
  const all = rules.data?.pages.flatMap(({ items }) => items);
  const timeText = (iso: string): string => {
    return formatTime(Date.parse(iso), { form: 'minute', timeZone });
  };
  const found = all && rulesAnswer(all, timeText);
  return (
    <>
      {found !== undefined && <AnswerBanner answer={found.answer} text={found.text} />}
      <ItemTable
        label={t.title}
        items={worstFirst(rules)}
        columns={COLUMNS}
        rowKey={({ rule }) => rule}
        looked={t.looked}
        onOpen={({ rule }) => {
          void navigate({ to: '/rule' as never, search: { from, to, tenant, rule } as never });
        }}
      />
    </>
  );
}

const WORST: readonly Rule['state'][] = ['failed', 'blind', 'partial', 'live'];

/** A blind rule must not be on the last screen of the list. All rules are one page of it. */
function worstFirst(rules: Items<Rule>): Items<Rule> {
  if (rules.data === undefined) return rules;
  const rank = ({ state }: Rule): number => WORST.indexOf(state);
  const pages = rules.data.pages.map((page) => {
    return { ...page, items: page.items.toSorted((a, b) => rank(a) - rank(b)) };
  });
  return { ...rules, data: { ...rules.data, pages } };
}

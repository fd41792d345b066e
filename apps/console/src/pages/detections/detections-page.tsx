import { Tab, TabList } from '@fluentui/react-components';
import { useNavigate } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { useItems } from '../../api/hooks.ts';
import { AnswerBanner } from '../../kit/answer/answer-banner.tsx';
import { rulesAnswer } from '../../kit/answer/rules-answer.ts';
import { Page } from '../../kit/page/page.tsx';
import { LoadingView } from '../../kit/page/page-states.tsx';
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
      <TabList
        selectedValue={tab}
        onTabSelect={(_, { value }) => change({ tab: String(value) }, { replaces: true })}
      >
        {TABS.map((each) => (
          <Tab key={each} value={each}>
            {t.tabs[each]}
          </Tab>
        ))}
      </TabList>
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
        items={rules}
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

import { Tab, TabList } from '@fluentui/react-components';
import { Page } from '../../kit/page/page.tsx';
import { useView } from '../../state/view.ts';
import { ledgerTexts as t } from '../../texts/ledger.ts';
import { EntriesTab } from './entries-tab.tsx';
import { ErasuresTab } from './erasures-tab.tsx';
import { LogTab } from './log-tab.tsx';
import { ProveRecord } from './prove-record.tsx';

const TABS = ['log', 'entries', 'erasures'] as const;

/** The log, its growth and witnesses, its entries with proof, and what was erased or held. */
export function LedgerPage() {
  const [view, change] = useView();
  const tab = TABS.find((each) => each === view['tab']) ?? 'log';
  return (
    <Page title={t.title}>
      <ProveRecord />
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
      {tab === 'log' && <LogTab />}
      {tab === 'entries' && <EntriesTab />}
      {tab === 'erasures' && <ErasuresTab />}
    </Page>
  );
}

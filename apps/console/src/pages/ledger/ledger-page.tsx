import { Page } from '../../kit/page/page.tsx';
import { ViewSwitch } from '../../kit/page/view-switch.tsx';
import { useView } from '../../state/view.ts';
import { ledgerTexts as t } from '../../texts/ledger.ts';
import { EntriesTab } from './entries-tab.tsx';
import { ErasuresTab } from './erasures-tab.tsx';
import { HeadConclusion, LogTab } from './log-tab.tsx';
import { ProveRecord } from './prove-record.tsx';

const TABS = ['log', 'entries', 'erasures'] as const;

/** The log, its growth and witnesses, its entries with proof, and what was erased or held. */
export function LedgerPage() {
  const [view, change] = useView();
  const tab = TABS.find((each) => each === view['tab']) ?? 'log';
  return (
    <Page title={t.title}>
      <HeadConclusion />
      <ProveRecord />
      <ViewSwitch
        label={t.views}
        names={TABS}
        texts={t.tabs}
        chosen={tab}
        onChoose={(name) => change({ tab: name }, { replaces: true })}
      />
      {tab === 'log' && <LogTab />}
      {tab === 'entries' && <EntriesTab />}
      {tab === 'erasures' && <ErasuresTab />}
    </Page>
  );
}

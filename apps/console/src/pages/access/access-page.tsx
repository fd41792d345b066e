import type { Answer, Operations } from '@countersign/client';
import { Tab, TabList, Text } from '@fluentui/react-components';
import { useAnswer } from '../../api/hooks.ts';
import { AnswerBanner } from '../../kit/answer/answer-banner.tsx';
import { CaseBar } from '../../kit/case/case-bar.tsx';
import { Page } from '../../kit/page/page.tsx';
import { LoadingView, QueryView } from '../../kit/page/page-states.tsx';
import { useSession } from '../../state/session-context.ts';
import { usePeriod, useView } from '../../state/view.ts';
import { accessTexts as t } from '../../texts/access.ts';
import { DecisionDetail } from './decision-detail.tsx';
import { DecisionsTab } from './decisions-tab.tsx';
import { PassesTab } from './passes-tab.tsx';
import { PoliciesTab } from './policies-tab.tsx';
import { ReferenceForm } from './reference-form.tsx';
import { VerificationTab } from './verification-tab.tsx';

type VerificationCounts = NonNullable<Operations['verified']['output']>;

const TABS = ['decisions', 'passes', 'policies', 'verification'] as const;
type TabName = (typeof TABS)[number];

/** What a reader needs for each part of the page. */
const SCOPES: Readonly<Record<TabName, string>> = {
  decisions: 'events:read',
  passes: 'passes:read',
  policies: 'policies:read',
  verification: 'events:read',
};

/** Who was permitted or refused and why, open passes, the policies, and what they verified. */
export function AccessPage() {
  const [{ tab, decision }, change] = useView();
  const { scopes } = useSession();
  const tabs = TABS.filter((each) => scopes.includes(SCOPES[each]));
  const shown = tabs.find((each) => each === tab) ?? tabs[0];
  const seesEvents = scopes.includes(SCOPES.decisions);
  return (
    <Page title={t.title} actions={seesEvents && <ReferenceForm />}>
      {seesEvents && <Conclusion />}
      {shown === undefined && <Text>{t.noTab}</Text>}
      <CaseBar />
      {decision !== undefined && <DecisionDetail key={decision} id={decision} />}
      <TabList
        selectedValue={shown}
        data-print="no"
        onTabSelect={(_, { value }) =>
          change({ tab: value === 'decisions' ? undefined : String(value) })
        }
      >
        {tabs.map((each) => (
          <Tab key={each} value={each}>
            {t.tabs[each]}
          </Tab>
        ))}
      </TabList>
      {shown !== undefined && <TabContent tab={shown} />}
    </Page>
  );
}

function TabContent({ tab }: { readonly tab: TabName }) {
  switch (tab) {
    case 'decisions':
      return <DecisionsTab />;
    case 'passes':
      return <PassesTab />;
    case 'policies':
      return <PoliciesTab />;
    case 'verification':
      return <VerificationTab />;
  }
}

/** Did the policy verify every sign-in? */
function Conclusion() {
  const verified = useAnswer('verified', usePeriod());
  return (
    <QueryView query={verified} loading={<LoadingView lines={2} />}>
      {({ answer, result }) => {
        const { text, kind } = conclusionOf(answer, result);
        const because = kind === answer.kind ? answer.because : [];
        return <AnswerBanner answer={{ kind, because }} text={text} />;
      }}
    </QueryView>
  );
}

function conclusionOf(
  { kind }: Answer,
  result: VerificationCounts | null,
): { readonly kind: Answer['kind']; readonly text: string } {
  if (result === null) return { kind: 'unknown', text: t.verified.gaps };
  const open = Object.values(result.unverified).reduce((sum, each) => sum + each, 0);
  const all = result.decided + result.checked + open;
  if (result.disagreements > 0) return { kind: 'no', text: t.verified.no(result.disagreements) };
  if (open > 0 || all === 0) return { kind: 'unknown', text: t.verified.unknown(open, all) };
  if (kind !== 'yes') return { kind: 'unknown', text: t.verified.gaps };
  return { kind: 'yes', text: t.verified.yes(all) };
}

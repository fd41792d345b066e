import type { Operations } from '@countersign/client';
import { Subtitle1, Tab, TabList } from '@fluentui/react-components';
import { useItems } from '../../api/hooks.ts';
import { Page } from '../../kit/page/page.tsx';
import type { Column } from '../../kit/table/column.ts';
import { ItemTable } from '../../kit/table/item-table.tsx';
import { useSession } from '../../state/session-context.ts';
import { useView } from '../../state/view.ts';
import { settingsTexts as t } from '../../texts/settings.ts';
import { AuditSection } from './audit-section.tsx';
import { ConfigurationSection } from './configuration-section.tsx';
import { HealthSection } from './health-section.tsx';
import { OperatorsSection } from './operators-section.tsx';
import { TokensSection } from './tokens-section.tsx';

type Role = Operations['operatorsRoles']['output'];

const TABS = ['service', 'operators', 'tokens', 'audit'] as const;
type TabName = (typeof TABS)[number];

/** What a reader needs for each part of the page. Health is for everyone. */
const SCOPES: Readonly<Record<Exclude<TabName, 'service'>, string>> = {
  operators: 'operators:read',
  tokens: 'operators:read',
  audit: 'operators:audit',
};

/** The service itself: its health and configuration, who may use it, and who looked at whom. */
export function SettingsPage() {
  const [{ tab }, change] = useView();
  const { scopes } = useSession();
  const tabs = TABS.filter((each) => each === 'service' || scopes.includes(SCOPES[each]));
  const shown = tabs.find((each) => each === tab) ?? 'service';
  return (
    <Page title={t.title}>
      <TabList
        selectedValue={shown}
        data-print="no"
        style={{ flexWrap: 'wrap' }}
        onTabSelect={(_, { value }) =>
          change({ tab: value === 'service' ? undefined : String(value) })
        }
      >
        {tabs.map((each) => (
          <Tab key={each} value={each}>
            {t.tabs[each]}
          </Tab>
        ))}
      </TabList>
      <TabContent tab={shown} />
    </Page>
  );
}

function TabContent({ tab }: { readonly tab: TabName }) {
  const { scopes } = useSession();
  switch (tab) {
    case 'service':
      return (
        <>
          <HealthSection />
          {scopes.includes('operators:read') && <ConfigurationSection />}
        </>
      );
    case 'operators':
      return (
        <>
          <OperatorsSection />
          <RolesSection />
        </>
      );
    case 'tokens':
      return <TokensSection />;
    case 'audit':
      return <AuditSection />;
  }
}

function RolesSection() {
  const roles = useItems('operatorsRoles', {});
  return (
    <section aria-labelledby="roles">
      <Subtitle1 as="h2" id="roles">
        {t.roles}
      </Subtitle1>
      <ItemTable
        label={t.roles}
        items={roles}
        columns={ROLE_COLUMNS}
        rowKey={({ role }) => role}
        looked={t.rolesLooked}
      />
    </section>
  );
}

const ROLE_COLUMNS: readonly Column<Role>[] = [
  {
    id: 'role',
    header: t.role,
    width: '180px',
    cell: ({ role }) => role,
    text: ({ role }) => role,
  },
  {
    id: 'scopes',
    header: t.scopes,
    width: 'minmax(200px, 1fr)',
    cell: ({ scopes }) => scopes.join(', '),
    text: ({ scopes }) => scopes.join(' '),
  },
];

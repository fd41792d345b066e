import type { Operations } from '@countersign/client';
import { Subtitle1 } from '@fluentui/react-components';
import { useItems } from '../../api/hooks.ts';
import { Page } from '../../kit/page/page.tsx';
import type { Column } from '../../kit/table/column.ts';
import { ItemTable } from '../../kit/table/item-table.tsx';
import { settingsTexts as t } from '../../texts/settings.ts';
import { HealthSection } from './health-section.tsx';
import { OperatorsSection } from './operators-section.tsx';
import { TokensSection } from './tokens-section.tsx';

type Role = Operations['operatorsRoles']['output'];

/** The service itself: its health, who may use it, and what each role may do. */
export function SettingsPage() {
  return (
    <Page title={t.title}>
      <HealthSection />
      <OperatorsSection />
      <TokensSection />
      <RolesSection />
    </Page>
  );
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

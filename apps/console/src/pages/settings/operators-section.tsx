import type { Operations } from '@countersign/client';
import { Subtitle1, Text } from '@fluentui/react-components';
import { useAct } from '../../api/act.ts';
import { type Items, useItems } from '../../api/hooks.ts';
import { ActDialog } from '../../kit/act/act-dialog.tsx';
import type { Column } from '../../kit/table/column.ts';
import { ItemTable } from '../../kit/table/item-table.tsx';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { Time } from '../../kit/text/time.tsx';
import { settingsTexts as t } from '../../texts/settings.ts';

type Operator = Operations['operatorsList']['output'];

/** Who can sign in, with a way to end it at once. */
export function OperatorsSection() {
  const operators = useItems('operatorsList', {});
  return (
    <section aria-labelledby="operators">
      <Subtitle1 as="h2" id="operators">
        {t.operators}
      </Subtitle1>
      <Text>{t.newOperators}</Text>
      <ItemTable
        label={t.operators}
        items={operators}
        columns={[...COLUMNS, actColumn(operators)]}
        rowKey={({ operator }) => operator}
        looked={t.operatorsLooked}
      />
    </section>
  );
}

const COLUMNS: readonly Column<Operator>[] = [
  {
    id: 'operator',
    header: t.name,
    width: 'minmax(160px, 2fr)',
    cell: ({ operator }) => <SafeText text={operator} />,
    text: ({ operator }) => operator,
  },
  {
    id: 'roles',
    header: t.role,
    width: 'minmax(120px, 1fr)',
    cell: ({ roles }) => <SafeText text={roles.join(', ')} />,
    text: ({ roles }) => roles.join(' '),
  },
  {
    id: 'passkey',
    header: t.passkey,
    width: '80px',
    cell: ({ passkey }) => (passkey ? t.yes : t.no),
    text: ({ passkey }) => String(passkey),
  },
  {
    id: 'last',
    header: t.lastUse,
    width: '170px',
    cell: ({ lastMs }) => (lastMs === null ? t.never : <Time at={lastMs} />),
    text: ({ lastMs }) => (lastMs === null ? '' : new Date(lastMs).toISOString()),
  },
  {
    id: 'sessions',
    header: t.sessions,
    width: '110px',
    cell: ({ sessions }) => String(sessions),
    text: ({ sessions }) => String(sessions),
  },
  {
    id: 'state',
    header: t.state,
    width: '90px',
    cell: ({ revoked }) => (revoked === null ? t.active : t.revoked),
    text: ({ revoked }) => (revoked === null ? t.active : t.revoked),
  },
];

function actColumn(operators: Items<Operator>): Column<Operator> {
  return {
    id: 'act',
    header: t.act,
    width: '100px',
    cell: (operator) =>
      operator.revoked === null ? (
        <RevokeOperator operator={operator.operator} onDone={() => operators.refetch()} />
      ) : (
        ''
      ),
  };
}

function RevokeOperator(props: { readonly operator: string; readonly onDone: () => unknown }) {
  const { operator, onDone } = props;
  const revoke = useAct('operatorsRevoke', { onDone });
  return (
    <ActDialog
      label={t.revoke}
      title={t.revokeOperator(operator)}
      preview={t.revokeOperatorPreview}
      isPending={revoke.isPending}
      isDone={revoke.reply !== undefined}
      error={revoke.error}
      onAct={(reason) => revoke.run({ operator, reason })}
    />
  );
}

import type { Operations } from '@countersign/client';
import { Subtitle1, Text } from '@fluentui/react-components';
import { useAct } from '../../api/act.ts';
import { type Items, useItems } from '../../api/hooks.ts';
import { ActDialog } from '../../kit/act/act-dialog.tsx';
import { EvidenceLink } from '../../kit/evidence/evidence-link.tsx';
import type { Column } from '../../kit/table/column.ts';
import { ItemTable } from '../../kit/table/item-table.tsx';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { Time } from '../../kit/text/time.tsx';
import { settingsTexts as t } from '../../texts/settings.ts';

type Token = Operations['tokensList']['output'];

/** What programs may do, with a way to end it at once. */
export function TokensSection() {
  const tokens = useItems('tokensList', {});
  return (
    <section aria-labelledby="tokens">
      <Subtitle1 as="h2" id="tokens">
        {t.tokens}
      </Subtitle1>
      <Text>{t.newTokens}</Text>
      <ItemTable
        label={t.tokens}
        items={tokens}
        columns={[...COLUMNS, actColumn(tokens)]}
        rowKey={({ id }) => id}
        looked={t.tokensLooked}
      />
    </section>
  );
}

const COLUMNS: readonly Column<Token>[] = [
  {
    id: 'name',
    header: t.name,
    width: 'minmax(120px, 1fr)',
    cell: ({ name }) => <SafeText text={name} />,
    text: ({ name }) => name,
  },
  {
    id: 'scopes',
    header: t.scopes,
    width: 'minmax(160px, 2fr)',
    cell: ({ scopes }) => scopes.join(', '),
    text: ({ scopes }) => scopes.join(' '),
  },
  {
    id: 'used',
    header: t.lastUse,
    width: '170px',
    cell: ({ usedMs }) => (usedMs === null ? t.never : <Time at={usedMs} />),
    text: ({ usedMs }) => (usedMs === null ? '' : new Date(usedMs).toISOString()),
  },
  {
    id: 'expires',
    header: t.expires,
    width: '110px',
    cell: ({ expiresMs }) => <Time at={expiresMs} form="day" />,
    text: ({ expiresMs }) => new Date(expiresMs).toISOString(),
  },
  {
    id: 'by',
    header: t.createdBy,
    width: 'minmax(110px, 1fr)',
    cell: ({ createdBy, entry }) => (
      <>
        <SafeText text={createdBy} /> <EvidenceLink entry={entry} />
      </>
    ),
    text: ({ createdBy }) => createdBy,
  },
];

function actColumn(tokens: Items<Token>): Column<Token> {
  return {
    id: 'act',
    header: t.act,
    width: '100px',
    cell: ({ id, name, revoked }) =>
      revoked === null ? (
        <RevokeToken id={id} name={name} onDone={() => tokens.refetch()} />
      ) : (
        t.revoked
      ),
  };
}

function RevokeToken(props: {
  readonly id: string;
  readonly name: string;
  readonly onDone: () => unknown;
}) {
  const { id, name, onDone } = props;
  const revoke = useAct('tokensRevoke', { onDone });
  return (
    <ActDialog
      label={t.revoke}
      title={t.revokeToken(name)}
      preview={t.revokeTokenPreview}
      isPending={revoke.isPending}
      isDone={revoke.reply !== undefined}
      error={revoke.error}
      onAct={(reason) => revoke.run({ token: id, reason })}
    />
  );
}

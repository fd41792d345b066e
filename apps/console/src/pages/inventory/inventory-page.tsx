import type { Answer, Page as ListPage, Operations } from '@countersign/client';
import { useItems } from '../../api/hooks.ts';
import { AnswerBanner } from '../../kit/answer/answer-banner.tsx';
import { wholeAnswer } from '../../kit/answer/whole-answer.ts';
import { EvidenceLink } from '../../kit/evidence/evidence-link.tsx';
import { Page } from '../../kit/page/page.tsx';
import type { Column } from '../../kit/table/column.ts';
import { ItemTable } from '../../kit/table/item-table.tsx';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { inventoryTexts as t } from '../../texts/inventory.ts';

type KnownTenant = Operations['inventory']['output'];

/** Every tenant that the company owns, connected or not. */
export function InventoryPage() {
  const tenants = useItems('inventory', {});
  const last = tenants.data?.pages.at(-1);
  const all = tenants.data?.pages.flatMap(({ items }) => items);
  return (
    <Page title={t.title}>
      {last !== undefined && all !== undefined && <Conclusion tenants={all} last={last} />}
      <ItemTable
        label={t.title}
        items={tenants}
        columns={COLUMNS}
        rowKey={({ tenant }) => tenant}
        looked={t.looked}
      />
    </Page>
  );
}

function Conclusion(props: {
  readonly tenants: readonly KnownTenant[];
  readonly last: ListPage<KnownTenant>;
}) {
  const { tenants, last } = props;
  const found = inventoryAnswer(tenants, last.complete);
  const { answer, text } = wholeAnswer(found, last, t.unknown);
  return <AnswerBanner answer={answer} text={text} />;
}

/** A tenant that is not connected is a no, also if others may exist. */
function inventoryAnswer(
  tenants: readonly KnownTenant[],
  complete: Answer,
): { readonly answer: Answer; readonly text: string } {
  const owned = tenants.filter(({ relation }) => relation === 'owned');
  const forgotten = owned.filter(({ isConnected }) => isConnected === false);
  if (forgotten.length > 0) {
    const because = forgotten.map(({ tenant, name }) => ({
      code: 'not-connected',
      text: t.why(name ?? tenant),
    }));
    return {
      answer: { kind: 'no', because },
      text: t.notConnected(forgotten.length, owned.length),
    };
  }
  const strange = tenants.filter(({ relation }) => relation === 'not listed');
  if (complete.kind !== 'yes' || strange.length > 0) {
    const reasons = strange.map(({ tenant, hasRecords }) => ({
      code: 'not-listed',
      text: hasRecords ? t.strange(tenant) : t.silent(tenant),
    }));
    const because = [...complete.because, ...reasons];
    return { answer: { kind: 'unknown', because }, text: t.unknown };
  }
  return { answer: { kind: 'yes', because: [] }, text: t.allConnected(owned.length) };
}

const COLUMNS: readonly Column<KnownTenant>[] = [
  {
    id: 'name',
    header: t.name,
    width: 'minmax(140px, 1fr)',
    cell: ({ name, tenant }) => <SafeText text={name ?? tenant} />,
    text: ({ name }) => name ?? '',
  },
  {
    id: 'tenant',
    header: t.tenant,
    width: 'minmax(160px, 2fr)',
    cell: ({ tenant }) => tenant,
    text: ({ tenant }) => tenant,
  },
  {
    id: 'relation',
    header: t.relation,
    width: '150px',
    cell: ({ relation }) => t.relations[relation],
    text: ({ relation }) => relation,
  },
  {
    id: 'use',
    header: t.use,
    width: '120px',
    cell: ({ use }) => (use === null ? '' : <SafeText text={use} />),
    text: ({ use }) => use ?? '',
  },
  {
    id: 'connected',
    header: t.connected,
    width: '90px',
    cell: ({ isConnected }) => (isConnected === null ? '' : isConnected ? t.yes : t.no),
    text: ({ isConnected }) => String(isConnected ?? ''),
  },
  {
    id: 'records',
    header: t.records,
    width: '80px',
    cell: ({ hasRecords }) => (hasRecords ? t.yes : t.none),
    text: ({ hasRecords }) => String(hasRecords),
  },
  {
    id: 'entry',
    header: t.entry,
    width: '110px',
    cell: ({ entry }) => (entry === null ? '' : <EvidenceLink entry={entry} />),
    text: ({ entry }) => String(entry ?? ''),
  },
];

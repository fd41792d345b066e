import type { Operations } from '@countersign/client';
import { Subtitle2 } from '@fluentui/react-components';
import { useItems } from '../../api/hooks.ts';
import { EvidenceLink } from '../../kit/evidence/evidence-link.tsx';
import type { Column } from '../../kit/table/column.ts';
import { ItemTable } from '../../kit/table/item-table.tsx';
import { formatNumber } from '../../kit/text/format-time.ts';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { Time } from '../../kit/text/time.tsx';
import { ledgerTexts as t } from '../../texts/ledger.ts';

type Erasure = Operations['ledgerErasures']['output'];
type Hold = Operations['ledgerHoldList']['output'];

/** What was erased and why, and which cases keep records from being erased. */
export function ErasuresTab() {
  const erasures = useItems('ledgerErasures', {});
  const holds = useItems('ledgerHoldList', {});
  return (
    <>
      <Subtitle2 as="h2">{t.erasures}</Subtitle2>
      <ItemTable
        label={t.erasures}
        items={erasures}
        columns={ERASURES}
        rowKey={({ entry }) => String(entry)}
        looked={t.erasuresLooked}
      />
      <Subtitle2 as="h2">{t.holds}</Subtitle2>
      <ItemTable
        label={t.holds}
        items={holds}
        columns={HOLDS}
        rowKey={({ index }) => String(index)}
        looked={t.holdsLooked}
      />
    </>
  );
}

const ERASURES: readonly Column<Erasure>[] = [
  {
    id: 'at',
    header: t.erased,
    width: '200px',
    cell: ({ at }) => <Time at={at} form="second" />,
    text: ({ at }) => at,
  },
  {
    id: 'bodies',
    header: t.bodies,
    width: '100px',
    cell: ({ bodies }) => formatNumber(bodies),
    text: ({ bodies }) => String(bodies),
  },
  {
    id: 'by',
    header: t.by,
    width: 'minmax(140px, 1fr)',
    cell: ({ by }) => <SafeText text={by} />,
    text: ({ by }) => by,
  },
  {
    id: 'reason',
    header: t.because,
    width: 'minmax(200px, 2fr)',
    cell: ({ reason }) => <SafeText text={reason} />,
    text: ({ reason }) => reason,
  },
  {
    id: 'entry',
    header: t.entry,
    width: '100px',
    cell: ({ entry }) => <EvidenceLink entry={entry} />,
    text: ({ entry }) => String(entry),
  },
];

const HOLDS: readonly Column<Hold>[] = [
  {
    id: 'case',
    header: t.case,
    width: 'minmax(120px, 1fr)',
    cell: (hold) => <SafeText text={hold.case} />,
    text: (hold) => hold.case,
  },
  {
    id: 'by',
    header: t.by,
    width: 'minmax(140px, 1fr)',
    cell: ({ by }) => <SafeText text={by} />,
    text: ({ by }) => by,
  },
  {
    id: 'scope',
    header: t.scope,
    width: 'minmax(200px, 2fr)',
    cell: (hold) => <SafeText text={scopeText(hold)} />,
    text: scopeText,
  },
  {
    id: 'entry',
    header: t.entry,
    width: '100px',
    cell: ({ index }) => <EvidenceLink entry={index} />,
    text: ({ index }) => String(index),
  },
];

function scopeText({ scope }: Hold): string {
  const { names, source, tenant } = scope;
  const parts = [...names, source, tenant].filter((part) => part !== null);
  return parts.length === 0 ? t.everything : parts.join(', ');
}

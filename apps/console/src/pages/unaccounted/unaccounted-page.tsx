import type { Operations } from '@countersign/client';
import { useItems } from '../../api/hooks.ts';
import { AnswerBanner } from '../../kit/answer/answer-banner.tsx';
import { EvidenceLink } from '../../kit/evidence/evidence-link.tsx';
import { Page } from '../../kit/page/page.tsx';
import type { Column } from '../../kit/table/column.ts';
import { ItemTable } from '../../kit/table/item-table.tsx';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { Time } from '../../kit/text/time.tsx';
import { usePeriod, usePeriodText, useView } from '../../state/view.ts';
import { unaccountedTexts as t } from '../../texts/unaccounted.ts';

type ActionItem = Operations['reconcileList']['output'];

/** The actions behind the residual, each with its entry and the reason of its verdict. */
export function UnaccountedPage() {
  const [, change] = useView();
  const actions = useItems('reconcileList', usePeriod());
  const range = usePeriodText();
  const pages = actions.data?.pages;
  const items = pages?.flatMap((page) => page.items) ?? [];
  const isNo = items.some(({ verdict }) => verdict === 'unaccounted');
  return (
    <Page title={t.title}>
      {items.length > 0 && (
        <AnswerBanner
          answer={{ kind: isNo ? 'no' : 'unknown', because: [] }}
          text={isNo ? t.no : t.unknown}
        />
      )}
      <ItemTable
        label={t.title}
        items={actions}
        columns={COLUMNS}
        rowKey={({ index, time, because }) => `${index} ${time} ${because}`}
        looked={`${t.looked}, ${range}`}
        onOpen={({ index }) => change({ entry: index === null ? undefined : String(index) })}
      />
    </Page>
  );
}

const COLUMNS: readonly Column<ActionItem>[] = [
  {
    id: 'time',
    header: t.time,
    width: '200px',
    cell: ({ time }) => <Time at={time} form="second" />,
    text: ({ time }) => time,
  },
  {
    id: 'verdict',
    header: t.verdict,
    width: '110px',
    cell: ({ verdict }) => t.verdicts[verdict] ?? verdict,
    text: ({ verdict }) => verdict,
  },
  {
    id: 'who',
    header: t.who,
    width: 'minmax(160px, 2fr)',
    cell: ({ who }) => <SafeText text={who ?? t.notStated} />,
    text: ({ who }) => who ?? '',
  },
  {
    id: 'operation',
    header: t.operation,
    width: 'minmax(140px, 1fr)',
    cell: (item) => <SafeText text={operationOf(item)} />,
    text: operationOf,
  },
  {
    id: 'because',
    header: t.because,
    width: 'minmax(200px, 2fr)',
    cell: ({ because }) => <SafeText text={t.reason(because)} />,
    text: ({ because }) => because,
  },
  {
    id: 'entry',
    header: t.entry,
    width: '90px',
    cell: ({ index }) => index !== null && <EvidenceLink entry={index} />,
    text: ({ index }) => String(index ?? ''),
  },
];

/** A change of the directory has a kind instead of an operation. */
function operationOf(item: ActionItem): string {
  if ('operation' in item) return item.operation ?? t.notStated;
  return `${item.kind} ${item.way}`;
}

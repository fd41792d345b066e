import type { Operations } from '@countersign/client';
import { makeStyles, Subtitle2, Text, tokens } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useAnswer, useItems } from '../../api/hooks.ts';
import { AnswerBanner } from '../../kit/answer/answer-banner.tsx';
import { Sparkline } from '../../kit/chart/sparkline.tsx';
import { LoadingView, QueryView } from '../../kit/page/page-states.tsx';
import { PinKeyDialog } from '../../kit/proof/pin-key-dialog.tsx';
import type { Column } from '../../kit/table/column.ts';
import { ItemTable } from '../../kit/table/item-table.tsx';
import { formatNumber } from '../../kit/text/format-time.ts';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { Time } from '../../kit/text/time.tsx';
import { usePinnedKeys } from '../../state/pinned-keys.ts';
import { ledgerTexts as t } from '../../texts/ledger.ts';
import { headAnswer } from './head-answer.ts';

type Head = NonNullable<Operations['ledgerCheckpoint']['output']>;
type Checkpoint = Operations['ledgerCheckpoints']['output'];

/** How often the head is read again. */
const EVERY_MS = 30_000;

/** As many bars as fit beside each other. */
const BARS_MAX = 96;

const useStyles = makeStyles({
  facts: {
    margin: 0,
    display: 'grid',
    gridTemplateColumns: 'auto minmax(0, 1fr)',
    gap: '4px 16px',
    maxWidth: '900px',
  },
  name: { color: tokens.colorNeutralForeground2 },
  value: { margin: 0, overflowWrap: 'anywhere' },
  code: { fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200 },
});

/** Whose log it is, for every view of the page. */
export function HeadConclusion() {
  const head = useAnswer('ledgerCheckpoint', {}, { everyMs: EVERY_MS });
  return (
    <QueryView query={head} loading={<LoadingView lines={2} />}>
      {({ result }) => result !== null && <Conclusion head={result} />}
    </QueryView>
  );
}

function Conclusion({ head }: { readonly head: Head }) {
  const [keys] = usePinnedKeys();
  const checked = useQuery({
    queryKey: ['head-answer', head.note, keys],
    queryFn: () => headAnswer(head.note, keys),
  });
  if (checked.data === undefined) return <LoadingView lines={2} />;
  return (
    <AnswerBanner answer={checked.data.answer} text={checked.data.text}>
      <div>
        <PinKeyDialog />
      </div>
    </AnswerBanner>
  );
}

export function LogTab() {
  const head = useAnswer('ledgerCheckpoint', {}, { everyMs: EVERY_MS });
  const checkpoints = useItems('ledgerCheckpoints', {});
  return (
    <>
      <QueryView query={head}>
        {({ result }) => result !== null && <HeadView head={result} />}
      </QueryView>
      <Growth checkpoints={checkpoints.data?.pages.flatMap(({ items }) => items) ?? []} />
      <Subtitle2 as="h2">{t.checkpoints}</Subtitle2>
      <ItemTable
        label={t.checkpoints}
        items={checkpoints}
        columns={COLUMNS}
        rowKey={({ size }) => String(size)}
        looked={t.looked}
      />
    </>
  );
}

function HeadView({ head }: { readonly head: Head }) {
  const styles = useStyles();
  const signers = head.note.split('\n').filter((line) => line.startsWith('\u2014 '));
  const facts: readonly (readonly [string, string, boolean])[] = [
    [t.origin, head.origin, false],
    [t.size, formatNumber(head.size), false],
    [t.root, head.root, true],
    [t.key, head.vkey, true],
  ];
  return (
    <>
      <Subtitle2 as="h2">{t.stated}</Subtitle2>
      <dl className={styles.facts}>
        {facts.map(([name, value, isCode]) => (
          <div key={name} style={{ display: 'contents' }}>
            <dt className={styles.name}>{name}</dt>
            <dd className={styles.value}>
              <span className={isCode ? styles.code : undefined}>
                <SafeText text={value} />
              </span>
            </dd>
          </div>
        ))}
      </dl>
      <Text>{t.witnesses(signers.length - 1)}</Text>
    </>
  );
}

function Growth({ checkpoints }: { readonly checkpoints: readonly Checkpoint[] }) {
  const sizes = checkpoints
    .slice(0, BARS_MAX + 1)
    .map(({ size }) => size)
    .toReversed();
  const added = sizes.slice(1).map((size, at) => size - (sizes[at] ?? 0));
  if (added.length < 2) return null;
  return (
    <>
      <Subtitle2 as="h2">{t.growth}</Subtitle2>
      <div style={{ overflowX: 'auto' }}>
        <Sparkline values={added} label={t.growthLabel} width={480} height={48} />
      </div>
    </>
  );
}

const COLUMNS: readonly Column<Checkpoint>[] = [
  {
    id: 'size',
    header: t.size,
    width: '120px',
    cell: ({ size }) => formatNumber(size),
    text: ({ size }) => String(size),
  },
  {
    id: 'at',
    header: t.lastEntry,
    width: '200px',
    cell: ({ at }) => at !== null && <Time at={at} form="second" />,
    text: ({ at }) => at ?? '',
  },
  {
    id: 'root',
    header: t.root,
    width: 'minmax(200px, 2fr)',
    cell: ({ root }) => <SafeText text={root} />,
    text: ({ root }) => root,
  },
  {
    id: 'signers',
    header: t.signers,
    width: 'minmax(200px, 2fr)',
    cell: ({ signers }) => <SafeText text={signers.join(', ')} />,
    text: ({ signers }) => signers.join(' '),
  },
];

import type { Answer, Operations } from '@countersign/client';
import { makeStyles, Text, tokens } from '@fluentui/react-components';
import { useItems } from '../../api/hooks.ts';
import { AnswerBanner } from '../../kit/answer/answer-banner.tsx';
import { wholeAnswer } from '../../kit/answer/whole-answer.ts';
import type { Column } from '../../kit/table/column.ts';
import { ItemTable } from '../../kit/table/item-table.tsx';
import { formatNumber } from '../../kit/text/format-time.ts';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { Time } from '../../kit/text/time.tsx';
import { quotaTexts as t } from '../../texts/coverage.ts';

type Collector = Operations['quota']['output'];

/** Rates change with each poll. */
const EVERY_MS = 15_000;

const useStyles = makeStyles({
  meter: { display: 'grid', gap: '3px' },
  bar: {
    height: '6px',
    borderRadius: '3px',
    overflow: 'hidden',
    backgroundColor: tokens.colorNeutralBackground5,
  },
  fill: { height: '100%', backgroundColor: tokens.colorBrandBackground },
  over: { backgroundColor: 'var(--answerNo)' },
});

/** Do the quotas of the vendor allow what collection needs? */
export function QuotaView() {
  const collectors = useItems('quota', {}, { everyMs: EVERY_MS });
  const last = collectors.data?.pages.at(-1);
  const all = collectors.data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <>
      {last !== undefined && all.length > 0 && (
        <AnswerBanner {...wholeAnswer(quotaAnswer(all), last, t.unknown)} />
      )}
      <ItemTable
        label={t.label}
        items={collectors}
        columns={COLUMNS}
        rowKey={({ collector, tenant }) => `${tenant} ${collector}`}
        looked={t.looked}
      />
    </>
  );
}

/** Until a poll succeeds, a collector has measured nothing: it is unknown, and not fine. */
function quotaAnswer(all: readonly Collector[]): {
  readonly answer: Answer;
  readonly text: string;
} {
  const budgets = all.flatMap(({ collector, budget }) =>
    budget === null ? [] : [{ collector, ...budget }],
  );
  const short = budgets.filter(({ state }) => state === 'late: quota');
  if (short.length > 0) {
    const because = short.map(({ collector, needed, allowed }) => ({
      code: 'quota',
      text: t.short(collector, Math.ceil(needed), Math.floor(allowed)),
    }));
    return { answer: { kind: 'no', because }, text: t.no };
  }
  const behind = budgets.filter(({ state }) => state === 'catching up');
  const silent = all.filter(({ budget, polls, failedPolls }) => {
    return budget === null && polls === failedPolls;
  });
  if (behind.length > 0 || silent.length > 0 || budgets.length === 0) {
    const because = [
      ...behind.map(({ collector, backlogRequests }) => ({
        code: 'behind',
        text: t.behind(collector, backlogRequests),
      })),
      ...silent.map(({ collector }) => ({ code: 'silent', text: t.silent(collector) })),
    ];
    return { answer: { kind: 'unknown', because }, text: behind.length > 0 ? t.late : t.unknown };
  }
  return { answer: { kind: 'yes', because: [] }, text: t.yes };
}

const COLUMNS: readonly Column<Collector>[] = [
  {
    id: 'collector',
    header: t.collector,
    width: 'minmax(160px, 1fr)',
    cell: ({ collector }) => <SafeText text={collector} />,
    text: ({ collector }) => collector,
  },
  {
    id: 'tenant',
    header: t.tenant,
    width: 'minmax(140px, 1fr)',
    // A collector that compares sources belongs to no tenant.
    cell: ({ tenant }) => (tenant === '-' ? t.allTenants : <SafeText text={tenant} />),
    text: ({ tenant }) => tenant,
  },
  {
    id: 'used',
    header: t.used,
    width: '200px',
    cell: ({ budget }) => (budget === null ? t.noQuota : <Meter {...budget} />),
    text: ({ budget }) => (budget === null ? '' : `${budget.needed}/${budget.allowed}`),
  },
  {
    id: 'backlog',
    header: t.backlog,
    width: '120px',
    cell: ({ budget }) => (budget === null ? '' : formatNumber(budget.backlogRequests)),
    text: ({ budget }) => String(budget?.backlogRequests ?? ''),
  },
  {
    id: 'loses',
    header: t.losesFrom,
    width: '170px',
    cell: ({ budget }) =>
      budget?.losesFrom == null ? (
        <Text>{budget === null ? '' : t.nothingLost}</Text>
      ) : (
        <Time at={budget.losesFrom} />
      ),
    text: ({ budget }) => budget?.losesFrom ?? '',
  },
  {
    id: 'polls',
    header: t.polls,
    width: '120px',
    cell: ({ polls, failedPolls }) => t.pollCount(polls, failedPolls),
    text: ({ polls }) => String(polls),
  },
  {
    id: 'last',
    header: t.last,
    width: '170px',
    cell: ({ lastPollMs }) => (lastPollMs === null ? t.never : <Time at={lastPollMs} />),
    text: ({ lastPollMs }) => (lastPollMs === null ? '' : new Date(lastPollMs).toISOString()),
  },
];

function Meter({ needed, allowed }: NonNullable<Collector['budget']>) {
  const styles = useStyles();
  const share = allowed === 0 ? 1 : Math.min(1, needed / allowed);
  const isOver = needed > allowed;
  return (
    <div className={styles.meter}>
      <span>{t.rate(needed, allowed)}</span>
      <div className={styles.bar} aria-hidden>
        <div
          className={`${styles.fill} ${isOver ? styles.over : ''}`}
          style={{ width: `${share * 100}%` }}
        />
      </div>
    </div>
  );
}

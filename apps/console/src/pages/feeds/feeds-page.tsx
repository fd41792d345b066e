import type { Page as ListPage } from '@countersign/client';
import { Button } from '@fluentui/react-components';
import { useState } from 'react';
import { useAct } from '../../api/act.ts';
import { type Items, useItems } from '../../api/hooks.ts';
import { ActDialog } from '../../kit/act/act-dialog.tsx';
import { AnswerBanner } from '../../kit/answer/answer-banner.tsx';
import { wholeAnswer } from '../../kit/answer/whole-answer.ts';
import { Page } from '../../kit/page/page.tsx';
import { ErrorView } from '../../kit/page/page-states.tsx';
import type { Column } from '../../kit/table/column.ts';
import { ItemTable } from '../../kit/table/item-table.tsx';
import { formatNumber } from '../../kit/text/format-time.ts';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { Time } from '../../kit/text/time.tsx';
import { feedTexts as t } from '../../texts/feeds.ts';
import { type Feed, feedsAnswer } from './feeds-answer.ts';

/** How often positions are read again. */
const EVERY_MS = 10_000;

/** Which systems receive the account, and up to which entry they have it. */
export function FeedsPage() {
  const feeds = useItems('feedsList', {}, { everyMs: EVERY_MS });
  const [opened, setOpened] = useState<string>();
  const last = feeds.data?.pages.at(-1);
  const all = feeds.data?.pages.flatMap(({ items }) => items);
  return (
    <Page title={t.title}>
      {all !== undefined && last !== undefined && <Conclusion feeds={all} last={last} />}
      <ItemTable
        label={t.title}
        items={feeds}
        columns={COLUMNS}
        rowKey={({ name }) => name}
        looked={t.looked}
        isOpen={({ name }) => name === opened}
        onOpen={({ name }) => setOpened(name === opened ? undefined : name)}
      />
      {all
        ?.filter(({ name }) => name === opened)
        .map((feed) => (
          <FeedDetail key={feed.name} feed={feed} feeds={feeds} />
        ))}
    </Page>
  );
}

function Conclusion(props: { readonly feeds: readonly Feed[]; readonly last: ListPage<Feed> }) {
  const { answer, text } = wholeAnswer(feedsAnswer(props.feeds), props.last, t.unknown);
  return <AnswerBanner answer={answer} text={text} />;
}

const COLUMNS: readonly Column<Feed>[] = [
  {
    id: 'name',
    header: t.name,
    width: 'minmax(120px, 1fr)',
    cell: ({ name }) => <SafeText text={name} />,
    text: ({ name }) => name,
  },
  {
    id: 'kind',
    header: t.kind,
    width: '110px',
    cell: ({ kind }) => kind,
    text: ({ kind }) => kind,
  },
  {
    id: 'state',
    header: t.state,
    width: '100px',
    cell: ({ state }) => t.states[state],
    text: ({ state }) => state,
  },
  {
    id: 'position',
    header: t.position,
    width: '130px',
    cell: ({ deliveredUpTo }) => (deliveredUpTo === null ? t.nothing : `#${deliveredUpTo}`),
    text: ({ deliveredUpTo }) => String(deliveredUpTo ?? ''),
  },
  {
    id: 'lag',
    header: t.lag,
    width: '110px',
    cell: ({ lag }) => t.entries(lag),
    text: ({ lag }) => String(lag),
  },
  {
    id: 'proof',
    header: t.proof,
    width: 'minmax(110px, 1fr)',
    cell: ({ proof }) => (proof === null ? t.noProof : t.proofs[proof]),
    text: ({ proof }) => proof ?? '',
  },
  {
    id: 'last',
    header: t.last,
    width: '190px',
    cell: ({ deliveredMs }) =>
      deliveredMs === null ? t.never : <Time at={deliveredMs} form="second" />,
    text: ({ deliveredMs }) => (deliveredMs === null ? '' : new Date(deliveredMs).toISOString()),
  },
];

function FeedDetail(props: { readonly feed: Feed; readonly feeds: Items<Feed> }) {
  const { feed, feeds } = props;
  const done = (): unknown => feeds.refetch();
  const pause = useAct('feedsPause', { onDone: done });
  const resume = useAct('feedsResume', { onDone: done });
  const test = useAct('feedsTest', { onDone: done });
  return (
    <section aria-label={feed.name}>
      {feed.because !== null && (
        <p>
          <SafeText text={feed.because} />
        </p>
      )}
      {feed.lastError !== null && (
        <p>
          <SafeText text={t.lastError(feed.lastError)} />
        </p>
      )}
      <p>{t.erasures[feed.erasure]}</p>
      {feed.refusedCount > 0 && (
        <>
          <p>{t.refused(formatNumber(feed.refusedCount))}</p>
          <ul>
            {feed.refused.map(({ index, because }) => (
              <li key={index}>
                #{index}: <SafeText text={because} />
              </li>
            ))}
          </ul>
        </>
      )}
      <div style={{ display: 'flex', gap: '8px', flexWrap: 'wrap' }}>
        {feed.state === 'paused' || feed.state === 'stopped' ? (
          <ActDialog
            label={t.resume}
            title={t.resumeTitle(feed.name)}
            preview={t.resumePreview(feed.lag)}
            isPending={resume.isPending}
            isDone={resume.reply !== undefined}
            error={resume.error}
            onAct={(reason) => resume.run({ feed: feed.name, reason })}
          />
        ) : (
          <ActDialog
            label={t.pause}
            title={t.pauseTitle(feed.name)}
            preview={t.pausePreview}
            isPending={pause.isPending}
            isDone={pause.reply !== undefined}
            error={pause.error}
            onAct={(reason) => pause.run({ feed: feed.name, reason })}
          />
        )}
        <Button disabled={test.isPending} onClick={() => test.run({ feed: feed.name })}>
          {t.test}
        </Button>
      </div>
      {test.error !== null && <ErrorView error={test.error} />}
    </section>
  );
}

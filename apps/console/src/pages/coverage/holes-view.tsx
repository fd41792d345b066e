import type { Answer, Operations } from '@countersign/client';
import { makeStyles, Subtitle2, Text, tokens } from '@fluentui/react-components';
import { useItems } from '../../api/hooks.ts';
import { AnswerBanner } from '../../kit/answer/answer-banner.tsx';
import { AnswerMark } from '../../kit/answer/answer-mark.tsx';
import { wholeAnswer } from '../../kit/answer/whole-answer.ts';
import { EvidenceLink } from '../../kit/evidence/evidence-link.tsx';
import { ErrorView, LoadingView } from '../../kit/page/page-states.tsx';
import { EmptyList } from '../../kit/table/empty-list.tsx';
import { ListFoot } from '../../kit/table/list-foot.tsx';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { Time } from '../../kit/text/time.tsx';
import { useTenantNames } from '../../state/tenant-names.ts';
import { usePeriod, usePeriodText } from '../../state/view.ts';
import { coverageTexts, holeTexts as t } from '../../texts/coverage.ts';

export type Hole = Operations['coverageHoles']['output'];

/** Items of one request: a company has some hundreds of holes at most. */
export const HOLES_MAX = 1000;

const ENTRIES_SHOWN = 3;
const ANY = '*';

const useStyles = makeStyles({
  list: { margin: 0, padding: 0, listStyleType: 'none', display: 'grid', gap: '18px' },
  item: { display: 'grid', gridTemplateColumns: '20px minmax(0, 1fr)', gap: '2px 10px' },
  words: { display: 'flex', flexDirection: 'column', gap: '4px', minWidth: 0, maxWidth: '900px' },
  faint: { color: tokens.colorNeutralForeground2 },
  cure: { borderLeft: '3px solid var(--needsPerson)', paddingLeft: '10px' },
  wait: { borderLeft: `3px solid ${tokens.colorNeutralStroke2}`, paddingLeft: '10px' },
});

/** Each hole with its cause, and what would fix it. What a person can fix comes first. */
export function HolesView() {
  const styles = useStyles();
  const looked = `${t.looked}, ${usePeriodText()}`;
  const holes = useItems('coverageHoles', { ...usePeriod(), limit: HOLES_MAX });
  const pages = holes.data?.pages;
  const last = pages?.at(-1);
  if (pages === undefined || last === undefined) {
    if (holes.error === null) return <LoadingView lines={8} />;
    return <ErrorView error={holes.error} retry={() => holes.refetch()} />;
  }
  const all = pages.flatMap(({ items }) => items);
  if (all.length === 0) {
    return <EmptyList complete={last.complete} looked={looked} notices={last.notices} />;
  }
  const open = all.filter(({ cause }) => cause !== 'settling');
  const found = { answer: answerOf(open), text: t.title(open.length) };
  return (
    <>
      <AnswerBanner {...wholeAnswer(found, last, t.notAll)} />
      <ul className={styles.list} aria-label={t.label}>
        {alike(all).map((holes) => (
          <HoleItem key={keyOf(holes[0])} holes={holes} />
        ))}
      </ul>
      <ListFoot
        label={t.label}
        items={holes}
        columns={EXPORT}
        rowKey={keyOf}
        looked={looked}
        rows={all}
        last={last}
      />
    </>
  );
}

function answerOf(open: readonly Hole[]): Answer {
  if (open.length === 0) return { kind: 'yes', because: [] };
  const isGone = open.some(({ state }) => state === 'lost' || state === 'off');
  return { kind: isGone ? 'no' : 'unknown', because: [] };
}

type Holes = readonly [Hole, ...Hole[]];

/** Holes of several sources that say the same are one item. */
function alike(all: readonly Hole[]): readonly Holes[] {
  const groups = Map.groupBy(all, ({ tenant, state, cause, from, to, because, cure }) =>
    [tenant, state, cause, from, to, because, cure].join('\n'),
  );
  return [...groups.values()].map((group) => group as [Hole, ...Hole[]]);
}

function HoleItem({ holes }: { readonly holes: Holes }) {
  const styles = useStyles();
  const { tenant, state, cause, intervals, from, to, because, cure, entries } = holes[0];
  const names = useTenantNames();
  const isNo = state === 'lost' || state === 'off';
  const name = holes
    .map(({ source, workload }) => {
      return source === ANY ? coverageTexts.allSources : coverageTexts.rowOf(source, workload);
    })
    .join('; ');
  return (
    <li className={styles.item}>
      <AnswerMark kind={isNo ? 'no' : 'unknown'} />
      <div className={styles.words}>
        <Subtitle2 as="h3">
          <SafeText text={name} />
          {names.size > 1 && tenant !== ANY && (
            <>
              , <SafeText text={tenant} />
            </>
          )}
          : {coverageTexts.states[state]}, {t.causes[cause]}
        </Subtitle2>
        <Text className={styles.faint}>
          {from === null ? coverageTexts.open : <Time at={from} />} –{' '}
          {to === null ? coverageTexts.open : <Time at={to} />}
          {intervals > 1 && ` (${t.intervals(intervals)})`}: <SafeText text={because} />{' '}
          {entries.slice(-ENTRIES_SHOWN).map((entry) => (
            <span key={entry}>
              <EvidenceLink entry={entry} />{' '}
            </span>
          ))}
        </Text>
        <Text className={cause === 'settling' ? styles.wait : styles.cure}>
          <SafeText text={cure} />
        </Text>
      </div>
    </li>
  );
}

function keyOf({ tenant, source, workload, state, cause }: Hole): string {
  return [tenant, source, workload, state, cause].join(' ');
}

const EXPORT = (
  ['tenant', 'source', 'workload', 'state', 'cause', 'from', 'to', 'because', 'cure'] as const
).map((id) => ({
  id,
  header: id,
  width: '1fr',
  cell: (hole: Hole) => hole[id] ?? '',
  text: (hole: Hole) => hole[id] ?? '',
}));

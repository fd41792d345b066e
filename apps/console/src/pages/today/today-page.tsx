import { makeStyles, Subtitle1, Text, tokens } from '@fluentui/react-components';
import { useState } from 'react';
import { useAnswer } from '../../api/hooks.ts';
import { AnswerBanner } from '../../kit/answer/answer-banner.tsx';
import { Severity } from '../../kit/answer/severity.tsx';
import { Page } from '../../kit/page/page.tsx';
import { PageLink } from '../../kit/page/page-link.tsx';
import { LoadingView, QueryView } from '../../kit/page/page-states.tsx';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { Time } from '../../kit/text/time.tsx';
import { usePeriod } from '../../state/view.ts';
import { todayTexts as t } from '../../texts/today.ts';
import { CoverageBars } from './coverage-bars.tsx';
import { NumberCard } from './number-card.tsx';
import { EvidenceLinks, type Overview } from './today-links.tsx';

/** A cut source must show within two intervals of its collector, which are minutes. */
const EVERY_MS = 10_000;
/** While the service counts for the first time. */
const SOON_MS = 1000;

const useStyles = makeStyles({
  numbers: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fit, minmax(200px, 1fr))',
    gap: '12px',
  },
  section: { display: 'flex', flexDirection: 'column', gap: '10px' },
  columns: {
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 1fr) minmax(0, 1fr)',
    gap: '28px',
    '@media (max-width: 1000px)': { gridTemplateColumns: 'minmax(0, 1fr)' },
  },
  list: { margin: 0, padding: 0, listStyle: 'none', display: 'grid', gap: '10px' },
  faint: { color: tokens.colorNeutralForeground2 },
  person: { borderLeft: '3px solid var(--needsPerson)', paddingLeft: '10px' },
  meta: { display: 'flex', flexWrap: 'wrap', gap: '4px 14px', alignItems: 'center' },
});

/** Two sentences, four numbers, what waits for a person, and what can be seen at all. */
export function TodayPage() {
  const [isCounting, setCounting] = useState(true);
  const overview = useAnswer(
    'overview',
    { ...usePeriod(), wait: false },
    { everyMs: isCounting ? SOON_MS : EVERY_MS },
  );
  const now = overview.data?.result?.numbers === null;
  if (overview.data !== undefined && now !== isCounting) setCounting(now);
  return (
    <Page title={t.title}>
      <QueryView query={overview}>
        {({ result, answer }) =>
          result === null ? (
            <AnswerBanner answer={answer} text={t.accounted.unknown} />
          ) : (
            <TodayView overview={result} />
          )
        }
      </QueryView>
    </Page>
  );
}

function TodayView({ overview }: { readonly overview: Overview }) {
  const styles = useStyles();
  const { accounted, clear, incidents, incidentCount, numbers, waiting, coverage } = overview;
  const share = numbers?.accounted;
  const [worst] = incidents;
  const partly = {
    code: 'share',
    text: t.share(share?.part ?? 0, share?.whole ?? 1),
  };
  const isPartly = accounted.answer !== 'yes' && share?.value != null;
  return (
    <>
      <AnswerBanner
        answer={{
          kind: accounted.answer,
          because: isPartly ? [partly, ...accounted.because] : accounted.because,
        }}
        text={t.accounted[accounted.answer]}
      >
        <EvidenceLinks links={accounted.links} />
      </AnswerBanner>
      <AnswerBanner
        answer={{ kind: clear.answer, because: clear.because }}
        text={t.clear(clear.answer, incidentCount)}
      >
        <EvidenceLinks links={clear.links}>
          {worst !== undefined && (
            <PageLink path="/incidents/$id" params={{ id: worst.incident }}>
              {incidentCount === 1 ? t.openIncident : t.openWorst}
            </PageLink>
          )}
        </EvidenceLinks>
      </AnswerBanner>
      <Numbers overview={overview} />
      <div className={styles.columns}>
        <section className={styles.section}>
          <Subtitle1 as="h2">{t.waiting}</Subtitle1>
          <Waiting waiting={waiting} />
          {incidents.length > 0 && <Incidents incidents={incidents} />}
        </section>
        <section className={styles.section}>
          <Subtitle1 as="h2">{t.coverage}</Subtitle1>
          <CoverageBars coverage={coverage} />
        </section>
      </div>
    </>
  );
}

function Numbers({ overview }: { readonly overview: Overview }) {
  const styles = useStyles();
  const { numbers, period } = overview;
  return (
    <section className={styles.section}>
      <Text className={styles.faint}>
        {t.numbersTitle(period.from.slice(0, 10), lastDay(period.to))}
      </Text>
      {numbers === null ? (
        <>
          <Text role="status">{t.counting}</Text>
          <LoadingView lines={4} />
        </>
      ) : (
        <div className={styles.numbers}>
          <NumberCard name="verified" number={numbers.verified} />
          <NumberCard name="accounted" number={numbers.accounted} />
          <NumberCard name="residual" number={numbers.residual} />
          <NumberCard name="feedDelay" number={numbers.feedDelay} />
        </div>
      )}
    </section>
  );
}

/** The day before the end, which is exclusive. */
function lastDay(end: string): string {
  return new Date(Date.parse(end) - 1).toISOString().slice(0, 10);
}

function Waiting({ waiting }: { readonly waiting: Overview['waiting'] }) {
  const styles = useStyles();
  if (waiting.length === 0) return <Text>{t.waitingNone}</Text>;
  return (
    <ul className={styles.list}>
      {waiting.map(({ what, count, since, links }) => (
        <li key={what} className={styles.person}>
          <div className={styles.meta}>
            <Text>{t.waits[what](count)}</Text>
            {since !== null && (
              <Text size={200} className={styles.faint}>
                {t.since} <Time at={since} />
              </Text>
            )}
            <EvidenceLinks links={links} />
          </div>
        </li>
      ))}
    </ul>
  );
}

function Incidents({ incidents }: { readonly incidents: Overview['incidents'] }) {
  const styles = useStyles();
  return (
    <>
      <Subtitle1 as="h2">{t.incidents}</Subtitle1>
      <ul className={styles.list}>
        {incidents.map(({ incident, title, severity, open, assignee, last }) => (
          <li key={incident}>
            <PageLink path="/incidents/$id" params={{ id: incident }}>
              <SafeText text={title} />
            </PageLink>
            <div className={styles.meta}>
              <Severity id={severity} />
              <Text size={200}>{t.findings(open)}</Text>
              <Text size={200}>
                <SafeText text={t.assigned(assignee)} />
              </Text>
              {last !== null && (
                <Text size={200} className={styles.faint}>
                  <Time at={last} />
                </Text>
              )}
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}

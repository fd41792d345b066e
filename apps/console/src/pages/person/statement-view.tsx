import { makeStyles, Subtitle2, Text, tokens } from '@fluentui/react-components';
import { useMemo, useState } from 'react';
import { AnswerBanner } from '../../kit/answer/answer-banner.tsx';
import { CaseBar } from '../../kit/case/case-bar.tsx';
import { formatNumber } from '../../kit/text/format-time.ts';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { Time } from '../../kit/text/time.tsx';
import { statementTexts as t } from '../../texts/statement.ts';
import { ActionLines } from './action-lines.tsx';
import { SessionChart } from './session-chart.tsx';
import {
  type Gap,
  gapsOf,
  linesOf,
  rangeOf,
  type Statement,
  statementAnswer,
} from './statement-model.ts';
import { StatementSide } from './statement-side.tsx';

const useStyles = makeStyles({
  card: {
    display: 'flex',
    flexDirection: 'column',
    gap: '14px',
    padding: '16px',
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusLarge,
  },
  facts: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fit, minmax(200px, 1fr))',
    gap: '10px 24px',
    margin: 0,
  },
  name: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
  value: { margin: 0, minWidth: 0 },
  columns: {
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 1fr) 260px',
    gap: '24px',
    '@media (max-width: 1000px)': { gridTemplateColumns: 'minmax(0, 1fr)' },
  },
  main: { display: 'flex', flexDirection: 'column', gap: '14px', minWidth: 0 },
  list: { margin: '4px 0 0', paddingLeft: '18px' },
});

/** The statement of one person: header, sessions on one axis, actions, volumes and networks. */
export function StatementView(props: { readonly statement: Statement; readonly isWhole: boolean }) {
  const styles = useStyles();
  const { statement, isWhole } = props;
  const [chosen, setChosen] = useState<number>();
  const range = useMemo(() => rangeOf(statement), [statement]);
  const gaps = useMemo(() => gapsOf(statement, range), [statement, range]);
  const lines = useMemo(() => linesOf(statement, chosen), [statement, chosen]);
  return (
    <>
      <HeaderCard statement={statement} />
      <div className={styles.columns}>
        <div className={styles.main}>
          <section aria-label={t.sessions}>
            <Subtitle2 as="h2" block>
              {t.sessions}
            </Subtitle2>
            <SessionChart
              sessions={statement.sessions}
              range={range}
              gaps={gaps}
              chosen={chosen}
              onChoose={setChosen}
              isWhole={isWhole}
            />
          </section>
          <Gaps gaps={gaps} />
          <section aria-label={t.actions}>
            <Subtitle2 as="h2" block>
              {t.actions}
            </Subtitle2>
            <ActionLines key={chosen ?? 'all'} lines={lines} isWhole={isWhole} />
          </section>
        </div>
        <StatementSide statement={statement} />
      </div>
    </>
  );
}

function HeaderCard({ statement }: { readonly statement: Statement }) {
  const styles = useStyles();
  const { principal, purpose, period, balance, signIns, ledger } = statement;
  const { answer, text } = statementAnswer(statement);
  const aliases = principal.aliases.map(({ value }) => value).filter((of) => of !== principal.name);
  const { accounted, unaccounted, unknown } = balance;
  return (
    <section className={styles.card} aria-label={t.title}>
      <AnswerBanner answer={answer} text={text} />
      <dl className={styles.facts}>
        <Fact name={t.who}>
          <Text weight="semibold">
            <SafeText text={principal.name ?? principal.uid ?? ''} />
          </Text>
        </Fact>
        <Fact name={t.also}>
          <SafeText text={[...new Set(aliases)].join(', ') || '–'} />
        </Fact>
        <Fact name={t.period}>
          {period.from === null && period.to === null ? (
            t.whole
          ) : (
            <>
              {period.from === null ? t.since : <Time at={period.from} />} –{' '}
              {period.to === null ? t.now : <Time at={period.to} />}
            </>
          )}
        </Fact>
        <Fact name={t.case}>
          <SafeText text={statement.case ?? '–'} />
        </Fact>
        <Fact name={t.purpose}>
          <SafeText text={purpose ?? '–'} />
        </Fact>
        <Fact name={t.balance}>
          {formatNumber(accounted)} {t.balances.accounted}, {formatNumber(unaccounted)}{' '}
          {t.balances.unaccounted}, {formatNumber(unknown)} {t.balances.unknown}
        </Fact>
        <Fact name={t.signIns}>{t.signInCounts(signIns.succeeded, signIns.failed)}</Fact>
        <Fact name={t.asOf}>
          {ledger.asOf.at === null ? '–' : <Time at={ledger.asOf.at} form="second" />}
        </Fact>
      </dl>
      <CaseBar />
    </section>
  );
}

function Fact(props: { readonly name: string; readonly children: React.ReactNode }) {
  const styles = useStyles();
  return (
    <div>
      <dt className={styles.name}>{props.name}</dt>
      <dd className={styles.value}>{props.children}</dd>
    </div>
  );
}

/** More gaps are on the page of coverage. */
const GAPS_LISTED = 5;

function Gaps({ gaps }: { readonly gaps: readonly Gap[] }) {
  const styles = useStyles();
  if (gaps.length === 0) return <Text size={200}>{t.noGaps}</Text>;
  return (
    <section aria-label={t.gaps}>
      <Text size={200}>{t.gaps}:</Text>
      <ul className={styles.list}>
        {gaps.slice(0, GAPS_LISTED).map((gap) => (
          <li key={`${gap.source} ${gap.fromMs} ${gap.toMs}`}>
            <Text size={200}>
              <Time at={gap.fromMs} /> – <Time at={gap.toMs} />:{' '}
              <SafeText text={`${gap.source}:`} /> <SafeText text={gap.because} />
            </Text>
          </li>
        ))}
      </ul>
    </section>
  );
}

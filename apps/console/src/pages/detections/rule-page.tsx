import type { Answer, Operations } from '@countersign/client';
import { makeStyles, Subtitle2, Text, tokens } from '@fluentui/react-components';
import { Link } from '@tanstack/react-router';
import { useAnswer } from '../../api/hooks.ts';
import { AnswerBanner } from '../../kit/answer/answer-banner.tsx';
import { AnswerMark } from '../../kit/answer/answer-mark.tsx';
import { Sparkline } from '../../kit/chart/sparkline.tsx';
import { Page } from '../../kit/page/page.tsx';
import { QueryView } from '../../kit/page/page-states.tsx';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { Time } from '../../kit/text/time.tsx';
import { visibleText } from '../../kit/text/visible-text.ts';
import { usePeriod, useView } from '../../state/view.ts';
import { detectionTexts as t } from '../../texts/detections.ts';
import { BacktestRun } from './backtest-run.tsx';
import { ANSWER_OF } from './rule-columns.tsx';

type Rule = NonNullable<Operations['rulesShow']['output']>;

const useStyles = makeStyles({
  columns: {
    display: 'grid',
    gridTemplateColumns: 'minmax(0, 1fr) minmax(0, 1fr)',
    gap: '24px',
    '@media (max-width: 900px)': { gridTemplateColumns: 'minmax(0, 1fr)' },
  },
  column: { display: 'flex', flexDirection: 'column', gap: '10px', minWidth: 0 },
  list: { margin: 0, paddingLeft: '18px' },
  plain: { margin: 0, padding: 0, listStyleType: 'none' },
  source: {
    margin: 0,
    padding: '12px',
    overflow: 'auto',
    maxHeight: '70vh',
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    backgroundColor: tokens.colorNeutralBackground3,
  },
});

/** One rule: whether it sees, what it searches for, its tests, its findings and its backtest. */
export function RulePage() {
  const [{ rule }] = useView();
  if (rule === undefined) {
    return (
      <Page title={t.title}>
        <Text>{t.missing}</Text>
        <Link to={'/detections' as never}>{t.back}</Link>
      </Page>
    );
  }
  return <RuleOf rule={rule} />;
}

function RuleOf({ rule }: { readonly rule: string }) {
  const { from, to, tenant } = usePeriod();
  const shown = useAnswer('rulesShow', {
    rule,
    ...(tenant !== undefined && { tenant }),
    ...(from !== undefined && { from, ...(to !== undefined && { to }) }),
  });
  const title = shown.data?.result?.title;
  return (
    <Page title={title === undefined ? t.rule : visibleText(title)}>
      <Link to={'/detections' as never}>{t.back}</Link>
      <QueryView query={shown}>
        {({ result }) => result !== null && <RuleView rule={result} />}
      </QueryView>
    </Page>
  );
}

function RuleView({ rule }: { readonly rule: Rule }) {
  const styles = useStyles();
  const { state, since, because } = rule.health;
  const reasons = because === null ? [] : [{ code: state, text: because }];
  const answer: Answer = { kind: ANSWER_OF[state], because: reasons };
  return (
    <>
      <AnswerBanner answer={answer} text={t.health[state]}>
        {since !== null && state !== 'live' && (
          <Text>
            {t.since} <Time at={since} />
          </Text>
        )}
      </AnswerBanner>
      <div className={styles.columns}>
        <div className={styles.column}>
          <Facts rule={rule} />
          <FindingsOverTime rule={rule} />
          {rule.sigma !== null && <BacktestRun rule={rule.rule} />}
        </div>
        <div className={styles.column}>
          <Tests tests={rule.tests} />
          <Subtitle2 as="h2">{t.source}</Subtitle2>
          {rule.sigma === null ? (
            <Text>{t.inCode}</Text>
          ) : (
            // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling area needs the keyboard.
            <pre className={styles.source} tabIndex={0}>
              {rule.sigma.split('\n').map(visibleText).join('\n')}
            </pre>
          )}
        </div>
      </div>
    </>
  );
}

function Facts({ rule }: { readonly rule: Rule }) {
  const styles = useStyles();
  const { description, level, tags, needs, falsePositives } = rule;
  return (
    <>
      {description !== null && (
        <>
          <Subtitle2 as="h2">{t.description}</Subtitle2>
          <Text>
            <SafeText text={description} />
          </Text>
        </>
      )}
      <Text>
        {t.level}: {level ?? t.noLevel} · {t.needs}: <SafeText text={needs.join(', ')} />
      </Text>
      {tags.length > 0 && (
        <Text>
          {t.tags}: <SafeText text={tags.join(', ')} />
        </Text>
      )}
      {falsePositives.length > 0 && (
        <>
          <Subtitle2 as="h2">{t.harmless}</Subtitle2>
          <ul className={styles.list}>
            {falsePositives.map((each) => (
              <li key={each}>
                <SafeText text={each} />
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function Tests({ tests }: { readonly tests: Rule['tests'] }) {
  const styles = useStyles();
  return (
    <>
      <Subtitle2 as="h2">{t.tests}</Subtitle2>
      {tests.length === 0 && <Text>{t.noTests}</Text>}
      <ul className={styles.plain}>
        {tests.map(({ test, passed, because }) => (
          <li key={test}>
            <AnswerMark kind={passed} size={16} /> <SafeText text={test} />:{' '}
            {passed === 'yes' ? t.passed : t.failedTest}
            {because !== null && (
              <>
                {' '}
                (<SafeText text={because} />)
              </>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}

const DAY_MS = 86_400_000;

/** As many bars as fit beside each other. */
const DAYS_MAX = 92;

function FindingsOverTime({ rule }: { readonly rule: Rule }) {
  const { days, findings } = rule;
  const { new: fresh, inProgress, suppressed, resolved } = findings;
  const [first, last] = [days[0], days.at(-1)];
  const { truePositive, benign, falsePositive } = findings.verdicts;
  const decided = truePositive + benign + falsePositive;
  return (
    <>
      <Subtitle2 as="h2">{t.overTime}</Subtitle2>
      {first === undefined || last === undefined ? (
        <Text>{t.noFindings}</Text>
      ) : (
        <Sparkline
          values={everyDay(days, first.day, last.day)}
          label={t.dayLabel(first.day, last.day)}
          width={360}
          height={48}
        />
      )}
      <Subtitle2 as="h2">{t.marks}</Subtitle2>
      <Text>{t.counts(fresh, inProgress, suppressed, resolved)}</Text>
      {decided === 0 ? (
        <Text>{t.noPrecision}</Text>
      ) : (
        <>
          <Text>{t.precision(truePositive + benign, decided)}</Text>
          <Text>{t.verdicts(truePositive, benign, falsePositive)}</Text>
        </>
      )}
    </>
  );
}

/** Days without findings are zero: the list has only the others. */
function everyDay(days: Rule['days'], first: string, last: string): number[] {
  const known = new Map(days.map(({ day, findings }) => [day, findings]));
  const [fromMs, toMs] = [Date.parse(first), Date.parse(last)];
  const count = Math.min(DAYS_MAX, Math.round((toMs - fromMs) / DAY_MS) + 1);
  return Array.from({ length: count }, (_, at) => {
    const day = new Date(toMs - (count - 1 - at) * DAY_MS).toISOString().slice(0, 10);
    return known.get(day) ?? 0;
  });
}

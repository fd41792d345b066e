import { makeStyles, Subtitle2, Text, Title1, tokens } from '@fluentui/react-components';
import { AnswerMark } from '../../kit/answer/answer-mark.tsx';
import { Sparkline } from '../../kit/chart/sparkline.tsx';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { todayTexts as t } from '../../texts/today.ts';
import { EvidenceLinks, type Overview } from './today-links.tsx';

type Numbers = NonNullable<Overview['numbers']>;

const useStyles = makeStyles({
  card: {
    display: 'flex',
    flexDirection: 'column',
    gap: '6px',
    padding: '14px 16px',
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusLarge,
    minWidth: 0,
  },
  value: { display: 'flex', alignItems: 'center', gap: '8px', minHeight: '40px' },
  faint: { color: tokens.colorNeutralForeground2 },
});

/** One number, what it is of, and its days. A number that cannot be values says why. */
export function NumberCard(props: {
  readonly name: keyof Numbers;
  readonly number: Numbers[keyof Numbers];
}) {
  const styles = useStyles();
  const { name, number } = props;
  const { value, part, whole, because, days, links } = number;
  const texts = t.numbers[name];
  const values = days.map(({ day, value: of }) =>
    t.dayValue(day.slice(5), of === null ? t.dayUnknown : texts.value(of)),
  );
  return (
    <section className={styles.card} aria-label={texts.title} title={texts.hint}>
      <Subtitle2 as="h3">{texts.title}</Subtitle2>
      <div className={styles.value}>
        {value === null ? (
          <>
            <AnswerMark kind="unknown" />
            <Text>{t.cannotTell}</Text>
          </>
        ) : (
          <Title1 as="p" style={{ margin: 0 }}>
            {texts.value(value)}
          </Title1>
        )}
      </div>
      <Sparkline
        values={days.map(({ value: of }) => of)}
        label={t.series(texts.title, values)}
        width={160}
      />
      <Text size={200} className={styles.faint}>
        {value === null ? (
          <SafeText text={because.map(({ text }) => text).join('; ')} />
        ) : part !== null && whole !== null ? (
          t.of(part, whole)
        ) : (
          texts.hint
        )}
      </Text>
      <EvidenceLinks links={links} />
    </section>
  );
}

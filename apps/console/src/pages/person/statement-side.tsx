import { Badge, makeStyles, Subtitle2, Text, tokens } from '@fluentui/react-components';
import { AnswerMark } from '../../kit/answer/answer-mark.tsx';
import { formatNumber } from '../../kit/text/format-time.ts';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { Time } from '../../kit/text/time.tsx';
import { statementTexts as t } from '../../texts/statement.ts';
import type { Statement } from './statement-model.ts';

type Usual = NonNullable<Statement['usual']>;
type Place = Usual['networks'][number];

/** More are in the export of the statement. */
const PLACES_SHOWN = 12;

const useStyles = makeStyles({
  side: { display: 'flex', flexDirection: 'column', gap: '16px', minWidth: 0 },
  list: { margin: '4px 0 0', paddingLeft: '18px' },
  places: { margin: '4px 0 0', padding: 0, listStyleType: 'none', display: 'grid', gap: '6px' },
  faint: { color: tokens.colorNeutralForeground2 },
  volume: { display: 'flex', flexDirection: 'column', gap: '2px', paddingTop: '6px' },
});

/** Volumes, networks and devices of a period, compared with the month before. */
export function StatementSide({ statement }: { readonly statement: Statement }) {
  const styles = useStyles();
  const { usual } = statement;
  return (
    <div className={styles.side}>
      <section aria-label={t.volumes}>
        <Subtitle2 as="h2" block>
          {t.volumes}
        </Subtitle2>
        <ul className={styles.list}>
          {statement.volumes.map((line) => (
            <li key={line}>
              <SafeText text={line} />
            </li>
          ))}
        </ul>
        {statement.volumes.length === 0 && <Text>{t.noVolumes}</Text>}
      </section>
      {usual !== undefined && (
        <>
          <UsualVolumes usual={usual} />
          <Places title={t.networks} places={usual.networks} usual={usual} />
          <Places title={t.devices} places={usual.devices} usual={usual} />
        </>
      )}
    </div>
  );
}

function UsualVolumes({ usual }: { readonly usual: Usual }) {
  const styles = useStyles();
  return (
    <section aria-label={t.usual}>
      <Subtitle2 as="h2" block>
        {t.usual}
      </Subtitle2>
      {usual.volumes.length === 0 && <Text>{t.usualNone}</Text>}
      {usual.volumes.map(({ kind, day, items, days, median, most, answer, because }) => (
        <div key={kind} className={styles.volume}>
          <Text>
            <AnswerMark kind={answer} size={16} /> {t.usualKinds[kind]}: {t.usualDay[answer]}
            {because !== null && `, because ${because}`}
          </Text>
          <Text size={200}>
            {t.busiest}: <Time at={day} form="day" />, {t.items(items)}
          </Text>
          <Text size={200} className={styles.faint}>
            {median === null || most === null
              ? t.usualFew(days)
              : t.usualBefore(median, most, days)}
          </Text>
        </div>
      ))}
    </section>
  );
}

function Places(props: {
  readonly title: string;
  readonly places: readonly Place[];
  readonly usual: Usual;
}) {
  const styles = useStyles();
  const { title, places, usual } = props;
  // What is new is what a reader looks for.
  const sorted = places.toSorted((a, b) => Number(b.isNew ?? false) - Number(a.isNew ?? false));
  const more = sorted.length - PLACES_SHOWN;
  return (
    <section aria-label={title}>
      <Subtitle2 as="h2" block>
        {title}
      </Subtitle2>
      {places.length === 0 ? (
        <Text>{t.noneStated}</Text>
      ) : (
        <>
          <Text size={200} className={styles.faint} block>
            {usual.because === null ? (
              t.compared(usual.days)
            ) : (
              <SafeText text={`${t.cannotCompare}: ${usual.because}.`} />
            )}
          </Text>
          <ul className={styles.places}>
            {sorted.slice(0, PLACES_SHOWN).map(({ value, events, first, isNew }) => (
              <li key={value}>
                <SafeText text={value} /> · {formatNumber(events)}{' '}
                {isNew === true && (
                  <Badge appearance="tint" color="warning">
                    {t.isNew}
                  </Badge>
                )}
                <Text size={200} className={styles.faint} block>
                  {t.firstSeen} <Time at={first} form="day" />
                </Text>
              </li>
            ))}
          </ul>
          {more > 0 && <Text size={200}>{t.more(more)}</Text>}
        </>
      )}
    </section>
  );
}

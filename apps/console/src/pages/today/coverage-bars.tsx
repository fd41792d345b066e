import { makeStyles, Text, tokens } from '@fluentui/react-components';
import { Hatch } from '../../kit/chart/sparkline.tsx';
import { EvidenceLink } from '../../kit/evidence/evidence-link.tsx';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { Time } from '../../kit/text/time.tsx';
import { todayTexts as t } from '../../texts/today.ts';
import type { Overview } from './today-links.tsx';

type Coverage = Overview['coverage'];
type Source = Coverage['sources'][number];

const WIDTH = 1000;
const HEIGHT = 14;

/** How much of the height a state fills, so that color does not stand alone. */
const FILL: Readonly<Record<string, number>> = { corroborated: 1, collected: 1, late: 0.5 };

const useStyles = makeStyles({
  rows: {
    display: 'grid',
    gridTemplateColumns: 'minmax(120px, 220px) minmax(120px, 1fr) minmax(140px, auto)',
    gap: '6px 14px',
    alignItems: 'center',
    margin: 0,
    '@media (max-width: 720px)': { gridTemplateColumns: 'minmax(0, 1fr)' },
  },
  row: { display: 'contents' },
  bar: { width: '100%', height: `${HEIGHT}px`, display: 'block' },
  back: { fill: tokens.colorNeutralBackground4 },
  good: { fill: 'var(--answerYes)' },
  late: { fill: 'var(--needsPerson)' },
  unknown: { fill: 'url(#hatch)' },
  lost: { fill: 'var(--answerNo)' },
  faint: { color: tokens.colorNeutralForeground2 },
});

/** One bar for each source: the last 24 hours, with its state at the end in words. */
export function CoverageBars({ coverage }: { readonly coverage: Coverage }) {
  const styles = useStyles();
  if (coverage.sources.length === 0) {
    return <Text className={styles.faint}>{t.coverageNone}</Text>;
  }
  return (
    <>
      <div className={styles.rows}>
        {coverage.sources.map((source) => (
          <SourceRow
            key={`${source.tenant} ${source.source}`}
            source={source}
            fromMs={Date.parse(coverage.from)}
            toMs={Date.parse(coverage.to)}
          />
        ))}
      </div>
      <Text size={200} className={styles.faint}>
        {t.legend}
      </Text>
    </>
  );
}

function SourceRow(props: {
  readonly source: Source;
  readonly fromMs: number;
  readonly toMs: number;
}) {
  const styles = useStyles();
  const { source, fromMs, toMs } = props;
  const state = t.states[source.state ?? 'unknown'] ?? source.state ?? '';
  const at = (time: string): number => ((Date.parse(time) - fromMs) / (toMs - fromMs)) * WIDTH;
  const last = source.segments.at(-1);
  return (
    <div className={styles.row}>
      <Text>
        <SafeText text={source.source} />
      </Text>
      <svg
        role="img"
        aria-label={t.coverageOf(source.source, state)}
        className={styles.bar}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
      >
        <Hatch />
        <rect width={WIDTH} height={HEIGHT} className={styles.back} />
        {source.segments.map((segment) => (
          <Segment key={`${segment.from} ${segment.to} ${segment.state}`} {...segment} at={at} />
        ))}
      </svg>
      <Text size={200} title={source.because ?? undefined}>
        {source.since === null || source.state === 'collected' ? (
          state
        ) : (
          <>
            {t.stateSince(state)} <Time at={source.since} />{' '}
            {last?.entries[0] !== undefined && <EvidenceLink entry={last.entries[0]} />}
          </>
        )}
      </Text>
    </div>
  );
}

function Segment(props: Source['segments'][number] & { readonly at: (time: string) => number }) {
  const styles = useStyles();
  const { from, to, state, because, at } = props;
  const tall = (FILL[state] ?? 1) * HEIGHT;
  const isGood = state === 'collected' || state === 'corroborated';
  const kind = isGood
    ? 'good'
    : state === 'late'
      ? 'late'
      : state === 'unknown'
        ? 'unknown'
        : 'lost';
  return (
    <rect
      x={at(from)}
      y={HEIGHT - tall}
      width={Math.max(1, at(to) - at(from))}
      height={tall}
      className={styles[kind]}
    >
      <title>{`${t.states[state] ?? state}: ${because}`}</title>
    </rect>
  );
}

import { makeStyles, mergeClasses, Text, tokens } from '@fluentui/react-components';
import { useVirtualizer } from '@tanstack/react-virtual';
import { memo, useRef } from 'react';
import { AnswerMark } from '../../kit/answer/answer-mark.tsx';
import { Hatch } from '../../kit/chart/sparkline.tsx';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { Time } from '../../kit/text/time.tsx';
import { statementTexts as t } from '../../texts/statement.ts';
import {
  ACTION_KINDS,
  type ActionKind,
  type Gap,
  kindOf,
  type Session,
  type TimeRange,
  titleOf,
} from './statement-model.ts';

const ROW_PX = 30;
const NAME_PX = 190;

/** The chart's own unit: a row is this wide, whatever the screen. */
const WIDTH = 1000;
const TRACK = 5;
const BAR_TOP = 4;

const useStyles = makeStyles({
  frame: {
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
  },
  scroll: { maxHeight: '420px', overflow: 'auto' },
  axis: {
    display: 'flex',
    justifyContent: 'space-between',
    padding: `4px 10px 4px ${NAME_PX + 10}px`,
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase200,
    '@media (max-width: 720px)': { paddingLeft: '10px' },
  },
  row: {
    display: 'flex',
    alignItems: 'center',
    width: '100%',
    height: `${ROW_PX}px`,
    padding: '0 10px',
    boxSizing: 'border-box',
    borderTop: `1px solid ${tokens.colorNeutralStroke3}`,
    borderRight: 'none',
    borderBottom: 'none',
    borderLeft: 'none',
    backgroundColor: 'transparent',
    color: 'inherit',
    font: 'inherit',
    textAlign: 'left',
    cursor: 'pointer',
    ':hover': { backgroundColor: tokens.colorNeutralBackground1Hover },
    ':focus-visible': { outline: `2px solid ${tokens.colorStrokeFocus2}`, outlineOffset: '-2px' },
  },
  chosen: { backgroundColor: tokens.colorNeutralBackground1Selected },
  name: {
    flex: `0 0 ${NAME_PX}px`,
    display: 'flex',
    gap: '6px',
    alignItems: 'center',
    overflow: 'hidden',
    whiteSpace: 'nowrap',
    textOverflow: 'ellipsis',
    fontSize: tokens.fontSizeBase200,
    '@media (max-width: 720px)': { flexBasis: '96px' },
  },
  plot: { flexGrow: 1, height: '26px', minWidth: 0 },
  bar: { fill: tokens.colorNeutralBackground5, stroke: tokens.colorNeutralStroke1 },
  mail: { stroke: tokens.colorPaletteBlueForeground2 },
  files: { stroke: tokens.colorPaletteTealForeground2 },
  directory: { stroke: tokens.colorPalettePurpleForeground2 },
  other: { stroke: tokens.colorNeutralForeground2 },
  signIn: { fill: tokens.colorNeutralForeground1 },
  legend: { display: 'flex', flexWrap: 'wrap', gap: '14px', padding: '8px 0' },
  key: { display: 'flex', alignItems: 'center', gap: '6px' },
});

/** One row for each session on a shared time axis: bar, sign-ins, actions in tracks, gaps. */
export function SessionChart(props: {
  readonly sessions: readonly Session[];
  readonly range: TimeRange;
  readonly gaps: readonly Gap[];
  readonly chosen: number | undefined;
  readonly onChoose: (at: number | undefined) => void;
  /** All rows, for paper. */
  readonly isWhole: boolean;
}) {
  const styles = useStyles();
  const { sessions, range, gaps, chosen, onChoose, isWhole } = props;
  const scroll = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: sessions.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW_PX,
    overscan: isWhole ? sessions.length : 10,
  });
  return (
    <div>
      <Legend />
      <div className={styles.frame}>
        <div className={styles.axis}>
          <Time at={range.fromMs} />
          <Time at={range.toMs} />
        </div>
        <div
          ref={scroll}
          role="group"
          aria-label={t.chart(sessions.length)}
          className={styles.scroll}
          style={isWhole ? { maxHeight: 'none' } : undefined}
        >
          <div style={{ height: virtual.getTotalSize(), position: 'relative' }}>
            {virtual.getVirtualItems().map(({ index, start }) => (
              <div
                key={index}
                style={{
                  position: 'absolute',
                  insetInline: 0,
                  transform: `translateY(${start}px)`,
                }}
              >
                <SessionRow
                  session={sessions[index] as Session}
                  range={range}
                  gaps={gaps}
                  isChosen={index === chosen}
                  onChoose={() => onChoose(index === chosen ? undefined : index)}
                />
              </div>
            ))}
          </div>
        </div>
      </div>
    </div>
  );
}

const SessionRow = memo(function SessionRow(props: {
  readonly session: Session;
  readonly range: TimeRange;
  readonly gaps: readonly Gap[];
  readonly isChosen: boolean;
  readonly onChoose: () => void;
}) {
  const styles = useStyles();
  const { session, range, gaps, isChosen, onChoose } = props;
  const at = (ms: number): number => placeOf(ms, range);
  const [from, to] = [at(Date.parse(session.from)), at(Date.parse(session.to))];
  return (
    <button
      type="button"
      aria-pressed={isChosen}
      className={mergeClasses(styles.row, isChosen && styles.chosen)}
      onClick={onChoose}
    >
      <span className={styles.name}>
        <AnswerMark kind={session.authorization.kind} size={16} />
        <SafeText text={titleOf(session)} />
      </span>
      <svg
        className={styles.plot}
        viewBox={`0 0 ${WIDTH} 26`}
        preserveAspectRatio="none"
        aria-hidden
      >
        <Hatch />
        {gaps.map((gap) => (
          <rect
            key={`${gap.source} ${gap.fromMs} ${gap.toMs}`}
            x={at(gap.fromMs)}
            y={0}
            width={Math.max(1, at(gap.toMs) - at(gap.fromMs))}
            height={26}
            fill="url(#hatch)"
            opacity={0.5}
          />
        ))}
        <rect
          x={from}
          y={BAR_TOP}
          width={Math.max(3, to - from)}
          height={TRACK * ACTION_KINDS.length}
          rx={2}
          className={styles.bar}
        />
        {ACTION_KINDS.map((kind, track) => (
          <path
            key={kind}
            d={ticks(session, kind, range, BAR_TOP + track * TRACK)}
            className={styles[kind]}
            strokeWidth={2}
            vectorEffect="non-scaling-stroke"
          />
        ))}
        {session.signIns.map(({ index, time }) => (
          <path
            key={index}
            d={`M${at(Date.parse(time)) - 4} 0h8l-4 5z`}
            className={styles.signIn}
          />
        ))}
      </svg>
    </button>
  );
});

/** Two actions in one place are one mark, so fifty thousand are at most a thousand. */
function ticks(session: Session, kind: ActionKind, range: TimeRange, top: number): string {
  const places = new Set<number>();
  for (const action of session.actions) {
    if (kindOf(action) === kind) places.add(Math.round(placeOf(Date.parse(action.time), range)));
  }
  return [...places].map((x) => `M${x} ${top}v${TRACK}`).join('');
}

function placeOf(ms: number, { fromMs, toMs }: TimeRange): number {
  return (WIDTH * (Math.min(Math.max(ms, fromMs), toMs) - fromMs)) / (toMs - fromMs);
}

function Legend() {
  const styles = useStyles();
  return (
    <div className={styles.legend}>
      <span className={styles.key}>
        <svg width="10" height="8" aria-hidden>
          <path d="M1 1h8l-4 5z" className={styles.signIn} />
        </svg>
        <Text size={200}>{t.signIn}</Text>
      </span>
      {ACTION_KINDS.map((kind, track) => (
        <span key={kind} className={styles.key}>
          <svg width="10" height="20" aria-hidden>
            <path d={`M5 ${track * TRACK}v${TRACK}`} className={styles[kind]} strokeWidth={3} />
          </svg>
          <Text size={200}>{t.kinds[kind]}</Text>
        </span>
      ))}
      <span className={styles.key}>
        <svg width="18" height="14" aria-hidden>
          <Hatch />
          <rect width="18" height="14" fill="url(#hatch)" />
        </svg>
        <Text size={200}>{t.gaps}</Text>
      </span>
    </div>
  );
}

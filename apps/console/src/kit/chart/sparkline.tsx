import { makeStyles, tokens } from '@fluentui/react-components';

const useStyles = makeStyles({
  bar: { fill: tokens.colorBrandBackground },
  gap: { fill: 'url(#hatch)' },
});

/**
 * A row of bars. A value of null is a period without knowledge: it is hatched, not empty.
 *
 * @param label what a screen reader says: the series in words
 */
export function Sparkline(props: {
  readonly values: readonly (number | null)[];
  readonly label: string;
  readonly width?: number;
  readonly height?: number;
}) {
  const styles = useStyles();
  const { values, label, width = 120, height = 28 } = props;
  const max = Math.max(0, ...values.filter((value) => value !== null));
  const step = width / Math.max(1, values.length);
  return (
    <svg role="img" aria-label={label} width={width} height={height}>
      <Hatch />
      {values.map((value, at) => {
        const share = value === null || max === 0 ? 0 : value / max;
        const tall = value === null ? height : Math.max(value > 0 ? 2 : 1, share * height);
        return (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: the place in the series is the key.
            key={at}
            x={at * step}
            y={height - tall}
            width={Math.max(1, step - 1)}
            height={tall}
            className={value === null ? styles.gap : styles.bar}
          />
        );
      })}
    </svg>
  );
}

/** The pattern of "cannot tell" in charts: `fill="url(#hatch)"`. */
export function Hatch() {
  return (
    <defs>
      <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse">
        <path d="M-1 1l2-2M0 6l6-6M5 7l2-2" stroke="var(--answerUnknown)" strokeWidth="1.4" />
      </pattern>
    </defs>
  );
}

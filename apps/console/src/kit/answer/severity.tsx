import { makeStyles, tokens } from '@fluentui/react-components';
import { texts } from '../../texts/en.ts';

const useStyles = makeStyles({
  severity: { display: 'inline-flex', alignItems: 'center', gap: '6px', whiteSpace: 'nowrap' },
  on: { fill: tokens.colorNeutralForeground1 },
  off: { fill: tokens.colorNeutralStroke2 },
});

/** OCSF `severity_id`: 1 informational to 5 critical, 6 fatal. */
export function Severity({ id }: { readonly id: number }) {
  const styles = useStyles();
  const level = Math.min(4, Math.max(1, id - 1));
  return (
    <span className={styles.severity}>
      <svg viewBox="0 0 16 14" width="16" height="14" aria-hidden>
        {[1, 2, 3, 4].map((step) => (
          <rect
            key={step}
            x={(step - 1) * 4}
            y={12 - step * 3}
            width="3"
            height={step * 3 + 2}
            className={step <= level ? styles.on : styles.off}
          />
        ))}
      </svg>
      {texts.severities[id] ?? texts.severities[0]}
    </span>
  );
}

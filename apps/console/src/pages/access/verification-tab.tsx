import type { Operations } from '@countersign/client';
import { makeStyles, tokens } from '@fluentui/react-components';
import { useAnswer } from '../../api/hooks.ts';
import { Hatch } from '../../kit/chart/sparkline.tsx';
import { QueryView } from '../../kit/page/page-states.tsx';
import { EmptyList } from '../../kit/table/empty-list.tsx';
import { formatNumber } from '../../kit/text/format-time.ts';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { usePeriod, usePeriodText } from '../../state/view.ts';
import { verificationTexts as t } from '../../texts/access.ts';

type VerificationCounts = NonNullable<Operations['verified']['output']>;
type Count = VerificationCounts['flows'][string];

const useStyles = makeStyles({
  scroll: { overflowX: 'auto' },
  table: { borderCollapse: 'collapse', width: '100%' },
  cell: {
    padding: '8px 16px 8px 0',
    textAlign: 'left',
    verticalAlign: 'top',
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
  },
  number: {
    padding: '8px 16px 8px 0',
    textAlign: 'right',
    verticalAlign: 'top',
    fontVariantNumeric: 'tabular-nums',
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
  },
  list: { margin: 0, paddingLeft: '16px' },
  decided: { fill: 'var(--answerYes)' },
  checked: { fill: tokens.colorPaletteGreenBackground2, stroke: 'var(--answerYes)' },
});

/** For each flow: sign-ins decided before access, checked after it, or unverified and why. */
export function VerificationTab() {
  const styles = useStyles();
  const verified = useAnswer('verified', usePeriod());
  const looked = `${t.looked}, ${usePeriodText()}`;
  return (
    <QueryView query={verified}>
      {({ answer, result, notices }) => {
        const flows = Object.entries(result?.flows ?? {});
        if (flows.length === 0) {
          return <EmptyList complete={answer} looked={looked} notices={notices} />;
        }
        return (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll area takes the keyboard.
          <section className={styles.scroll} tabIndex={0} aria-label={t.looked}>
            <table className={styles.table}>
              <Head />
              <tbody>
                {flows.map(([flow, count]) => (
                  <Row key={flow} flow={flow} count={count} />
                ))}
              </tbody>
            </table>
          </section>
        );
      }}
    </QueryView>
  );
}

function Head() {
  const styles = useStyles();
  return (
    <thead>
      <tr>
        <th scope="col" className={styles.cell}>
          {t.flow}
        </th>
        <th scope="col" className={styles.cell}>
          <span style={{ whiteSpace: 'nowrap' }}>{t.all}</span>
        </th>
        {[t.decided, t.checked, t.unverified, t.disagree].map((name) => (
          <th key={name} scope="col" className={styles.number}>
            {name}
          </th>
        ))}
        <th scope="col" className={styles.cell}>
          {t.because}
        </th>
      </tr>
    </thead>
  );
}

function Row({ flow, count }: { readonly flow: string; readonly count: Count }) {
  const styles = useStyles();
  const causes = Object.entries(count.unverified);
  const unverified = causes.reduce((sum, [, each]) => sum + each, 0);
  return (
    <tr>
      <th scope="row" className={styles.cell}>
        <SafeText text={t.flows[flow] ?? flow} />
      </th>
      <td className={styles.cell}>
        <Share decided={count.decided} checked={count.checked} unverified={unverified} />
      </td>
      {[count.decided, count.checked, unverified, count.disagreements].map((each, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the columns are fixed.
        <td key={at} className={styles.number}>
          {formatNumber(each)}
        </td>
      ))}
      <td className={styles.cell}>
        <ul className={styles.list}>
          {causes.map(([cause, each]) => (
            <li key={cause}>
              <SafeText text={cause} /> ({formatNumber(each)})
            </li>
          ))}
        </ul>
      </td>
    </tr>
  );
}

const BAR_PX = 160;

/** The shares as one bar; the unverified part is hatched. */
function Share(props: {
  readonly decided: number;
  readonly checked: number;
  readonly unverified: number;
}) {
  const styles = useStyles();
  const { decided, checked, unverified } = props;
  const all = Math.max(1, decided + checked + unverified);
  const [first, second] = [(BAR_PX * decided) / all, (BAR_PX * checked) / all];
  return (
    <svg width={BAR_PX} height={14} aria-hidden>
      <Hatch />
      <rect width={BAR_PX} height={14} fill="url(#hatch)" />
      <rect width={first} height={14} className={styles.decided} />
      <rect x={first} width={second} height={14} className={styles.checked} />
    </svg>
  );
}

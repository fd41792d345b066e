import { makeStyles, Text, tokens } from '@fluentui/react-components';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { Time } from '../../kit/text/time.tsx';
import { incidentTexts as t } from '../../texts/incident.ts';
import { Entries } from './entries.tsx';
import type { WorkItem } from './incident-types.ts';

const useStyles = makeStyles({
  list: { margin: 0, padding: 0, listStyle: 'none', display: 'grid', gap: '8px' },
  faint: { color: tokens.colorNeutralForeground2 },
});

/** What people did with it, latest first. Each act is an entry. */
export function WorkView({ work }: { readonly work: readonly WorkItem[] }) {
  const styles = useStyles();
  if (work.length === 0) return <Text>{t.workNone}</Text>;
  return (
    <ol className={styles.list}>
      {work.toReversed().map(({ kind, value, reason, verdict, by, at, entries }) => (
        <li key={entries.join()}>
          <Text weight="semibold">
            <SafeText text={by} />
          </Text>{' '}
          <SafeText
            text={kind === 'status' ? t.workKinds.status(value, reason) : t.workKinds[kind](value)}
          />
          {verdict !== null && `. ${t.verdicts[verdict]}.`}
          <br />
          <Text size={200} className={styles.faint}>
            {at !== null && <Time at={at} />} <Entries entries={entries} max={1} />
          </Text>
        </li>
      ))}
    </ol>
  );
}

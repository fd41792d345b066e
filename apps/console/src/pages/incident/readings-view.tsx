import { makeStyles, Text, tokens } from '@fluentui/react-components';
import { AnswerMark } from '../../kit/answer/answer-mark.tsx';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { incidentTexts as t } from '../../texts/incident.ts';
import { Entries } from './entries.tsx';
import type { Story } from './incident-types.ts';

const useStyles = makeStyles({
  list: { margin: 0, padding: 0, listStyle: 'none', display: 'grid', gap: '8px' },
  faint: { color: tokens.colorNeutralForeground2 },
});

/** Mailboxes and sites that they read, and whether that is all. */
export function ReadingsView({ story }: { readonly story: Story }) {
  const styles = useStyles();
  const { readings, readingsMayLack } = story;
  const [lack] = readingsMayLack;
  return (
    <>
      {readings.length === 0 && <Text>{t.readNone}</Text>}
      <ul className={styles.list}>
        {readings.map(({ node, place, items, more, entries }) => (
          <li key={node}>
            <SafeText text={place} />
            <br />
            <Text size={200} className={styles.faint}>
              {t.readItems(items, more)} <Entries entries={entries} />
            </Text>
          </li>
        ))}
      </ul>
      {lack !== undefined && (
        <Text size={200}>
          <AnswerMark kind="unknown" size={14} /> <SafeText text={t.readUnknown(lack.text)} />
        </Text>
      )}
    </>
  );
}

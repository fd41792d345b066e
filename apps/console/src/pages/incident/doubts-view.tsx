import {
  Button,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  makeStyles,
  Switch,
  Text,
} from '@fluentui/react-components';
import { PageLink } from '../../kit/page/page-link.tsx';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { incidentTexts as t } from '../../texts/incident.ts';
import type { Story } from './incident-types.ts';

const useStyles = makeStyles({
  list: { margin: 0, padding: 0, listStyle: 'none', display: 'grid', gap: '10px' },
});

/** More findings rarely decide; the rest is in the list of findings. */
const DOUBTS_SHOWN = 6;

/**
 * Findings that decide something, each with a switch that shows the answer without it.
 *
 * @param doubts of the whole answer, so that a switch stays where it is
 */
export function DoubtsView(props: {
  readonly doubts: Story['doubts'];
  readonly without: readonly string[];
  readonly onChange: (without: readonly string[]) => void;
}) {
  const styles = useStyles();
  const { doubts, without, onChange } = props;
  if (doubts.length === 0) return <Text>{t.doubtsNone}</Text>;
  return (
    <ul className={styles.list}>
      {doubts.slice(0, DOUBTS_SHOWN).map(({ finding, text, clears, open, openWithout }) => {
        const isOff = without.includes(finding);
        const others = without.filter((each) => each !== finding);
        return (
          <li key={finding}>
            <PageLink path="/findings/$id" params={{ id: finding }}>
              <SafeText text={text} />
            </PageLink>
            <br />
            <Text size={200} title={clears.join(', ')}>
              {t.decides(clears.length, open, openWithout)}
            </Text>
            <Switch
              checked={isOff}
              label={t.without}
              onChange={(_, { checked }) => onChange(checked ? [...others, finding] : others)}
            />
          </li>
        );
      })}
    </ul>
  );
}

/** States that the page shows a what-if, and leads back. */
export function WhatIfBar(props: { readonly count: number; readonly onEnd: () => void }) {
  return (
    <MessageBar intent="warning" layout="multiline">
      <MessageBarBody>{t.whatIf(props.count)}</MessageBarBody>
      <MessageBarActions>
        <Button size="small" onClick={props.onEnd}>
          {t.whatIfEnd}
        </Button>
      </MessageBarActions>
    </MessageBar>
  );
}

import {
  Button,
  makeStyles,
  mergeClasses,
  Subtitle1,
  Text,
  tokens,
} from '@fluentui/react-components';
import { Dismiss20Regular } from '@fluentui/react-icons';
import { useAnswer } from '../../api/hooks.ts';
import { useView } from '../../state/view.ts';
import { texts } from '../../texts/en.ts';
import { CaseBar, useMissingCase } from '../case/case-bar.tsx';
import { useKeys } from '../keyboard/keyboard.tsx';
import { QueryView } from '../page/page-states.tsx';
import { ProofCheck } from '../proof/proof-check.tsx';
import { EntryView } from './entry-view.tsx';

const useStyles = makeStyles({
  panel: {
    gridArea: 'panel',
    width: 'min(460px, 40vw)',
    overflow: 'auto',
    padding: '16px',
    boxSizing: 'border-box',
    borderLeft: `1px solid ${tokens.colorNeutralStroke2}`,
    backgroundColor: tokens.colorNeutralBackground1,
    display: 'flex',
    flexDirection: 'column',
    gap: '12px',
  },
  over: { position: 'fixed', inset: 0, width: '100%', zIndex: 5 },
  head: { display: 'flex', alignItems: 'center', justifyContent: 'space-between' },
});

/** The entry behind a number, a name or an edge, with its proof. Escape closes it. */
export function EvidencePanel(props: { readonly entry: string; readonly isNarrow: boolean }) {
  const styles = useStyles();
  const [, change] = useView();
  const { entry, isNarrow } = props;
  const close = (): void => change({ entry: undefined });
  // A body holds names. Without a case, the service shows it to no one.
  const isCaseMissing = useMissingCase();
  const shown = useAnswer('show', { entry }, { enabled: !isCaseMissing });
  // A reader who may not see the body can check the proof of the entry anyway.
  const index = /^#?\d+$/.test(entry) ? Number(entry.replace('#', '')) : shown.data?.result?.index;
  useKeys(texts.keys.everywhere, [{ keys: 'Escape', label: texts.keys.closePanel, run: close }]);
  return (
    <aside
      className={mergeClasses(styles.panel, isNarrow && styles.over)}
      aria-label={texts.evidence.title(entry)}
      data-print="no"
    >
      <div className={styles.head}>
        <Subtitle1 as="h2">{texts.evidence.title(entry)}</Subtitle1>
        <Button
          appearance="subtle"
          icon={<Dismiss20Regular />}
          aria-label={texts.close}
          onClick={close}
        />
      </div>
      {isCaseMissing ? (
        <CaseBar />
      ) : (
        <QueryView query={shown}>
          {({ result, answer }) =>
            result === null ? (
              <Text>{answer.because[0]?.text ?? texts.evidence.none}</Text>
            ) : (
              <EntryView entry={result} />
            )
          }
        </QueryView>
      )}
      {index !== undefined && <ProofCheck entry={index} />}
    </aside>
  );
}

import {
  Accordion,
  AccordionHeader,
  AccordionItem,
  AccordionPanel,
  makeStyles,
  Text,
  tokens,
} from '@fluentui/react-components';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { incidentTexts as t } from '../../texts/incident.ts';
import { Entries } from './entries.tsx';
import type { Foothold } from './incident-types.ts';
import { Sentence } from './sentence.tsx';

const useStyles = makeStyles({
  list: { margin: 0, padding: 0, listStyle: 'none', display: 'grid', gap: '10px' },
  unknown: { margin: 0, paddingLeft: '18px', display: 'grid', gap: '6px' },
  faint: { color: tokens.colorNeutralForeground2 },
});

/** The open footholds, each with its first evidence; those that cannot be told are folded. */
export function FootholdsView({ footholds }: { readonly footholds: readonly Foothold[] }) {
  const styles = useStyles();
  const open = footholds.filter(({ answer }) => answer === 'open');
  const unknown = footholds.filter(({ answer }) => answer === 'unknown');
  return (
    <>
      {open.length === 0 && <Text>{t.openNone}</Text>}
      <ul className={styles.list}>
        {open.map((foothold) => (
          <OpenFoothold key={foothold.foothold} foothold={foothold} />
        ))}
      </ul>
      {unknown.length > 0 && (
        <Accordion collapsible>
          <AccordionItem value="unknown">
            <AccordionHeader size="small">{t.unknownFootholds(unknown.length)}</AccordionHeader>
            <AccordionPanel>
              <ul className={styles.unknown}>
                {unknown.map(({ foothold, name, because, wouldDecide }) => (
                  <li key={foothold}>
                    <SafeText text={name} />
                    <br />
                    <Text size={200} className={styles.faint}>
                      <Sentence text={because[0]?.text ?? ''} />
                      {wouldDecide[0] !== undefined && (
                        <>
                          {'. '}
                          {t.wouldDecide}: <SafeText text={wouldDecide[0].what} />
                        </>
                      )}
                    </Text>
                  </li>
                ))}
              </ul>
            </AccordionPanel>
          </AccordionItem>
        </Accordion>
      )}
    </>
  );
}

function OpenFoothold({ foothold }: { readonly foothold: Foothold }) {
  const styles = useStyles();
  const { name, openings, openingCount } = foothold;
  const [first] = openings.filter(({ state }) => state === 'open');
  return (
    <li>
      <Text weight="semibold">
        <SafeText text={name} />
      </Text>
      <br />
      {first !== undefined && (
        <Text size={200} className={styles.faint}>
          <Sentence text={first.what} /> {openingCount > 1 && t.openMore(openingCount - 1)}{' '}
          <Entries entries={first.entries} />
        </Text>
      )}
    </li>
  );
}

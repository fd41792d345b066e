import type { Answer, Operations } from '@countersign/client';
import { makeStyles, Subtitle2, Text } from '@fluentui/react-components';
import { AnswerMark } from '../../kit/answer/answer-mark.tsx';
import { EvidenceLink } from '../../kit/evidence/evidence-link.tsx';
import { PageLink } from '../../kit/page/page-link.tsx';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { gateTexts as t } from '../../texts/gate.ts';

export type Gate = Operations['gateList']['output'];
export type Condition = Gate['conditions'][number];

/** What stops the wave comes first. */
const ORDER: readonly Gate['answer'][] = ['no', 'unknown', 'yes'];

/** The page that a condition links to has all. */
const RESULTS_SHOWN = 6;

/** More entries are behind the page that a condition links to. */
const EVIDENCE_SHOWN = 3;

/** The page that shows what a condition counts. */
const PATHS: Readonly<Record<string, string>> = {
  coverage: '/coverage',
  loss: '/coverage',
  residual: '/unaccounted',
  blind: '/detections',
  findings: '/incidents',
};

const useStyles = makeStyles({
  list: { margin: 0, padding: 0, listStyleType: 'none', display: 'grid', gap: '14px' },
  item: { display: 'grid', gridTemplateColumns: '20px minmax(0, 1fr)', gap: '2px 10px' },
  words: { display: 'flex', flexDirection: 'column', gap: '3px', minWidth: 0 },
  links: { display: 'flex', flexWrap: 'wrap', gap: '4px 16px' },
});

/** Each condition with its answer, what was found, and a link to where it can be seen. */
export function GateConditions({ gate }: { readonly gate: Gate }) {
  const styles = useStyles();
  const sorted = gate.conditions.toSorted(
    (a, b) => ORDER.indexOf(a.answer) - ORDER.indexOf(b.answer),
  );
  return (
    <ul className={styles.list} aria-label={gate.gate}>
      {sorted.map((condition) => (
        <li key={condition.condition} className={styles.item}>
          <AnswerMark kind={condition.answer} />
          <ConditionView gate={gate} condition={condition} />
        </li>
      ))}
    </ul>
  );
}

function ConditionView(props: { readonly gate: Gate; readonly condition: Condition }) {
  const styles = useStyles();
  const { condition, requires, answer } = props.condition;
  const name = t.conditions[condition];
  const path = PATHS[condition];
  const { from, to } = props.gate.window;
  const results = resultsOf(props.condition);
  return (
    <div className={styles.words}>
      <Subtitle2 as="h3">
        {name ?? <SafeText text={condition} />}: <SafeText text={requires} />
      </Subtitle2>
      {results.slice(0, RESULTS_SHOWN).map((text) => (
        <Text key={text}>
          <SafeText text={text} />
        </Text>
      ))}
      {results.length > RESULTS_SHOWN && <Text>{t.more(results.length - RESULTS_SHOWN)}</Text>}
      <div className={styles.links}>
        {answer !== 'yes' && path !== undefined && (
          <PageLink path={path} search={{ from, to }}>
            {t.links[condition]}
          </PageLink>
        )}
        {condition === 'coverage' && answer !== 'yes' && (
          <PageLink path="/inventory">{t.inventory}</PageLink>
        )}
        {(props.condition.evidence ?? []).slice(0, EVIDENCE_SHOWN).map(({ index }) => (
          <EvidenceLink key={index} entry={index} />
        ))}
      </div>
    </div>
  );
}

/** What was found, and reasons that say something else. */
function resultsOf({ found, because = [] }: Condition): readonly string[] {
  const reasons = because
    .map(({ text }) => text)
    .filter((text) => !found.some((one) => one.includes(text)));
  return [...new Set([...found, ...reasons])];
}

/** The reasons of the conditions that decide the answer. */
export function reasonsOf(gate: Gate): Answer['because'] {
  return gate.conditions
    .filter(({ answer }) => answer === gate.answer && answer !== 'yes')
    .flatMap(({ because = [], found }) =>
      // What was found names the source as well.
      because.map(({ code, text }) => ({
        code,
        text: found.find((one) => one.includes(text)) ?? text,
      })),
    );
}

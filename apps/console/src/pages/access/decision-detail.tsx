import type { Operations } from '@countersign/client';
import { Button, makeStyles, Subtitle1, Subtitle2, Text, tokens } from '@fluentui/react-components';
import { Dismiss16Regular } from '@fluentui/react-icons';
import { useAnswer } from '../../api/hooks.ts';
import { AnswerMark } from '../../kit/answer/answer-mark.tsx';
import { EvidenceLink } from '../../kit/evidence/evidence-link.tsx';
import { ErrorView, LoadingView } from '../../kit/page/page-states.tsx';
import { EmptyList } from '../../kit/table/empty-list.tsx';
import { formatDuration } from '../../kit/text/format-time.ts';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { Time } from '../../kit/text/time.tsx';
import { useView } from '../../state/view.ts';
import { decisionTexts as t } from '../../texts/access.ts';
import { answerOf } from './outcome.tsx';

type Decision = NonNullable<Operations['decisionsShow']['output']>;
type Input = Decision['inputs'][number];

const useStyles = makeStyles({
  card: {
    display: 'flex',
    flexDirection: 'column',
    gap: '12px',
    padding: '16px',
    border: `1px solid ${tokens.colorNeutralStroke1}`,
    borderRadius: tokens.borderRadiusLarge,
    backgroundColor: tokens.colorNeutralBackground2,
  },
  head: { display: 'flex', flexWrap: 'wrap', gap: '10px', alignItems: 'center' },
  close: { marginLeft: 'auto' },
  columns: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fit, minmax(280px, 1fr))',
    gap: '16px 28px',
  },
  list: { margin: '4px 0 0', paddingLeft: '18px' },
  table: { borderCollapse: 'collapse', width: '100%' },
  cell: {
    textAlign: 'left',
    padding: '4px 12px 4px 0',
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
  },
});

/** Why one person was permitted or refused, and what would help. */
export function DecisionDetail({ id }: { readonly id: string }) {
  const styles = useStyles();
  const [, change] = useView();
  const decision = useAnswer('decisionsShow', { id });
  const { data, error } = decision;
  return (
    <section className={styles.card} aria-live="polite" aria-label={t.title(id)}>
      {data?.result && <DecisionView decision={data.result} />}
      {data?.result === null && (
        <EmptyList complete={data.answer} looked={t.title(id)} notices={data.notices} />
      )}
      {error !== null && <ErrorView error={error} />}
      {data === undefined && error === null && <LoadingView lines={4} />}
      <div className={styles.close} data-print="no">
        <Button
          size="small"
          appearance="subtle"
          icon={<Dismiss16Regular />}
          onClick={() => change({ decision: undefined })}
        >
          {t.close}
        </Button>
      </div>
    </section>
  );
}

function DecisionView({ decision }: { readonly decision: Decision }) {
  const styles = useStyles();
  const { outcome, principal, action, resource, at, because, help, reference } = decision;
  return (
    <>
      <div className={styles.head}>
        <AnswerMark kind={answerOf(outcome)} size={24} />
        <Subtitle1 as="h2">{t[outcome]}</Subtitle1>
        <Text>{t.title(reference)}</Text>
        <Time at={at} form="second" />
        <EvidenceLink entry={decision.entry} />
      </div>
      <Text>
        <Text weight="semibold">
          <SafeText text={principal.id} />
        </Text>
        {' · '}
        <SafeText text={t.on(action, `${resource.type} ${resource.id}`)} />
      </Text>
      <div className={styles.columns}>
        <Sentences title={t.why} sentences={because} />
        {help.length > 0 && <Sentences title={t.help} sentences={help} />}
        <div>
          <Subtitle2 as="h3" block>
            {t.policies}
          </Subtitle2>
          <Text as="p" block>
            <SafeText text={decision.policies.join(', ') || '–'} />
          </Text>
          {decision.obligations.length > 0 && (
            <Text as="p" block>
              {t.obligations}: <SafeText text={decision.obligations.join(', ')} />
            </Text>
          )}
        </div>
      </div>
      <Inputs inputs={decision.inputs} />
    </>
  );
}

function Sentences(props: { readonly title: string; readonly sentences: readonly string[] }) {
  const styles = useStyles();
  return (
    <div>
      <Subtitle2 as="h3" block>
        {props.title}
      </Subtitle2>
      <ul className={styles.list}>
        {props.sentences.map((sentence) => (
          <li key={sentence}>
            <SafeText text={sentence} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Inputs({ inputs }: { readonly inputs: readonly Input[] }) {
  const styles = useStyles();
  if (inputs.length === 0) return null;
  return (
    <div style={{ overflowX: 'auto' }}>
      <Subtitle2 as="h3" block>
        {t.inputs}
      </Subtitle2>
      <table className={styles.table}>
        <thead>
          <tr>
            {[t.input, t.state, t.source, t.age].map((name) => (
              <th key={name} scope="col" className={styles.cell}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {inputs.map((input) => (
            <tr key={input.name}>
              <td className={styles.cell}>
                <SafeText text={input.name} />
              </td>
              <td className={styles.cell}>
                <AnswerMark kind={input.state === 'fresh' ? 'yes' : 'unknown'} size={14} />{' '}
                {t.states[input.state]}
              </td>
              <td className={styles.cell}>
                <SafeText text={input.source ?? '–'} />
              </td>
              <td className={styles.cell}>{ageText(input)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function ageText({ ageMs }: Input): string {
  if (ageMs === null) return t.never;
  return ageMs < 1000 ? t.atOnce : t.ago(formatDuration(ageMs));
}

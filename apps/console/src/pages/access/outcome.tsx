import type { Answer, Operations } from '@countersign/client';
import { makeStyles } from '@fluentui/react-components';
import { AnswerMark } from '../../kit/answer/answer-mark.tsx';
import { accessTexts as t } from '../../texts/access.ts';

export const OUTCOMES = ['permit', 'deny', 'step-up', 'unknown'] as const;
export type Outcome = Operations['decisionsList']['output']['outcome'];

const useStyles = makeStyles({
  outcome: { display: 'inline-flex', alignItems: 'center', gap: '6px', whiteSpace: 'nowrap' },
});

export function answerOf(outcome: Outcome): Answer['kind'] {
  if (outcome === 'permit') return 'yes';
  return outcome === 'unknown' ? 'unknown' : 'no';
}

/** The answer of a decision: mark and word. */
export function OutcomeMark({ outcome }: { readonly outcome: Outcome }) {
  const styles = useStyles();
  return (
    <span className={styles.outcome}>
      <AnswerMark kind={answerOf(outcome)} size={16} /> {t.outcomes[outcome]}
    </span>
  );
}

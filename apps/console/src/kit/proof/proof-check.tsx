import type { Answer } from '@countersign/client';
import { Button, makeStyles, Subtitle2, Text, tokens } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { readProof } from '../../api/read-proof.ts';
import { checkSigned, type SignedClaim } from '../../proof/check-entry.ts';
import { ed25519Of } from '../../proof/ed25519.ts';
import { ProofError } from '../../proof/proof-error.ts';
import { answerOf, type ProofStep } from '../../proof/proof-step.ts';
import { type PinnedKeys, usePinnedKeys } from '../../state/pinned-keys.ts';
import { proofTexts as t } from '../../texts/proof.ts';
import { AnswerMark } from '../answer/answer-mark.tsx';
import { QueryView } from '../page/page-states.tsx';
import { SafeText } from '../text/safe-text.tsx';
import { PinKeyDialog } from './pin-key-dialog.tsx';

const useStyles = makeStyles({
  section: { display: 'flex', flexDirection: 'column', gap: '8px' },
  verdict: { display: 'flex', gap: '8px', alignItems: 'flex-start' },
  steps: { margin: 0, padding: 0, listStyleType: 'none' },
  step: {
    display: 'grid',
    gridTemplateColumns: '24px minmax(0, 1fr)',
    columnGap: '4px',
    padding: '3px 0',
  },
  value: {
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    color: tokens.colorNeutralForeground2,
    overflowWrap: 'anywhere',
  },
  acts: { display: 'flex', gap: '8px', flexWrap: 'wrap' },
});

/** Checks the proof of an entry with code in this page, against a key that the reader pinned. */
export function ProofCheck({ entry }: { readonly entry: number }) {
  const styles = useStyles();
  const claim = useQuery({
    queryKey: ['proof', entry],
    queryFn: ({ signal }) => readProof(entry, signal),
  });
  return (
    <section className={styles.section} aria-label={t.title}>
      <Subtitle2 as="h3">{t.title}</Subtitle2>
      <QueryView query={claim}>
        {(data) => <Steps claim={data} again={() => claim.refetch()} />}
      </QueryView>
    </section>
  );
}

function Steps(props: { readonly claim: SignedClaim; readonly again: () => unknown }) {
  const styles = useStyles();
  const { claim, again } = props;
  const [keys] = usePinnedKeys();
  const { steps, isDone, problem } = useSteps(claim, keys);
  const answer: Answer['kind'] = problem === undefined ? answerOf(steps) : 'no';
  const isWithoutBody = claim.entry.content === 'absent';
  return (
    <>
      <div className={styles.verdict} aria-live="polite" data-proof={isDone ? answer : 'running'}>
        {isDone && <AnswerMark kind={answer} />}
        <Text weight="semibold">{isDone ? t.verdicts[answer] : t.running}</Text>
      </div>
      {problem !== undefined && <SafeText text={problem} />}
      <ul className={styles.steps}>
        {steps.map((step) => (
          <StepLine key={`${step.kind} ${step.value}`} step={step} />
        ))}
      </ul>
      {isDone && isWithoutBody && <Text>{t.withoutBody}</Text>}
      {keys.log !== undefined && keys.origin === 'service' && <Text>{t.fromService}</Text>}
      <div className={styles.acts}>
        <PinKeyDialog />
        <Button size="small" appearance="subtle" onClick={() => again()}>
          {t.again}
        </Button>
      </div>
    </>
  );
}

function StepLine({ step }: { readonly step: ProofStep }) {
  const styles = useStyles();
  const { kind, answer, value, because } = step;
  return (
    <li className={styles.step} data-step={kind} data-answer={answer}>
      <AnswerMark kind={answer} size={18} />
      <div>
        <div>{t.steps[kind]}</div>
        <div className={styles.value}>
          <SafeText text={value} />
        </div>
        {because !== undefined && <SafeText text={because} />}
      </div>
    </li>
  );
}

type Progress = {
  readonly steps: readonly ProofStep[];
  readonly isDone: boolean;
  /** Why the claim could not be read at all. */
  readonly problem: string | undefined;
};

const NOTHING: Progress = { steps: [], isDone: false, problem: undefined };

/** Each step appears as it is computed. Another claim or key starts again. */
function useSteps(claim: SignedClaim, { log, witnesses }: PinnedKeys): Progress {
  const [progress, setProgress] = useState(NOTHING);
  useEffect(() => {
    let isCurrent = true;
    const show = (next: Progress): void => {
      if (isCurrent) setProgress(next);
    };
    const run = async (): Promise<void> => {
      const steps: ProofStep[] = [];
      show(NOTHING);
      try {
        const verify = ed25519Of(globalThis.crypto?.subtle);
        for await (const step of checkSigned(claim, { log, witnesses }, verify)) {
          steps.push(step);
          show({ steps: [...steps], isDone: false, problem: undefined });
        }
        show({ steps, isDone: true, problem: undefined });
      } catch (error) {
        if (!(error instanceof ProofError)) throw error;
        show({ steps, isDone: true, problem: error.message });
      }
    };
    void run();
    return () => {
      isCurrent = false;
    };
  }, [claim, log, witnesses]);
  return progress;
}

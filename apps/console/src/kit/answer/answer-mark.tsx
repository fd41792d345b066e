import type { Answer } from '@countersign/client';
import { makeStyles, mergeClasses } from '@fluentui/react-components';
import { texts } from '../../texts/en.ts';

const useStyles = makeStyles({
  mark: { flexShrink: 0, display: 'inline-block', verticalAlign: 'text-bottom' },
  yes: { color: 'var(--answerYes)' },
  no: { color: 'var(--answerNo)' },
  unknown: { color: 'var(--answerUnknown)' },
});

/** A check in a circle, a cross in a circle, a question mark in a dashed circle. */
export function AnswerMark(props: { readonly kind: Answer['kind']; readonly size?: number }) {
  const styles = useStyles();
  const { kind, size = 20 } = props;
  return (
    <svg
      role="img"
      aria-label={texts.answers[kind]}
      viewBox="0 0 20 20"
      width={size}
      height={size}
      className={mergeClasses(styles.mark, styles[kind])}
    >
      {kind === 'unknown' ? <Question /> : <Solid path={kind === 'yes' ? CHECK : CROSS} />}
    </svg>
  );
}

const CHECK = 'm5.5 10.2 3 3 6-6.4';
const CROSS = 'm6.5 6.5 7 7m0-7-7 7';

function Solid({ path }: { readonly path: string }) {
  return (
    <>
      <circle cx="10" cy="10" r="9" fill="currentColor" />
      <path d={path} fill="none" stroke="var(--colorNeutralBackground1)" strokeWidth="2" />
    </>
  );
}

function Question() {
  return (
    <>
      <circle
        cx="10"
        cy="10"
        r="8.5"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.6"
        strokeDasharray="3 2"
      />
      <path
        d="M7.6 7.8a2.4 2.4 0 1 1 3.4 2.2c-.7.4-1 .8-1 1.6M10 13.8v1"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.7"
      />
    </>
  );
}

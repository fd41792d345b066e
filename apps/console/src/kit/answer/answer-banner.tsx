import type { Answer } from '@countersign/client';
import { makeStyles, Subtitle1, Text, tokens } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import { SafeText } from '../text/safe-text.tsx';
import { AnswerMark } from './answer-mark.tsx';

const useStyles = makeStyles({
  banner: { display: 'flex', gap: '12px', alignItems: 'flex-start' },
  words: { display: 'flex', flexDirection: 'column', gap: '4px', minWidth: 0 },
  reasons: { margin: 0, paddingLeft: '18px', color: tokens.colorNeutralForeground2 },
});

/** The service writes reasons as parts of sentences. A source or an id stays as it is. */
function capitalized(text: string): string {
  if (!WORD.test(text)) return text;
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

/** The first word is one: it has letters only. */
const WORD = /^\p{L}+(?:['’]\p{L}+)?(?=[\s,:;]|$)/u;

/** More reasons are a list elsewhere. */
const REASONS_SHOWN = 4;

/**
 * One sentence that answers the question of a page, with its reasons.
 *
 * @param text the sentence for this answer
 * @param children what to do about it: links to the evidence
 */
export function AnswerBanner(props: {
  readonly answer: Answer;
  readonly text: string;
  readonly level?: 'h1' | 'h2' | 'h3';
  readonly children?: ReactNode;
}) {
  const styles = useStyles();
  const { answer, text, level = 'h2', children } = props;
  const reasons = answer.because.slice(0, REASONS_SHOWN);
  return (
    <div className={styles.banner} data-answer={answer.kind}>
      <AnswerMark kind={answer.kind} size={28} />
      <div className={styles.words}>
        <Subtitle1 as={level}>
          <SafeText text={text} />
        </Subtitle1>
        {reasons.length === 1 && reasons[0] !== undefined && (
          <Text>
            <SafeText text={capitalized(reasons[0].text)} />
          </Text>
        )}
        {reasons.length > 1 && (
          <ul className={styles.reasons}>
            {reasons.map(({ code, text: reason }) => (
              <li key={`${code} ${reason}`}>
                <SafeText text={capitalized(reason)} />
              </li>
            ))}
          </ul>
        )}
        {children}
      </div>
    </div>
  );
}

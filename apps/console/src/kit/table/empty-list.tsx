import type { Answer } from '@countersign/client';
import { makeStyles, tokens } from '@fluentui/react-components';
import { texts } from '../../texts/en.ts';
import { AnswerBanner } from '../answer/answer-banner.tsx';

const useStyles = makeStyles({
  empty: { padding: '20px', border: `1px dashed ${tokens.colorNeutralStroke2}` },
});

/** A list without items says what was looked for, and whether none exist or none can be seen. */
export function EmptyList(props: {
  readonly complete: Answer;
  readonly looked: string;
  readonly notices: readonly string[];
}) {
  const styles = useStyles();
  const { complete, looked, notices } = props;
  const text = complete.kind === 'yes' ? texts.empty.none(looked) : texts.empty.unknown(looked);
  return (
    <div className={styles.empty}>
      <AnswerBanner answer={complete} text={text}>
        {notices.map((notice) => (
          <span key={notice}>{notice}</span>
        ))}
      </AnswerBanner>
    </div>
  );
}

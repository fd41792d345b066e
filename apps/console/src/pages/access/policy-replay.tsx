import type { Answer, Operations } from '@countersign/client';
import { Button, makeStyles, Text } from '@fluentui/react-components';
import { useAct } from '../../api/act.ts';
import { AnswerBanner } from '../../kit/answer/answer-banner.tsx';
import { EvidenceLink } from '../../kit/evidence/evidence-link.tsx';
import { ErrorView } from '../../kit/page/page-states.tsx';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { usePeriod } from '../../state/view.ts';
import { policyTexts as t } from '../../texts/access.ts';
import type { PolicyFiles } from './policy-draft.ts';

type Replay = NonNullable<Operations['policyReplay']['output']>;
type Change = Replay['losing'][number];

const useStyles = makeStyles({
  section: { display: 'flex', flexDirection: 'column', gap: '8px' },
  list: { margin: 0, paddingLeft: '18px' },
});

/** What the draft would have decided in the period. */
export function PolicyReplay({ files }: { readonly files: PolicyFiles }) {
  const styles = useStyles();
  const period = usePeriod();
  const replay = useAct('policyReplay');
  const { reply } = replay;
  return (
    <section className={styles.section} aria-label={t.replay}>
      <div>
        <Button
          appearance="primary"
          disabled={replay.isPending}
          onClick={() => replay.run({ ...period, files })}
        >
          {t.replay}
        </Button>
      </div>
      {replay.isPending && <Text role="status">{t.running}</Text>}
      {replay.error !== null && <ErrorView error={replay.error} />}
      {reply?.result && <ReplayView replay={reply.result} answer={reply.answer} />}
      {reply?.result === null && <AnswerBanner answer={reply.answer} text={t.cannot} />}
    </section>
  );
}

/** Lines of a list beside the editor. The command line prints all. */
const LINES_SHOWN = 50;

function ReplayView({ replay, answer }: { readonly replay: Replay; readonly answer: Answer }) {
  const styles = useStyles();
  const { losing, gaining, attacks, same, replayed } = replay;
  const stopped = attacks.filter((attack) => attack.answer === 'yes').length;
  return (
    <>
      <AnswerBanner answer={answer} text={t.deny(principals(losing), stopped, attacks.length)} />
      <Text>{t.permitMore(principals(gaining))}</Text>
      <Text>{t.same(same, replayed)}</Text>
      <Changes title={t.losing} changes={losing} />
      <Changes title={t.gaining} changes={gaining} />
      {attacks.length > 0 && (
        <div>
          <Text weight="semibold">{t.attacks}</Text>
          <ul className={styles.list}>
            {attacks.slice(0, LINES_SHOWN).map(({ finding, title, answer: of }) => (
              <li key={finding}>
                <SafeText text={title} />: {t.stopped[of]}
              </li>
            ))}
          </ul>
        </div>
      )}
    </>
  );
}

function principals(changes: readonly Change[]): number {
  return new Set(changes.map(({ tenant, principal }) => `${tenant} ${principal}`)).size;
}

function Changes(props: { readonly title: string; readonly changes: readonly Change[] }) {
  const styles = useStyles();
  const { title, changes } = props;
  if (changes.length === 0) return null;
  return (
    <div>
      <Text weight="semibold">{title}</Text>
      <ul className={styles.list}>
        {changes.slice(0, LINES_SHOWN).map((each) => (
          <li key={`${each.principal} ${each.enforcementPoint} ${each.flow}`}>
            <SafeText text={each.principal} />, {t.times(each.count)}:{' '}
            <SafeText text={each.policies.join(', ')} />{' '}
            {each.entries[0] !== undefined && <EvidenceLink entry={each.entries[0]} />}
          </li>
        ))}
      </ul>
    </div>
  );
}

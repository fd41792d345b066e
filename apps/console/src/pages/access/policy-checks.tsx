import type { Operations, Reply } from '@countersign/client';
import { Button, Link, makeStyles, Text } from '@fluentui/react-components';
import { type UseQueryResult, useMutation } from '@tanstack/react-query';
import { client } from '../../api/client.ts';
import { AnswerBanner } from '../../kit/answer/answer-banner.tsx';
import { ErrorView, QueryView } from '../../kit/page/page-states.tsx';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { policyTexts as t } from '../../texts/access.ts';
import type { PolicyFiles } from './policy-draft.ts';

type Check = NonNullable<Operations['policyCheck']['output']>;
type Problem = Check['problems'][number];
type TestResult = Operations['policyTest']['output'];

const useStyles = makeStyles({
  section: { display: 'flex', flexDirection: 'column', gap: '8px' },
  list: { margin: 0, paddingLeft: '18px' },
});

/** Whether the draft is valid, each problem with its place, and the results of its tests. */
export function PolicyChecks(props: {
  readonly check: UseQueryResult<Reply<Check>, Error>;
  readonly files: PolicyFiles;
  readonly onOpen: (problem: Problem) => void;
}) {
  const styles = useStyles();
  const { check, files, onOpen } = props;
  return (
    <section className={styles.section} aria-label={t.check}>
      <QueryView query={check}>
        {({ result }) =>
          result !== null && (
            <>
              <AnswerBanner
                answer={{ kind: result.ok ? 'yes' : 'no', because: [] }}
                text={
                  result.ok ? t.valid(result.policies.length) : t.invalid(result.problems.length)
                }
              />
              <ul className={styles.list}>
                {result.problems.map((problem) => (
                  <li key={JSON.stringify(problem)}>
                    <Link as="button" onClick={() => onOpen(problem)}>
                      {t.problemAt(
                        problem.file.slice(problem.file.lastIndexOf('/') + 1),
                        problem.line,
                        problem.column,
                      )}
                    </Link>{' '}
                    <SafeText text={problem.what} />
                  </li>
                ))}
              </ul>
            </>
          )
        }
      </QueryView>
      {/* Results of other texts would be wrong: a change takes them away. */}
      <Tests key={JSON.stringify(files)} files={files} />
    </section>
  );
}

function Tests({ files }: { readonly files: PolicyFiles }) {
  const styles = useStyles();
  const tests = useMutation({
    mutationFn: async () => {
      const results: TestResult[] = [];
      for await (const result of client.list('policyTest', { files })) results.push(result);
      return results;
    },
  });
  if ((files.tests ?? []).length === 0) return <Text>{t.noTests}</Text>;
  const failed = tests.data?.filter(({ ok }) => !ok) ?? [];
  return (
    <>
      <div>
        <Button disabled={tests.isPending} onClick={() => tests.mutate()}>
          {t.test}
        </Button>
      </div>
      {tests.error !== null && <ErrorView error={tests.error} />}
      {tests.data !== undefined && (
        <>
          <AnswerBanner
            answer={{ kind: failed.length === 0 ? 'yes' : 'no', because: [] }}
            text={
              failed.length === 0
                ? t.passed(tests.data.length)
                : t.failed(failed.length, tests.data.length)
            }
          />
          <ul className={styles.list}>
            {failed.map(({ name, line, differences }) => (
              <li key={`${name} ${line}`}>
                <SafeText text={`${name}: ${differences.join('; ')}`} />
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

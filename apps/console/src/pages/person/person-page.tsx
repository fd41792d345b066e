import { Button, makeStyles, Text } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { flushSync } from 'react-dom';
import { client } from '../../api/client.ts';
import { type NamesCase, useNamesCase } from '../../api/names-case.ts';
import { CaseForm } from '../../kit/case/case-bar.tsx';
import { Page } from '../../kit/page/page.tsx';
import { LoadingView, QueryView } from '../../kit/page/page-states.tsx';
import { EmptyList } from '../../kit/table/empty-list.tsx';
import { saveFile } from '../../kit/table/export-rows.ts';
import { PageLink } from '../../kit/text/page-link.tsx';
import { usePeriod } from '../../state/view.ts';
import { statementTexts as t } from '../../texts/statement.ts';
import { StatementView } from './statement-view.tsx';

const useStyles = makeStyles({
  ask: { display: 'flex', flexDirection: 'column', gap: '12px', maxWidth: '460px' },
});

/** As the service writes it. Nothing leads from it back to the person. */
const PSEUDONYM = /^person-[0-9a-f]{16}$/;

/** The statement of a person. Before it shows, the reader states purpose and case. */
export function PersonPage() {
  const styles = useStyles();
  const { who = '' } = useParams({ strict: false }) as { readonly who?: string };
  const namesCase = useNamesCase();
  const navigate = useNavigate();
  const isPseudonym = PSEUDONYM.test(who);
  if (isPseudonym || namesCase === undefined) {
    return (
      <Page title={t.title}>
        <div className={styles.ask}>
          <Text weight="semibold">{t.ask}</Text>
          <Text>{isPseudonym ? t.pseudonym : t.looked}</Text>
          {namesCase === undefined ? (
            <CaseForm onDone={() => isPseudonym && void navigate({ to: '/people' })} />
          ) : (
            <PageLink to="/people">{t.choose}</PageLink>
          )}
        </div>
      </Page>
    );
  }
  return <StatementOf key={who} who={who} namesCase={namesCase} />;
}

function StatementOf(props: { readonly who: string; readonly namesCase: NamesCase }) {
  const { who, namesCase } = props;
  const period = usePeriod();
  const isWhole = useIsPrinting();
  const input = { who, ...period, purpose: namesCase.purpose, case: namesCase.name };
  const statement = useQuery({
    queryKey: ['statement', input],
    queryFn: ({ signal }) => client.call('statement', input, { signal }),
    // Each read is an entry: only the reader asks again.
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const result = statement.data?.result;
  const save = (): void => {
    if (result) saveFile(`${t.title}.json`, 'application/json', JSON.stringify(result, null, 2));
  };
  return (
    <Page
      title={t.title}
      actions={
        result && (
          <>
            <Button size="small" onClick={() => print()}>
              {t.print}
            </Button>
            <Button size="small" onClick={save}>
              {t.saveJson}
            </Button>
          </>
        )
      }
    >
      <QueryView query={statement} loading={<StatementLoading />}>
        {({ answer, result: shown, notices }) =>
          shown === null ? (
            <EmptyList complete={answer} looked={who} notices={notices} />
          ) : (
            <StatementView statement={shown} isWhole={isWhole} />
          )
        }
      </QueryView>
    </Page>
  );
}

function StatementLoading() {
  return (
    <>
      <Text role="status">{t.reading}</Text>
      <LoadingView lines={10} />
    </>
  );
}

/** Paper does not scroll, so it gets all rows. */
function useIsPrinting(): boolean {
  const [isPrinting, setPrinting] = useState(false);
  useEffect(() => {
    const before = (): void => flushSync(() => setPrinting(true));
    const after = (): void => setPrinting(false);
    addEventListener('beforeprint', before);
    addEventListener('afterprint', after);
    return () => {
      removeEventListener('beforeprint', before);
      removeEventListener('afterprint', after);
    };
  }, []);
  return isPrinting;
}

import type { Answer, Operations } from '@countersign/client';
import { makeStyles, Subtitle2, Text } from '@fluentui/react-components';
import { useItems } from '../../api/hooks.ts';
import { AnswerBanner } from '../../kit/answer/answer-banner.tsx';
import { AnswerMark } from '../../kit/answer/answer-mark.tsx';
import { Page } from '../../kit/page/page.tsx';
import type { Column } from '../../kit/table/column.ts';
import { ItemTable } from '../../kit/table/item-table.tsx';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { useView } from '../../state/view.ts';
import { requestTexts as t } from '../../texts/vendor-requests.ts';

type VendorRequest = Operations['requests']['output'];

const useStyles = makeStyles({
  detail: { display: 'flex', flexDirection: 'column', gap: '6px', maxWidth: '80ch' },
});

const KINDS = { met: 'yes', 'not met': 'no', 'cannot tell': 'unknown' } as const;

/** What the vendor is asked to change, with the test that decides. */
export function VendorRequestsPage() {
  const requests = useItems('requests', {});
  const [{ request: opened }, change] = useView();
  const all = requests.data?.pages.flatMap(({ items }) => items);
  const detail = all?.find(({ request }) => request === opened);
  return (
    <Page title={t.title}>
      {all !== undefined && all.length > 0 && <Conclusion requests={all} />}
      <ItemTable
        label={t.title}
        items={requests}
        columns={COLUMNS}
        rowKey={({ request }) => request}
        looked={t.looked}
        isOpen={({ request }) => request === opened}
        onOpen={({ request }) => change({ request: request === opened ? undefined : request })}
      />
      {detail === undefined ? <Text>{t.select}</Text> : <Detail request={detail} />}
    </Page>
  );
}

function Conclusion({ requests }: { readonly requests: readonly VendorRequest[] }) {
  const { answer, text } = requestsAnswer(requests);
  return <AnswerBanner answer={answer} text={text} />;
}

function requestsAnswer(requests: readonly VendorRequest[]): {
  readonly answer: Answer;
  readonly text: string;
} {
  const open = requests.filter(({ state }) => state === 'not met');
  if (open.length > 0) {
    return {
      answer: { kind: 'no', because: [] },
      text: t.some(open.length, requests.length),
    };
  }
  const unknown = requests.filter(({ state }) => state === 'cannot tell');
  if (unknown.length > 0) {
    const text = t.unknown(unknown.length, requests.length);
    return { answer: { kind: 'unknown', because: [] }, text };
  }
  return { answer: { kind: 'yes', because: [] }, text: t.all(requests.length) };
}

function Detail({ request }: { readonly request: VendorRequest }) {
  const styles = useStyles();
  const parts: readonly (readonly [string, string])[] = [
    [t.because, request.because],
    [t.why, request.why],
    [t.test, request.test],
  ];
  return (
    <section className={styles.detail} aria-label={request.request}>
      {parts.map(([name, text]) => (
        <div key={name}>
          <Subtitle2 as="h2">{name}</Subtitle2>
          <div>
            <SafeText text={text} />
          </div>
        </div>
      ))}
      {request.facts.length > 0 && (
        <div>
          <Subtitle2 as="h2">{t.facts}</Subtitle2>
          <ul>
            {request.facts.map((fact) => (
              <li key={fact}>
                <SafeText text={fact} />
              </li>
            ))}
          </ul>
        </div>
      )}
    </section>
  );
}

const COLUMNS: readonly Column<VendorRequest>[] = [
  {
    id: 'state',
    header: t.state,
    width: '130px',
    cell: ({ state }) => (
      <>
        <AnswerMark kind={KINDS[state]} size={16} /> {t.states[state]}
      </>
    ),
    text: ({ state }) => state,
  },
  {
    id: 'what',
    header: t.what,
    width: 'minmax(200px, 3fr)',
    cell: ({ what }) => <SafeText text={what} />,
    text: ({ what }) => what,
  },
  {
    id: 'because',
    header: t.because,
    width: 'minmax(200px, 3fr)',
    cell: ({ because }) => <SafeText text={because} />,
    text: ({ because }) => because,
  },
  {
    id: 'request',
    header: t.request,
    width: '120px',
    cell: ({ request }) => request,
    text: ({ request }) => request,
  },
];

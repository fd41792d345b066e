import type { Operations } from '@countersign/client';
import { makeStyles, Subtitle2, Text, tokens } from '@fluentui/react-components';
import { useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useAnswer } from '../../api/hooks.ts';
import { AnswerBanner } from '../../kit/answer/answer-banner.tsx';
import { Severity } from '../../kit/answer/severity.tsx';
import { Page } from '../../kit/page/page.tsx';
import { PageLink } from '../../kit/page/page-link.tsx';
import { LoadingView, QueryView } from '../../kit/page/page-states.tsx';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { Time } from '../../kit/text/time.tsx';
import { incidentTexts, findingTexts as t } from '../../texts/incident.ts';
import { useWorker, type WorkState } from '../incident/use-worker.ts';
import { WorkActions, WorkError } from '../incident/work-actions.tsx';
import { WorkView } from '../incident/work-view.tsx';
import { FindingEvents } from './finding-events.tsx';

export type Finding = NonNullable<Operations['findingsShow']['output']>;

const useStyles = makeStyles({
  meta: { display: 'flex', flexWrap: 'wrap', gap: '4px 18px', alignItems: 'center' },
  facts: {
    margin: 0,
    display: 'grid',
    gridTemplateColumns: 'minmax(110px, auto) minmax(0, 1fr)',
    gap: '10px 20px',
    '@media (max-width: 720px)': { gridTemplateColumns: 'minmax(0, 1fr)' },
  },
  value: { margin: 0, display: 'grid', gap: '4px' },
  list: { margin: 0, paddingLeft: '18px', display: 'grid', gap: '4px' },
  faint: { color: tokens.colorNeutralForeground2 },
});

/** One finding: why, what makes it harmless, what to do, and its evidence. */
export function FindingPage() {
  const { id = '' } = useParams({ strict: false }) as { readonly id?: string };
  const finding = useAnswer('findingsShow', { id });
  const refetch = async (): Promise<WorkState | undefined> => {
    const { data } = await finding.refetch();
    return data?.result ? { etag: data.etag, work: data.result.work } : undefined;
  };
  const loading = (
    <Page title={t.title}>
      <LoadingView lines={10} />
    </Page>
  );
  return (
    <QueryView query={finding} loading={loading}>
      {({ result, answer, etag }) =>
        result === null ? (
          <Page title={t.title}>
            <AnswerBanner answer={answer} text={t.title} />
          </Page>
        ) : (
          <FindingView finding={result} etag={etag} refetch={refetch} />
        )
      }
    </QueryView>
  );
}

function FindingView(props: {
  readonly finding: Finding;
  readonly etag: string | undefined;
  readonly refetch: () => Promise<WorkState | undefined>;
}) {
  const styles = useStyles();
  const { finding, etag, refetch } = props;
  const { uid, finding: event, incident, assignee, work } = finding;
  const worker = useWorker(
    'findingsMark',
    { id: uid, uids: [uid], state: { etag, work } },
    refetch,
  );
  return (
    <Page
      title={event.finding_info.title}
      actions={
        <WorkActions worker={worker} assignee={assignee} markTitle={incidentTexts.markTitleOne} />
      }
    >
      <div className={styles.meta}>
        <Severity id={event.severity_id} />
        <Text>{event.status}</Text>
        <Text>
          <SafeText text={incidentTexts.assigned(assignee)} />
        </Text>
        <Time at={event.start_time} />
      </div>
      <WorkError worker={worker} />
      {incident !== null && (
        <PageLink path="/incidents/$id" params={{ id: incident.id }}>
          <SafeText text={t.incident(incident.title, incident.count)} />
        </PageLink>
      )}
      <Facts finding={finding} />
      <Subtitle2 as="h2">{t.events}</Subtitle2>
      <FindingEvents events={finding.events} />
      <Subtitle2 as="h2">{incidentTexts.work}</Subtitle2>
      <WorkView work={work} />
    </Page>
  );
}

function Facts({ finding }: { readonly finding: Finding }) {
  const styles = useStyles();
  const { finding: event, why, harmless, next, people, addresses, apps, sessions } = finding;
  const { finding_info: info, confidence_score: score } = event;
  const techniques = (info.attacks ?? []).map(({ technique, sub_technique: sub }) =>
    [sub?.uid ?? technique.uid, sub?.name ?? technique.name].filter(Boolean).join(' '),
  );
  return (
    <dl className={styles.facts}>
      <Fact name={t.why}>
        <SafeText text={why} />
      </Fact>
      <Fact name={t.harmless}>
        <SafeText text={harmless ?? t.noHarmless} />
      </Fact>
      <Fact name={t.next}>
        <ol className={styles.list}>
          {next.map((step) => (
            <li key={step}>
              <SafeText text={step} />
            </li>
          ))}
        </ol>
      </Fact>
      <Then finding={finding} />
      <Texts name={t.people} all={people.map(({ name }) => name)} />
      <Texts name={t.addresses} all={addresses} />
      <Texts name={t.apps} all={apps.map(({ id, name }) => name ?? id)} />
      <Texts name={t.sessions} all={sessions} />
      <Texts name={t.techniques} all={techniques} />
      <Texts name={t.rule} all={[`${info.analytic.name} (${info.analytic.uid})`]} />
      {score !== undefined && <Fact name={t.confidence}>{(score / 100).toFixed(2)} </Fact>}
    </dl>
  );
}

function Then({ finding }: { readonly finding: Finding }) {
  const { incident } = finding;
  if (incident === null || incident.followedBy.length === 0) return null;
  return (
    <Fact name={t.afterwards}>
      {incident.followedBy.map(({ shortId, title, time }) => (
        <span key={shortId}>
          <Time at={time} />{' '}
          <PageLink path="/findings/$id" params={{ id: shortId }}>
            <SafeText text={title} />
          </PageLink>
        </span>
      ))}
    </Fact>
  );
}

function Texts(props: { readonly name: string; readonly all: readonly string[] }) {
  if (props.all.length === 0) return null;
  return (
    <Fact name={props.name}>
      {props.all.map((text) => (
        <SafeText key={text} text={text} />
      ))}
    </Fact>
  );
}

function Fact(props: { readonly name: string; readonly children: ReactNode }) {
  const styles = useStyles();
  return (
    <>
      <dt>
        <Text weight="semibold">{props.name}</Text>
      </dt>
      <dd className={styles.value}>{props.children}</dd>
    </>
  );
}

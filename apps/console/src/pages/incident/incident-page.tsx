import { makeStyles, Subtitle1, Text, tokens } from '@fluentui/react-components';
import { useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useAnswer, useItems } from '../../api/hooks.ts';
import { AnswerBanner } from '../../kit/answer/answer-banner.tsx';
import { Severity } from '../../kit/answer/severity.tsx';
import { Page } from '../../kit/page/page.tsx';
import { PageLink } from '../../kit/page/page-link.tsx';
import { LoadingView, QueryView } from '../../kit/page/page-states.tsx';
import { ScrollRegion } from '../../kit/page/scroll-region.tsx';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { Time } from '../../kit/text/time.tsx';
import { useView } from '../../state/view.ts';
import { incidentTexts as t } from '../../texts/incident.ts';
import { DoubtsView, WhatIfBar } from './doubts-view.tsx';
import { Entries } from './entries.tsx';
import { FootholdsView } from './footholds-view.tsx';
import { GraphSection } from './graph-section.tsx';
import type { Incident, Story } from './incident-types.ts';
import { ReadingsView } from './readings-view.tsx';
import { StoryView } from './story-view.tsx';
import { useWorker, type WorkState } from './use-worker.ts';
import { WorkActions, WorkError } from './work-actions.tsx';
import { WorkView } from './work-view.tsx';

const useStyles = makeStyles({
  meta: { display: 'flex', flexWrap: 'wrap', gap: '4px 18px', alignItems: 'center' },
  columns: {
    display: 'grid',
    gridTemplateColumns: 'minmax(240px, 1fr) minmax(0, 2.6fr) minmax(240px, 1fr)',
    gap: '20px',
    height: 'max(480px, calc(100vh - 232px))',
    '@media (max-width: 1200px)': { gridTemplateColumns: 'minmax(0, 1fr)', height: 'auto' },
    '@media print': { display: 'block', height: 'auto' },
  },
  column: {
    display: 'flex',
    flexDirection: 'column',
    gap: '14px',
    minWidth: 0,
    paddingRight: '6px',
  },
  part: { display: 'flex', flexDirection: 'column', gap: '8px' },
  ties: { margin: 0, paddingLeft: '18px', display: 'grid', gap: '4px' },
  faint: { color: tokens.colorNeutralForeground2 },
});

/** One attack: what happened, who tainted what, what is open, what to do first. */
export function IncidentPage() {
  const { id = '' } = useParams({ strict: false }) as { readonly id?: string };
  const incident = useAnswer('findingsIncident', { id });
  const refetch = async (): Promise<WorkState | undefined> => {
    const { data } = await incident.refetch();
    return data?.result ? { etag: data.etag, work: data.result.work } : undefined;
  };
  return (
    <QueryView query={incident} loading={<LoadingPage />}>
      {({ result, answer, etag }) =>
        result === null ? (
          <Page title={t.title}>
            <AnswerBanner answer={answer} text={t.title} />
          </Page>
        ) : (
          <IncidentView incident={result} etag={etag} refetch={refetch} />
        )
      }
    </QueryView>
  );
}

function LoadingPage() {
  return (
    <Page title={t.title}>
      <LoadingView lines={12} />
    </Page>
  );
}

function IncidentView(props: {
  readonly incident: Incident;
  readonly etag: string | undefined;
  readonly refetch: () => Promise<WorkState | undefined>;
}) {
  const styles = useStyles();
  const { incident, etag, refetch } = props;
  const { severity_id: severity, status, open, findings, assignee, first, last } = incident;
  const worker = useWorker(
    'findingsMarkIncident',
    {
      id: incident.incident,
      uids: [incident.incident, ...findings],
      state: { etag, work: incident.work },
    },
    refetch,
  );
  return (
    <Page
      title={incident.title}
      actions={
        <>
          <PageLink path="/incidents/$id/brief" params={{ id: incident.incident }}>
            {t.brief}
          </PageLink>
          <WorkActions worker={worker} assignee={assignee} markTitle={t.markTitle} />
        </>
      }
    >
      <div className={styles.meta}>
        <Severity id={severity} />
        <Text>{t.statusWords[status] ?? status}</Text>
        <Text>{t.findings(open, findings.length)}</Text>
        <Text>
          <SafeText text={t.assigned(assignee)} />
        </Text>
        {first !== null && last !== null && (
          <Text className={styles.faint}>
            <Time at={first} /> – <Time at={last} />
          </Text>
        )}
      </div>
      <WorkError worker={worker} />
      <StoryColumns incident={incident} />
      <section className={styles.part}>
        <Subtitle1 as="h2">{t.work}</Subtitle1>
        <WorkView work={incident.work} />
      </section>
      <Ties incident={incident} />
    </Page>
  );
}

/** Story, picture and what is open: on one screen where there is room. */
function StoryColumns({ incident }: { readonly incident: Incident }) {
  const styles = useStyles();
  const [view, change] = useView();
  const without = (view['without'] ?? '').split(',').filter((each) => each !== '');
  const id = incident.incident;
  const whole = useAnswer('findingsStory', { id });
  const reduced = useAnswer('findingsStory', { id, without }, { enabled: without.length > 0 });
  const isWhatIf = without.length > 0 && reduced.data?.result != null;
  const shown = isWhatIf ? reduced : whole;
  const setWithout = (next: readonly string[]): void =>
    change({ without: next.length === 0 ? undefined : next.join() }, { replaces: true });
  return (
    <QueryView query={shown} loading={<LoadingView lines={12} />}>
      {({ result, answer }) => {
        const base = whole.data?.result ?? result;
        if (result === null || base === null) {
          return <AnswerBanner answer={answer} text={t.graphEmpty} />;
        }
        return (
          <>
            {without.length > 0 && (
              <WhatIfBar count={without.length} onEnd={() => setWithout([])} />
            )}
            <Conclusion story={result} />
            <div className={styles.columns} data-print="whole">
              <Column label={t.story}>
                <Part title={t.story}>
                  <StoryView story={result} />
                </Part>
              </Column>
              <Column label={t.graph}>
                <GraphSection story={base} cleared={clearedOf(base, result)} />
                <Part title={t.doubts}>
                  <DoubtsView doubts={base.doubts} without={without} onChange={setWithout} />
                </Part>
              </Column>
              <Column label={t.open}>
                <Open id={id} without={without} />
                <Part title={t.read}>
                  <ReadingsView story={result} />
                </Part>
              </Column>
            </div>
          </>
        );
      }}
    </QueryView>
  );
}

/** Parties of the whole answer that the what-if no longer suspects or reaches. */
function clearedOf(base: Story, shown: Story): ReadonlySet<string> {
  const left = new Set(shown.nodes.map(({ id }) => id));
  return new Set(base.nodes.flatMap(({ id }) => (left.has(id) ? [] : [id])));
}

function Conclusion({ story }: { readonly story: Story }) {
  const { open, unknown } = story.footholds;
  return open > 0 ? (
    <AnswerBanner answer={{ kind: 'no', because: [] }} text={t.notOut(open, unknown)} />
  ) : (
    <AnswerBanner answer={{ kind: 'unknown', because: [] }} text={t.cannotTell(unknown)} />
  );
}

function Open(props: { readonly id: string; readonly without: readonly string[] }) {
  const styles = useStyles();
  const { id, without } = props;
  const footholds = useItems('eviction', { incident: id, ...(without.length > 0 && { without }) });
  const brief = useAnswer('brief', { incident: id });
  const first = brief.data?.result?.sections.find((section) => section.id === 'do-first');
  return (
    <>
      <Part title={t.doFirst}>
        {first === undefined ? (
          <LoadingView lines={3} />
        ) : (
          <ol className={styles.ties}>
            {first.sentences.filter(isForPage).map(({ text, entries }) => (
              <li key={text}>
                <SafeText text={text} /> <Entries entries={entries} max={1} />
              </li>
            ))}
          </ol>
        )}
      </Part>
      <Part title={t.open}>
        <QueryView query={footholds}>
          {({ pages }) => <FootholdsView footholds={pages.flatMap(({ items }) => items)} />}
        </QueryView>
      </Part>
    </>
  );
}

/** The page itself shows what this command would. */
function isForPage({ text }: { readonly text: string }): boolean {
  return !text.includes('countersign eviction');
}

function Ties({ incident }: { readonly incident: Incident }) {
  const styles = useStyles();
  if (incident.ties.length === 0) return null;
  return (
    <section className={styles.part}>
      <Subtitle1 as="h2">{t.ties}</Subtitle1>
      <ul className={styles.ties}>
        {incident.ties.map(({ findings: [one, other], by, entries }) => (
          <li key={`${one} ${other}`}>
            <PageLink path="/findings/$id" params={{ id: one }}>
              {one.slice(0, 8)}
            </PageLink>
            {' – '}
            <PageLink path="/findings/$id" params={{ id: other }}>
              {other.slice(0, 8)}
            </PageLink>
            {': '}
            <SafeText text={t.tie(by.kind, by.name)} /> <Entries entries={entries} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Column(props: { readonly label: string; readonly children: ReactNode }) {
  const styles = useStyles();
  return (
    <ScrollRegion label={props.label} className={styles.column}>
      {props.children}
    </ScrollRegion>
  );
}

function Part(props: { readonly title: string; readonly children: ReactNode }) {
  const styles = useStyles();
  return (
    <section className={styles.part}>
      <Subtitle1 as="h2">{props.title}</Subtitle1>
      {props.children}
    </section>
  );
}

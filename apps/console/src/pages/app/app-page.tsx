import type { Operations } from '@countersign/client';
import { makeStyles, Subtitle2, Text, tokens } from '@fluentui/react-components';
import { useParams } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useAnswer } from '../../api/hooks.ts';
import { AnswerBanner } from '../../kit/answer/answer-banner.tsx';
import { CaseBar } from '../../kit/case/case-bar.tsx';
import { EvidenceLink } from '../../kit/evidence/evidence-link.tsx';
import { Page } from '../../kit/page/page.tsx';
import { QueryView } from '../../kit/page/page-states.tsx';
import { formatNumber } from '../../kit/text/format-time.ts';
import { PageLink } from '../../kit/text/page-link.tsx';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { Time } from '../../kit/text/time.tsx';
import { usePeriod } from '../../state/view.ts';
import { appTexts as t } from '../../texts/people.ts';

type App = NonNullable<Operations['appsShow']['output']>;
type Directory = NonNullable<App['directory']>;

const useStyles = makeStyles({
  facts: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fit, minmax(220px, 1fr))',
    gap: '12px 24px',
    margin: 0,
  },
  name: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200 },
  value: { margin: 0, minWidth: 0 },
  columns: {
    display: 'grid',
    gridTemplateColumns: 'repeat(auto-fit, minmax(300px, 1fr))',
    gap: '24px',
  },
  list: { margin: '6px 0 0', paddingLeft: '18px' },
  scroll: { overflowX: 'auto' },
  table: { borderCollapse: 'collapse', width: '100%' },
  cell: {
    padding: '6px 12px 6px 0',
    textAlign: 'left',
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
  },
  number: {
    padding: '6px 12px 6px 0',
    textAlign: 'right',
    fontVariantNumeric: 'tabular-nums',
    borderBottom: `1px solid ${tokens.colorNeutralStroke3}`,
  },
});

/** One application: what it may do, who answers for it, and what it did and read. */
export function AppPage() {
  const { app = '' } = useParams({ strict: false }) as { readonly app?: string };
  const shown = useAnswer('appsShow', { app, ...usePeriod() });
  return (
    <Page title={shown.data?.result?.name ?? app}>
      <QueryView query={shown}>
        {({ answer, result }) => (
          <>
            <AnswerBanner answer={answer} text={t[answer.kind]} />
            <CaseBar />
            {result !== null && <AppView app={result} />}
          </>
        )}
      </QueryView>
    </Page>
  );
}

function AppView({ app }: { readonly app: App }) {
  const styles = useStyles();
  const { directory } = app;
  return (
    <>
      <dl className={styles.facts}>
        <Fact name={t.id}>
          <SafeText text={app.id} />
        </Fact>
        <Fact name={t.enabled}>
          {t.enabledNames[String(directory?.enabled ?? null) as 'true' | 'false' | 'null']}
        </Fact>
        <Fact name={t.publisher}>
          <SafeText text={directory?.publisher ?? t.notStated} />
        </Fact>
        <Fact name={t.owners}>
          <SafeText text={ownersText(directory)} />
        </Fact>
        {directory?.servicePrincipal && (
          <Fact name={t.timeline}>
            <PageLink to="/people/$who" params={{ who: directory.servicePrincipal }}>
              <SafeText text={directory.servicePrincipal} />
            </PageLink>
          </Fact>
        )}
      </dl>
      <Rights directory={directory} />
      <Activity app={app} />
    </>
  );
}

function ownersText(directory: Directory | null): string {
  if (directory === null || directory.owners === null) return t.ownersUnknown;
  return directory.owners.length === 0 ? t.noOwner : directory.owners.join(', ');
}

function Rights({ directory }: { readonly directory: Directory | null }) {
  const styles = useStyles();
  const unknown = (
    <Text as="p" block>
      {t.noDirectory}
    </Text>
  );
  return (
    <div className={styles.columns}>
      <Section title={t.permissions}>
        {directory === null ? (
          unknown
        ) : (
          <Facts
            items={directory.permissions.map(({ permission, resource, entry }) => ({
              text: t.on(permission, resource),
              entry,
            }))}
          />
        )}
      </Section>
      <Section title={t.consents}>
        {directory === null ? (
          unknown
        ) : (
          <Facts
            items={directory.consents.map(({ scopes, resource, people, principal, entry }) => {
              const whom = people === 'all' ? t.forAll : t.forOne(principal ?? t.notStated);
              return { text: `${t.on(scopes.join(', '), resource)}, ${whom}`, entry };
            })}
          />
        )}
      </Section>
      <Section title={t.credentials}>
        {directory === null ? (
          unknown
        ) : (
          <Facts
            items={directory.credentials.map(({ kind, name, id, until, entry }) => ({
              text: `${t.credentialKinds[kind]} ${name ?? id}, ${
                until === null ? t.noEnd : `${t.until} ${until.slice(0, 10)}`
              }`,
              entry,
            }))}
          />
        )}
      </Section>
    </div>
  );
}

function Activity({ app }: { readonly app: App }) {
  const styles = useStyles();
  const { activity, people, mailboxes, addresses } = app;
  return (
    <>
      <Section title={t.activity}>
        <Text as="p" block>
          {t.reach(people, mailboxes)}
        </Text>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scroll area takes the keyboard. */}
        <section className={styles.scroll} tabIndex={0} aria-label={t.operation}>
          <table className={styles.table}>
            <thead>
              <tr>
                {[t.operation, t.workload].map((name) => (
                  <th key={name} scope="col" className={styles.cell}>
                    {name}
                  </th>
                ))}
                {[t.events, t.items, t.last].map((name) => (
                  <th key={name} scope="col" className={styles.number}>
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {activity.map(({ operation, workload, events, items, last }) => (
                <tr key={`${operation} ${workload}`}>
                  <td className={styles.cell}>
                    <SafeText text={operation ?? t.notStated} />
                  </td>
                  <td className={styles.cell}>
                    <SafeText text={workload ?? t.notStated} />
                  </td>
                  <td className={styles.number}>{formatNumber(events)}</td>
                  <td className={styles.number}>{formatNumber(items)}</td>
                  <td className={styles.number}>
                    <Time at={last} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      </Section>
      <Section title={t.addresses}>
        <ul className={styles.list}>
          {addresses.map(({ address, events }) => (
            <li key={address}>
              <PageLink to="/connections" search={{ ip: address }}>
                <SafeText text={address} />
              </PageLink>{' '}
              · {formatNumber(events)}
            </li>
          ))}
        </ul>
        {addresses.length === 0 && <Text>{t.none}</Text>}
      </Section>
    </>
  );
}

function Facts(props: {
  readonly items: readonly { readonly text: string; readonly entry: number }[];
}) {
  const styles = useStyles();
  if (props.items.length === 0)
    return (
      <Text as="p" block>
        {t.none}
      </Text>
    );
  return (
    <ul className={styles.list}>
      {props.items.map(({ text, entry }) => (
        <li key={`${text} ${entry}`}>
          <SafeText text={text} /> <EvidenceLink entry={entry} />
        </li>
      ))}
    </ul>
  );
}

function Section(props: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section aria-label={props.title} style={{ minWidth: 0 }}>
      <Subtitle2 as="h2" block>
        {props.title}
      </Subtitle2>
      {props.children}
    </section>
  );
}

function Fact(props: { readonly name: string; readonly children: ReactNode }) {
  const styles = useStyles();
  return (
    <div>
      <dt className={styles.name}>{props.name}</dt>
      <dd className={styles.value}>{props.children}</dd>
    </div>
  );
}

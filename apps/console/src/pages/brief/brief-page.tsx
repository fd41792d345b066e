import type { Operations } from '@countersign/client';
import { Button, makeStyles, Subtitle1, Subtitle2, Text, tokens } from '@fluentui/react-components';
import { Print20Regular } from '@fluentui/react-icons';
import { useParams } from '@tanstack/react-router';
import { useAnswer } from '../../api/hooks.ts';
import { AnswerBanner } from '../../kit/answer/answer-banner.tsx';
import { AnswerMark } from '../../kit/answer/answer-mark.tsx';
import { Severity } from '../../kit/answer/severity.tsx';
import { Page } from '../../kit/page/page.tsx';
import { PageLink } from '../../kit/page/page-link.tsx';
import { QueryView } from '../../kit/page/page-states.tsx';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { Time } from '../../kit/text/time.tsx';
import { briefTexts as t } from '../../texts/incident.ts';
import { Entries } from '../incident/entries.tsx';

type Brief = NonNullable<Operations['brief']['output']>;
type Section = Brief['sections'][number];

const useStyles = makeStyles({
  sheet: { display: 'flex', flexDirection: 'column', gap: '18px', maxWidth: '80ch' },
  meta: { display: 'flex', flexWrap: 'wrap', gap: '4px 18px', alignItems: 'center' },
  section: { display: 'flex', flexDirection: 'column', gap: '4px', breakInside: 'avoid' },
  list: { margin: 0, padding: 0, listStyle: 'none', display: 'grid', gap: '6px' },
  faint: { color: tokens.colorNeutralForeground2 },
});

/** One page for an executive: each sentence cites its entries. It prints on A4. */
export function BriefPage() {
  const { id = '' } = useParams({ strict: false }) as { readonly id?: string };
  const brief = useAnswer('brief', { incident: id });
  return (
    <Page
      title={t.title}
      actions={
        <>
          <PageLink path="/incidents/$id" params={{ id }}>
            {t.back}
          </PageLink>
          <Button icon={<Print20Regular />} onClick={() => window.print()}>
            {t.print}
          </Button>
        </>
      }
    >
      <QueryView query={brief}>
        {({ result, answer }) =>
          result === null ? (
            <AnswerBanner answer={answer} text={t.title} />
          ) : (
            <BriefView brief={result} />
          )
        }
      </QueryView>
    </Page>
  );
}

function BriefView({ brief }: { readonly brief: Brief }) {
  const styles = useStyles();
  const { conclusion, severity, period, asOf, sections } = brief;
  // A conclusion that names an open foothold is a no; the others cannot tell.
  const isOpen = sections.some(({ id, sentences }) => id === 'still-open' && sentences.length > 0);
  return (
    <article className={styles.sheet} data-print="whole">
      <div className={styles.meta}>
        <Severity id={severity} />
        {period.from !== null && period.to !== null && (
          <Text>
            <Time at={period.from} /> – <Time at={period.to} />
          </Text>
        )}
        {asOf.at !== null && (
          <Text className={styles.faint}>
            {t.asOf} <Time at={asOf.at} form="second" />
          </Text>
        )}
      </div>
      <Subtitle1 as="h2">
        <AnswerMark kind={isOpen ? 'no' : 'unknown'} size={24} /> <SafeText text={conclusion} />
      </Subtitle1>
      {sections
        .filter(({ sentences, unknown }) => sentences.length + unknown.length > 0)
        .map((section) => (
          <SectionView key={section.id} section={section} />
        ))}
    </article>
  );
}

function SectionView({ section }: { readonly section: Section }) {
  const styles = useStyles();
  return (
    <section className={styles.section}>
      <Subtitle2 as="h3">{section.title}</Subtitle2>
      <ul className={styles.list}>
        {section.sentences.map(({ text, entries }) => (
          <li key={text}>
            <SafeText text={text} /> <Entries entries={entries} max={3} />
          </li>
        ))}
        {section.unknown.map(({ text, wouldDecide, entries }) => (
          <li key={text}>
            <AnswerMark kind="unknown" size={16} /> <SafeText text={text} />{' '}
            <Entries entries={entries} />
            <br />
            <Text size={200} className={styles.faint}>
              <SafeText text={t.wouldDecide(wouldDecide)} />
            </Text>
          </li>
        ))}
      </ul>
    </section>
  );
}

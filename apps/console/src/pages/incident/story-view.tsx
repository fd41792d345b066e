import { Button, makeStyles, Subtitle2, Text, tokens } from '@fluentui/react-components';
import { useState } from 'react';
import { Severity } from '../../kit/answer/severity.tsx';
import { PageLink } from '../../kit/page/page-link.tsx';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { Time } from '../../kit/text/time.tsx';
import { incidentTexts as t } from '../../texts/incident.ts';
import { Entries } from './entries.tsx';
import type { Story } from './incident-types.ts';

type Phase = Story['phases'][number];
type Step = Phase['steps'][number];

/** OCSF: medium. Steps below it are context. */
const SEVERITY_MIN = 3;

const useStyles = makeStyles({
  phase: { display: 'flex', flexDirection: 'column', gap: '6px' },
  list: {
    margin: 0,
    padding: '0 0 0 14px',
    listStyle: 'none',
    display: 'grid',
    gap: '10px',
    borderLeft: `2px solid ${tokens.colorNeutralStroke1}`,
  },
  step: { display: 'grid', gap: '2px', minWidth: 0 },
  meta: {
    display: 'flex',
    flexWrap: 'wrap',
    gap: '2px 10px',
    color: tokens.colorNeutralForeground2,
    fontSize: tokens.fontSizeBase200,
  },
});

/** The attack in phases, each step with its time and its entries. */
export function StoryView({ story }: { readonly story: Story }) {
  if (story.phases.length === 0) return <Text>{t.noStory}</Text>;
  return (
    <>
      {story.phases.map((phase) => (
        <PhaseView key={phase.phase} phase={phase} />
      ))}
    </>
  );
}

function PhaseView({ phase }: { readonly phase: Phase }) {
  const styles = useStyles();
  const [isWhole, setWhole] = useState(false);
  const main = phase.steps.filter(({ severity }) => (severity ?? SEVERITY_MIN) >= SEVERITY_MIN);
  const shown = isWhole || main.length === 0 ? phase.steps : main;
  const left = phase.steps.length - main.length;
  return (
    <section className={styles.phase}>
      <Subtitle2 as="h3">{t.phases[phase.phase] ?? phase.title}</Subtitle2>
      <ol className={styles.list}>
        {shown.map((step) => (
          <StepView key={`${step.finding} ${step.at} ${step.text}`} step={step} />
        ))}
      </ol>
      {left > 0 && main.length > 0 && (
        <div data-print="no">
          <Button size="small" appearance="transparent" onClick={() => setWhole(!isWhole)}>
            {isWhole ? t.fewer : t.steps(left)}
          </Button>
        </div>
      )}
    </section>
  );
}

function StepView({ step }: { readonly step: Step }) {
  const styles = useStyles();
  const { text, at, finding, severity, confidence, entries } = step;
  return (
    <li className={styles.step}>
      {finding === null ? (
        <SafeText text={text} />
      ) : (
        <PageLink path="/findings/$id" params={{ id: finding }}>
          <SafeText text={text} />
        </PageLink>
      )}
      <span className={styles.meta}>
        {at !== null && <Time at={at} />}
        {severity !== null && <Severity id={severity} />}
        {confidence !== null && <span>{t.confidence(confidence)}</span>}
        <Entries entries={entries} />
      </span>
    </li>
  );
}

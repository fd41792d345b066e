import type { Operations, Page } from '@countersign/client';
import { Button, makeStyles, Subtitle2, Text } from '@fluentui/react-components';
import { useState } from 'react';
import { useItems } from '../../api/hooks.ts';
import { useServiceTime } from '../../api/service-time.ts';
import { EvidenceLink } from '../../kit/evidence/evidence-link.tsx';
import { ErrorView, LoadingView } from '../../kit/page/page-states.tsx';
import { Time } from '../../kit/text/time.tsx';
import { usePeriod } from '../../state/view.ts';
import { detectionTexts as t } from '../../texts/detections.ts';

type Replay = Operations['rulesReplay']['output'];

/** The period if the address has none. */
const DEFAULT_MS = 7 * 86_400_000;

/** The service lists a hundred; the first are enough to judge a rule by. */
const ENTRIES_SHOWN = 10;

const useStyles = makeStyles({
  run: { display: 'flex', flexDirection: 'column', gap: '8px', alignItems: 'flex-start' },
});

/** Runs the rule over past records when the reader asks. */
export function BacktestRun({ rule }: { readonly rule: string }) {
  const styles = useStyles();
  const nowMs = useServiceTime();
  const { from, to, tenant } = usePeriod();
  const [asked, setAsked] = useState<{ readonly from: string; readonly to: string }>();
  const end = to ?? new Date(nowMs).toISOString();
  const start = from ?? new Date(Date.parse(end) - DEFAULT_MS).toISOString();
  return (
    <section className={styles.run} aria-label={t.backtest}>
      <Subtitle2 as="h2">{t.backtest}</Subtitle2>
      <Text>{t.backtestHint}</Text>
      <Text>
        <Time at={start} /> – <Time at={end} />
      </Text>
      <Button onClick={() => setAsked({ from: start, to: end })}>{t.run}</Button>
      {asked !== undefined && (
        <Result input={{ rule, ...asked, ...(tenant !== undefined && { tenant }) }} />
      )}
    </section>
  );
}

function Result({ input }: { readonly input: Operations['rulesReplay']['input'] }) {
  const replay = useItems('rulesReplay', input);
  if (replay.error !== null) {
    return <ErrorView error={replay.error} retry={() => replay.refetch()} />;
  }
  const page: Page<Replay> | undefined = replay.data?.pages[0];
  const [found] = page?.items ?? [];
  if (page === undefined || found === undefined) return <LoadingView lines={2} />;
  const { matches, records, findings, entries } = found;
  return (
    <div data-backtest={matches} aria-live="polite">
      <Text block>{t.matched(matches, records)}</Text>
      <Text block>{t.wouldFind(findings.length)}</Text>
      {page.complete.because.map(({ code, text }) => (
        <Text block key={code}>
          {text}
        </Text>
      ))}
      {entries.slice(0, ENTRIES_SHOWN).map((entry) => (
        <span key={entry}>
          <EvidenceLink entry={entry} />{' '}
        </span>
      ))}
    </div>
  );
}

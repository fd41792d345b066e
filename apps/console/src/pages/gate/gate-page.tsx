import type { Answer } from '@countersign/client';
import { Button, makeStyles, Text } from '@fluentui/react-components';
import { useAct } from '../../api/act.ts';
import { useItems } from '../../api/hooks.ts';
import { AnswerBanner } from '../../kit/answer/answer-banner.tsx';
import { EvidenceLink } from '../../kit/evidence/evidence-link.tsx';
import { Page } from '../../kit/page/page.tsx';
import { ErrorView, LoadingView } from '../../kit/page/page-states.tsx';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { Time } from '../../kit/text/time.tsx';
import { gateTexts as t } from '../../texts/gate.ts';
import { type Gate, GateConditions, reasonsOf } from './gate-conditions.tsx';
import { GateEditor } from './gate-editor.tsx';

const useStyles = makeStyles({
  gate: { display: 'flex', flexDirection: 'column', gap: '16px', paddingBottom: '20px' },
  facts: { display: 'flex', flexWrap: 'wrap', gap: '4px 20px' },
  acts: { display: 'flex', flexWrap: 'wrap', gap: '8px', alignItems: 'center' },
});

/** May the next wave go? The last recorded answer of each gate, newest first. */
export function GatePage() {
  const gates = useItems('gateList', {});
  const refresh = (): unknown => gates.refetch();
  const pages = gates.data?.pages;
  if (pages === undefined) {
    return (
      <Page title={t.title}>
        {gates.error === null ? (
          <LoadingView />
        ) : (
          <ErrorView error={gates.error} retry={() => gates.refetch()} />
        )}
      </Page>
    );
  }
  const all = pages.flatMap(({ items }) => items);
  const newest = all.toSorted((a, b) => (a.at < b.at ? 1 : -1));
  const write = (
    <GateEditor label={t.write} text={t.example} appearance="primary" onDone={refresh} />
  );
  return (
    <Page title={t.title} actions={write}>
      {all.length === 0 && <AnswerBanner answer={NO_GATE} text={t.unknownNext} />}
      {newest.map((gate) => (
        <GateView key={gate.gate} gate={gate} onDone={refresh} />
      ))}
      {all.length > 0 && <Text>{t.stale}</Text>}
    </Page>
  );
}

/** Without a gate, no condition was asked. */
const NO_GATE: Answer = { kind: 'unknown', because: [{ code: 'no-gate', text: t.none }] };

function GateView(props: { readonly gate: Gate; readonly onDone: () => unknown }) {
  const styles = useStyles();
  const { gate, onDone } = props;
  const { window, at, by, entry, text } = gate;
  return (
    <section className={styles.gate} aria-label={gate.gate}>
      <AnswerBanner
        answer={{ kind: gate.answer, because: reasonsOf(gate) }}
        text={sentence(gate)}
      />
      <div className={styles.facts}>
        <Text>
          {t.window}: <Time at={window.from} form="day" /> – <Time at={window.to} form="day" />
        </Text>
        <Text>
          {t.evaluated}: <Time at={at} /> {t.by} <SafeText text={by} />{' '}
          <EvidenceLink entry={entry} />
        </Text>
      </div>
      {text !== null && <GateActs key={text} text={text} onDone={onDone} />}
      <GateConditions gate={gate} />
    </section>
  );
}

function GateActs({ text, onDone }: { readonly text: string; readonly onDone: () => unknown }) {
  const styles = useStyles();
  const gate = useAct('gate', { onDone });
  const entry = gate.reply?.result?.entry;
  return (
    <div className={styles.acts} data-print="no">
      <Button onClick={() => gate.run({ text })} disabled={gate.isPending}>
        {gate.isPending ? t.evaluating : t.again}
      </Button>
      <GateEditor label={t.change} text={text} appearance="subtle" onDone={onDone} />
      {gate.error !== null && <ErrorView error={gate.error} />}
      {entry !== undefined && (
        <Text role="status">
          {t.evaluatedNow} <EvidenceLink entry={entry} />.
        </Text>
      )}
    </div>
  );
}

function sentence({ gate, wave, answer }: Gate): string {
  const name = wave ?? gate;
  if (answer === 'yes') return t.may(name);
  return answer === 'no' ? t.mayNot(name) : t.unknown(name);
}

import type { Answer, Operations } from '@countersign/client';
import {
  makeStyles,
  Subtitle2,
  Table,
  TableBody,
  TableCell,
  TableHeader,
  TableHeaderCell,
  TableRow,
  Text,
} from '@fluentui/react-components';
import { useItems } from '../../api/hooks.ts';
import { AnswerBanner } from '../../kit/answer/answer-banner.tsx';
import { AnswerMark } from '../../kit/answer/answer-mark.tsx';
import { EvidenceLink } from '../../kit/evidence/evidence-link.tsx';
import { Page } from '../../kit/page/page.tsx';
import { ErrorView, LoadingView } from '../../kit/page/page-states.tsx';
import { EmptyList } from '../../kit/table/empty-list.tsx';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { Time } from '../../kit/text/time.tsx';
import { gateTexts as t } from '../../texts/gate.ts';

type Gate = Operations['gateList']['output'];
type Condition = Gate['conditions'][number];

const useStyles = makeStyles({
  gate: { display: 'flex', flexDirection: 'column', gap: '12px', paddingBottom: '20px' },
  facts: { display: 'flex', flexWrap: 'wrap', gap: '4px 20px' },
  table: { overflowX: 'auto' },
});

/** May the next wave go? The last recorded answer of each gate, newest first. */
export function GatePage() {
  const gates = useItems('gateList', {});
  const pages = gates.data?.pages;
  const last = pages?.at(-1);
  if (pages === undefined || last === undefined) {
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
  const complete: Answer =
    all.length > 0
      ? last.complete
      : { kind: 'unknown', because: [{ code: 'no-gate', text: t.none }] };
  return (
    <Page title={t.title}>
      {all.length === 0 && <EmptyList complete={complete} looked={t.looked} notices={[]} />}
      {newest.map((gate) => (
        <GateView key={gate.gate} gate={gate} />
      ))}
      {all.length > 0 && <Text>{t.stale}</Text>}
    </Page>
  );
}

function GateView({ gate }: { readonly gate: Gate }) {
  const styles = useStyles();
  const because = gate.conditions
    .filter(({ answer }) => answer === gate.answer && answer !== 'yes')
    .flatMap((condition) => reasonsOf(condition));
  return (
    <section className={styles.gate} aria-label={gate.gate}>
      <AnswerBanner answer={{ kind: gate.answer, because }} text={sentence(gate)} />
      <div className={styles.facts}>
        <Text>
          {t.window}: <Time at={gate.window.from} form="day" /> –{' '}
          <Time at={gate.window.to} form="day" />
        </Text>
        <Text>
          {t.evaluated}: <Time at={gate.at} /> {t.by} <SafeText text={gate.by} />{' '}
          <EvidenceLink entry={gate.entry} />
        </Text>
      </div>
      <div className={styles.table}>
        <Conditions gate={gate} />
      </div>
      {gate.resume.length > 0 && (
        <div>
          <Subtitle2 as="h2">{t.resume}</Subtitle2>
          <ol>
            {gate.resume.map((step) => (
              <li key={step}>
                <SafeText text={step} />
              </li>
            ))}
          </ol>
        </div>
      )}
    </section>
  );
}

function Conditions({ gate }: { readonly gate: Gate }) {
  return (
    <Table size="small" aria-label={gate.gate}>
      <TableHeader>
        <TableRow>
          <TableHeaderCell>{t.condition}</TableHeaderCell>
          <TableHeaderCell>{t.requires}</TableHeaderCell>
          <TableHeaderCell>{t.found}</TableHeaderCell>
        </TableRow>
      </TableHeader>
      <TableBody>
        {gate.conditions.map((condition) => (
          <TableRow key={condition.condition}>
            <TableCell>
              <AnswerMark kind={condition.answer} size={16} />{' '}
              <SafeText text={condition.condition} />
            </TableCell>
            <TableCell>
              <SafeText text={condition.requires} />
            </TableCell>
            <TableCell>
              {[...condition.found, ...reasonsOf(condition).map(({ text }) => text)].map((text) => (
                <div key={text}>
                  <SafeText text={text} />
                </div>
              ))}
            </TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}

function reasonsOf({ because }: Condition): Answer['because'] {
  return because ?? [];
}

function sentence({ gate, answer }: Gate): string {
  if (answer === 'yes') return t.may(gate);
  return answer === 'no' ? t.mayNot(gate) : t.unknown(gate);
}

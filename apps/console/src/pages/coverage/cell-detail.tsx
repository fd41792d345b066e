import type { Operations } from '@countersign/client';
import { Button, makeStyles, Subtitle2, Text, tokens } from '@fluentui/react-components';
import { Link } from '@tanstack/react-router';
import { useItems } from '../../api/hooks.ts';
import { EvidenceLink } from '../../kit/evidence/evidence-link.tsx';
import { ErrorView, LoadingView } from '../../kit/page/page-states.tsx';
import { formatDuration } from '../../kit/text/format-time.ts';
import { SafeText } from '../../kit/text/safe-text.tsx';
import { Time } from '../../kit/text/time.tsx';
import { holeTexts, coverageTexts as t } from '../../texts/coverage.ts';
import type { Cell, Fact, GridRow } from './coverage-grid.ts';
import { HOLES_MAX } from './holes-view.tsx';

type Canary = Operations['canaries']['output'];

/** More statements about one hour are a list, below the map. */
const FACTS_SHOWN = 5;
const ENTRIES_SHOWN = 5;
const RULES_MAX = 1000;

const useStyles = makeStyles({
  detail: {
    display: 'flex',
    flexDirection: 'column',
    gap: '10px',
    padding: '16px',
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
  },
  head: { display: 'flex', justifyContent: 'space-between', gap: '12px' },
  list: { margin: 0, paddingLeft: '18px' },
});

/** Why a cell is as it is, what was lost at most, and which rules were blind then. */
export function CellDetail(props: {
  readonly row: GridRow;
  readonly cell: Cell;
  readonly fromMs: number;
  readonly toMs: number;
  readonly canaries: readonly Canary[];
  readonly onClose: () => void;
}) {
  const styles = useStyles();
  const { row, cell, fromMs, toMs, canaries, onClose } = props;
  const name = t.rowOf(row.source, row.workload);
  const own = canaries.filter(({ tenant, source, workload }) => {
    return (
      tenant === row.tenant && source === row.source && (workload ?? row.workload) === row.workload
    );
  });
  return (
    <section className={styles.detail} aria-label={name} data-cell={cell.state}>
      <div className={styles.head}>
        <Subtitle2 as="h2">
          <SafeText text={name} />, <Time at={fromMs} /> – <Time at={toMs} />:{' '}
          {t.states[cell.state]}
        </Subtitle2>
        <Button size="small" onClick={onClose}>
          {t.close}
        </Button>
      </div>
      {cell.facts.length === 0 && <Text>{t.nothingStated}</Text>}
      {cell.facts.slice(0, FACTS_SHOWN).map((fact) => (
        <FactLine key={`${fact.state} ${fact.from} ${fact.subject} ${fact.because}`} fact={fact} />
      ))}
      <Cures row={row} cell={cell} fromMs={fromMs} toMs={toMs} />
      <Subtitle2 as="h3">{t.canaries}</Subtitle2>
      {own.length === 0 && <Text>{t.noCanary}</Text>}
      {own.map(({ sent, seen, delays, workload }) => (
        <Text key={workload}>
          {t.canary(seen, sent)} {delays !== null && delaysText(delays)}
        </Text>
      ))}
      <Subtitle2 as="h3">{t.blindHere}</Subtitle2>
      <BlindRules tenant={row.tenant} fromMs={fromMs} toMs={toMs} />
    </section>
  );
}

function delaysText({ p50Ms, p99Ms, maxMs }: NonNullable<Canary['delays']>): string {
  return t.delays(formatDuration(p50Ms), formatDuration(p99Ms), formatDuration(maxMs));
}

function FactLine({ fact }: { readonly fact: Fact }) {
  const { state, because, bound, entries, subject } = fact;
  return (
    <Text>
      <strong>{t.states[state]}</strong>
      {subject !== null && (
        <>
          {' '}
          (<SafeText text={subject} />)
        </>
      )}
      : <SafeText text={because} /> {bound !== null && `${t.bound} ${t.share(bound)}. `}
      {entries.slice(0, ENTRIES_SHOWN).map((entry) => (
        <span key={entry}>
          <EvidenceLink entry={entry} />{' '}
        </span>
      ))}
    </Text>
  );
}

/** What would fix the holes of this cell. */
function Cures(props: {
  readonly row: GridRow;
  readonly cell: Cell;
  readonly fromMs: number;
  readonly toMs: number;
}) {
  const { row, cell, fromMs, toMs } = props;
  const isGood = cell.state === 'collected' || cell.state === 'corroborated';
  const holes = useItems(
    'coverageHoles',
    {
      from: new Date(fromMs).toISOString(),
      to: new Date(toMs).toISOString(),
      limit: HOLES_MAX,
    },
    { enabled: !isGood },
  );
  if (isGood) return null;
  const all = holes.data?.pages.flatMap(({ items }) => items) ?? [];
  const own = all.filter(({ tenant, source, workload }) => {
    return tenant === row.tenant && source === row.source && workload === row.workload;
  });
  if (own.length === 0) return null;
  return (
    <>
      <Subtitle2 as="h3">{holeTexts.fix}</Subtitle2>
      {[...new Set(own.map(({ cure }) => cure))].map((cure) => (
        <Text key={cure}>
          <SafeText text={cure} />
        </Text>
      ))}
    </>
  );
}

function BlindRules(props: {
  readonly tenant: string;
  readonly fromMs: number;
  readonly toMs: number;
}) {
  const styles = useStyles();
  const { tenant, fromMs, toMs } = props;
  const rules = useItems('rulesStatus', {
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
    limit: RULES_MAX,
    ...(/^[0-9a-f-]{36}$/.test(tenant) && { tenant }),
  });
  if (rules.error !== null) return <ErrorView error={rules.error} retry={() => rules.refetch()} />;
  if (rules.data === undefined) return <LoadingView lines={3} />;
  const all = rules.data.pages.flatMap(({ items }) => items);
  const short = all.filter(({ state, handedIn }) => state !== 'live' && !handedIn);
  if (short.length === 0) return <Text>{t.noneBlind}</Text>;
  return (
    <ul className={styles.list}>
      {short.map(({ rule, title, because }) => (
        <li key={rule}>
          <Link to={'/rule' as never} search={{ rule } as never}>
            <SafeText text={title} />
          </Link>
          {because !== null && (
            <>
              : <SafeText text={because} />
            </>
          )}
        </li>
      ))}
    </ul>
  );
}

import { instantOfMs, numberText } from '@countersign/core';
import type { Command as Parser } from 'commander';
import type { DetectorHealth } from '../../../detection/health/detector-health.ts';
import type { HealthScope } from '../../../detection/health/health-status.ts';
import type { DetectorProfile } from '../../../detection/runner/detector-profile.ts';
import {
  askedByDefault,
  incompleteText,
  isOfRule,
  readDetectorHealth,
} from '../../../operations/readers/health-note.ts';
import type { SignalCount } from '../../../store/rows/signal-row.ts';
import type { StoredFinding } from '../../../store/sqlite/finding-table.ts';
import type { StoreReader } from '../../../store/store-reader.ts';
import { askStore, notYetIndexed, type Sources } from '../../answers/open-readers.ts';
import { declarePeriod, type PeriodFlags, periodOf } from '../../options/period-options.ts';
import type { BindCommand, CommandHandler, Context } from '../../process/command-context.ts';
import { CliError, usage } from '../../process/errors.ts';
import { EXIT } from '../../process/exit-code.ts';
import { timeText } from '../../render/time-text.ts';
import type { Column } from '../../terminal/table.ts';

type StatusFlags = PeriodFlags & { readonly rule?: string };

export function declareRulesStatus(rules: Parser, bind: BindCommand): void {
  const parser = rules
    .command('status')
    .summary('which rules can see, and which are blind')
    .description(
      'Lists every rule and detector: whether all logs that it needs are there, since when they ' +
        'are not and why, how much it found, and when it was throttled. Of now, or of a period.',
    )
    .option('--rule <rule>', 'of this rule: its id, or its id up to a slash');
  declarePeriod(parser).action(bind(status));
}

const status: CommandHandler<[flags: StatusFlags]> = async (context, flags) =>
  askStore(context, async (sources) => {
    const { store, head } = sources;
    const { tenant, terminal } = context;
    const tenants = tenant === undefined ? undefined : [tenant];
    const asked = askedOf(context, flags, sources);
    const found = await readDetectorHealth(sources, {
      asked,
      tenants,
      nowMs: context.clock.now(),
      ...flags,
    });
    const { isOfHandedIn } = await import('../../../detection/runner/detector-profile.ts');
    const rows = rowsOf(found, store, { tenant, isOfHandedIn });
    if (context.json) await terminal.items(rows.map(item));
    else {
      await terminal.table(COLUMNS, rows);
      terminal.line('');
      terminal.line(summary(rows));
      const incomplete = incompleteText(found);
      if (incomplete !== undefined) terminal.line(incomplete);
    }
    notYetIndexed(head);
    if (rows.length > 0) return EXIT.done;
    throw new CliError('CANNOT_TELL', `there is no rule "${flags.rule}"`);
  });

function askedOf({ clock, tenant }: Context, flags: StatusFlags, sources: Sources): HealthScope {
  const { fromMs, toMs } = periodOf(flags);
  const nowMs = clock.now();
  if (fromMs !== undefined) return { kind: 'period', fromMs, toMs: toMs ?? nowMs };
  if (toMs !== undefined)
    throw usage('a period that is asked for needs its beginning: give --from');
  return askedByDefault(sources, tenant, nowMs);
}

type Row = DetectorHealth & {
  /** No collector feeds it: it sees what people hand in, and answers about all do not wait. */
  readonly handedIn: boolean;
  /** Findings that stand; those of them that people suppressed. */
  readonly findings: number;
  readonly suppressed: number;
  readonly throttled: readonly SignalCount[];
};

const SUPPRESSED = 3;

type RowsOptions = {
  readonly tenant: string | undefined;
  readonly isOfHandedIn: (watcher: DetectorProfile) => boolean;
};

function rowsOf(
  found: readonly DetectorHealth[],
  store: StoreReader,
  { tenant, isOfHandedIn }: RowsOptions,
): Row[] {
  const byRule = Map.groupBy(store.findings({ tenant }), ({ draft }) => draft.rule);
  const counts = store.signals.counts().filter(({ count, max }) => count > max);
  return found.map((each): Row => {
    const { id } = each.watcher;
    const own = [...byRule].flatMap(([rule, of]): readonly StoredFinding[] =>
      isOfRule(rule, id) ? of : [],
    );
    return {
      ...each,
      handedIn: isOfHandedIn(each.watcher),
      findings: own.length,
      suppressed: own.filter(({ mark }) => mark?.status === SUPPRESSED).length,
      throttled: counts.filter(({ stream }) => stream === id),
    };
  });
}

const STYLES = { live: 'yes', partly: 'unknown', blind: 'no', failed: 'no' } as const;

const COLUMNS: readonly Column<Row>[] = [
  {
    title: 'state',
    kind: 'whole',
    cell: ({ health: { state } }) => ({ text: state, style: STYLES[state] }),
  },
  { title: 'rule', kind: 'text', comfortable: 40, cell: ({ watcher }) => watcher.title },
  {
    title: 'since',
    kind: 'whole',
    cell: ({ health: { state, sinceMs } }) => {
      if (state === 'live') return undefined;
      return sinceMs === null ? 'ever' : timeText(sinceMs);
    },
  },
  {
    title: 'sees up to',
    kind: 'whole',
    fold: 3,
    cell: ({ health: { untilMs } }) => (untilMs === null ? undefined : timeText(untilMs)),
  },
  { title: 'findings', kind: 'number', cell: ({ findings }) => numberText(findings) },
  {
    title: 'throttled',
    kind: 'text',
    fold: 2,
    cell: ({ throttled }) => throttled.map(({ day }) => dayText(day)).join(', '),
  },
  {
    title: 'because',
    kind: 'text',
    comfortable: 30,
    cell: ({ health }) => health.because ?? undefined,
  },
  { title: 'id', kind: 'id', fold: 1, cell: ({ watcher }) => watcher.id },
];

function item({ watcher, health, handedIn, findings, suppressed, throttled }: Row): object {
  return {
    rule: watcher.id,
    title: watcher.title,
    detector: watcher.detector,
    state: health.state,
    since: instantOrNull(health.sinceMs),
    until: instantOrNull(health.untilMs),
    because: health.because,
    incomplete: health.incomplete,
    needs: watcher.logs,
    handedIn,
    findings,
    suppressed,
    throttled: throttled.map(({ day, count, max }) => ({ day: dayText(day), count, max })),
  };
}

function summary(rows: readonly Row[]): string {
  const aside = rows.filter(({ handedIn, health }) => handedIn && health.state !== 'live');
  const counted = rows.filter((row) => !aside.includes(row));
  const count = (state: Row['health']['state']): string =>
    numberText(counted.filter(({ health }) => health.state === state).length);
  const more =
    aside.length === 0
      ? ''
      : `; besides, ${numberText(aside.length)} looks at what no collector brings, as answers say`;
  return (
    `${numberText(counted.length)} rules and detectors: ${count('live')} live, ` +
    `${count('partly')} see only a part, ${count('blind')} blind, ${count('failed')} failed${more}`
  );
}

function instantOrNull(ms: number | null): string | null {
  return ms === null ? null : (instantOfMs(ms) ?? null);
}

const DAY_MS = 86_400_000;

function dayText(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

import type { Operations } from '@countersign/client';

export type Fact = Operations['coverage']['output'];
export type State = Fact['state'];

/** The worst state of a cell counts: one hole in an hour is a hole. */
const WORST: readonly State[] = ['lost', 'off', 'unknown', 'late', 'collected', 'corroborated'];

const HOUR_MS = 3_600_000;
const STEPS_MS: readonly number[] = [HOUR_MS, 6 * HOUR_MS, 24 * HOUR_MS, 7 * 24 * HOUR_MS];

/** More columns do not fit on a screen, with cells that a finger can hit. */
const COLUMNS_MAX = 96;

export type Grid = {
  readonly stepMs: number;
  /** The start of each column. */
  readonly columns: readonly number[];
  readonly rows: readonly GridRow[];
};

export type GridRow = {
  readonly key: string;
  readonly tenant: string;
  readonly source: string;
  readonly workload: string | null;
  readonly cells: readonly Cell[];
};

/** `facts`: all that overlap the cell, the worst first. None: no statement, so cannot tell. */
export type Cell = { readonly state: State; readonly facts: readonly Fact[] };

export type Span = { readonly fromMs: number; readonly toMs: number };

/** Arranges statements about coverage by source and time. */
export function gridOf(facts: readonly Fact[], span: Span): Grid {
  const lengthMs = span.toMs - span.fromMs;
  const stepMs = STEPS_MS.find((step) => lengthMs / step <= COLUMNS_MAX) ?? lengthMs / COLUMNS_MAX;
  const first = Math.floor(span.fromMs / stepMs) * stepMs;
  const count = Math.min(COLUMNS_MAX + 1, Math.max(1, Math.ceil((span.toMs - first) / stepMs)));
  const columns = Array.from({ length: count }, (_, at) => first + at * stepMs);
  const groups = Map.groupBy(facts, (fact) => keyOf(fact));
  const rows = [...groups].map(([key, of]): GridRow => {
    const [{ tenant, source, workload }] = of as [Fact];
    return { key, tenant, source, workload, cells: columns.map((at) => cellOf(of, at, stepMs)) };
  });
  return { stepMs, columns, rows: rows.sort((a, b) => (a.key < b.key ? -1 : 1)) };
}

function keyOf({ tenant, source, workload }: Fact): string {
  return `${source} ${workload ?? ''} ${tenant}`;
}

function cellOf(facts: readonly Fact[], fromMs: number, stepMs: number): Cell {
  const within = facts.filter(({ from, to }) => {
    const begins = from === null ? Number.NEGATIVE_INFINITY : Date.parse(from);
    const ends = to === null ? Number.POSITIVE_INFINITY : Date.parse(to);
    return begins < fromMs + stepMs && ends > fromMs;
  });
  const sorted = within.toSorted((a, b) => WORST.indexOf(a.state) - WORST.indexOf(b.state));
  return { state: sorted[0]?.state ?? 'unknown', facts: sorted };
}

const DAY_MS = 24 * HOUR_MS;

/** The period of the address; else the last 24 hours for which anything is stated. */
export function spanOf(
  facts: readonly Fact[],
  view: { readonly from?: string | undefined; readonly to?: string | undefined },
  nowMs: number,
): Span {
  const toMs = view.to === undefined ? endOf(facts, nowMs) : Date.parse(view.to);
  const fromMs = view.from === undefined ? toMs - DAY_MS : Date.parse(view.from);
  const isPeriod = Number.isFinite(fromMs) && Number.isFinite(toMs) && fromMs < toMs;
  return isPeriod ? { fromMs, toMs } : { fromMs: nowMs - DAY_MS, toMs: nowMs };
}

function endOf(facts: readonly Fact[], nowMs: number): number {
  if (facts.length === 0 || facts.some(({ to }) => to === null)) return nowMs;
  const ends = facts.map(({ to }) => Date.parse(to ?? ''));
  return Math.min(nowMs, Math.max(...ends));
}

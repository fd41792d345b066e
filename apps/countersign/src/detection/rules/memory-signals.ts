import type { SignalCount, SignalRow } from '../../store/rows/signal-row.ts';
import type { SignalSource } from './rule-evaluator.ts';

/** Signals in memory, for rule tests and backtests. */
export function signalsInMemory(
  rows: readonly SignalRow[],
  of: {
    readonly counts?: readonly SignalCount[];
    readonly tenantOf?: (stated: string) => string;
  } = {},
): SignalSource {
  const { counts = [], tenantOf = (stated: string) => stated } = of;
  const inOrder = [...rows].sort((a, b) => a.timeMs - b.timeMs || a.index - b.index);
  const byStream = Map.groupBy(inOrder, ({ stream }) => stream);
  const groups = new Map<string, Map<string, SignalRow[]>>();
  for (const [stream, own] of byStream) {
    groups.set(
      stream,
      Map.groupBy(own, ({ group }) => group),
    );
  }
  return {
    signals: (stream, spans, least) =>
      spans.map(({ group, fromMs, toMs }) => {
        const own = groups.get(stream)?.get(group) ?? [];
        const found = own.filter(({ timeMs }) => timeMs >= fromMs && timeMs < toMs);
        const parts = new Set(found.map(({ part }) => part)).size;
        return found.length < least.rows || parts < least.parts ? [] : found;
      }),
    signalGroups: (stream, { fromMs, toMs }) =>
      [...(groups.get(stream) ?? [])].flatMap(([group, own]) =>
        own.some(({ timeMs }) => timeMs >= fromMs && timeMs < toMs) ? group : [],
      ),
    signalCounts: () => counts,
    tenantOf,
  };
}

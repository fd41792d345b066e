import type { EventRow } from '../../books/index.ts';
import type { TenantId } from '../../core/index.ts';
import { blankEvent } from '../../ocsf/index.ts';
import type { IncidentSource, ServicePrincipal } from '../source.ts';

export const TENANT: TenantId = '3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21' as TenantId;

/** One event of a made-up account. */
export type Told = {
  readonly atMs: number;
  readonly operation: string;
  readonly event?: Partial<EventRow['event']>;
  readonly record?: unknown;
};

/** An account held in memory, with the contract of one that is read from books and ledger. */
export function accountOf(
  told: readonly Told[],
  principals: readonly ServicePrincipal[] = [],
): IncidentSource {
  const rows = told.map(({ atMs, operation, event }, index): EventRow => {
    const whole = { ...blankEvent(), statusId: 1, classUid: 3004, ...event };
    return {
      index,
      entries: [index],
      tenant: TENANT,
      action: `action ${index}`,
      source: 'm365.export/unified-audit-log',
      seenMs: atMs,
      erased: false,
      event: { ...whole, timeMs: atMs, operation },
    };
  });
  const within = (period: { fromMs: number; toMs?: number | undefined }): EventRow[] =>
    rows
      .filter(({ event }) => event.timeMs >= period.fromMs)
      .filter(({ event }) => event.timeMs < (period.toMs ?? Number.POSITIVE_INFINITY))
      .sort((a, b) => a.event.timeMs - b.event.timeMs || a.index - b.index);
  return {
    operations: async (period) => [
      ...new Set(within(period).flatMap(({ event }) => event.operation ?? [])),
    ],
    async *changes(operations, period) {
      yield* within(period).filter(({ event }) => operations.includes(event.operation ?? ''));
    },
    async *doings(parties, period) {
      yield* within(period).filter(({ event }) => {
        const { actorUid, actorName, sessionUid, appUid, actorType } = event;
        const asItself = actorType === 4 ? appUid : null;
        const named = actorName === null ? null : `user:${actorName}`;
        return [actorUid, named, sessionUid, asItself].some(
          (p) => p !== null && parties.includes(p),
        );
      });
    },
    servicePrincipals: async () => principals,
    async sharers(addresses, period) {
      const actors = (ip: string): number =>
        new Set(within(period).flatMap(({ event }) => (event.ip === ip ? event.actorName : [])))
          .size;
      return new Map(addresses.map((ip) => [ip, actors(ip)]));
    },
    record: async (index) => told[index]?.record,
  };
}

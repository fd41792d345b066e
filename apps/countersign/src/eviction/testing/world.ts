import type { TenantId } from '@countersign/core';
import { blank as blankEvent } from '@countersign/ocsf';
import type { EventRow } from '../../store/rows/event-row.ts';
import type { StoredFinding } from '../../store/sqlite/finding-table.ts';
import type { AddressUser, IncidentSource, ServicePrincipal } from '../analysis/eviction-source.ts';

export const TENANT: TenantId = '3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21' as TenantId;

/** One event of a fictional account. */
export type WorldEvent = {
  readonly atMs: number;
  readonly operation: string;
  readonly event?: Partial<EventRow['event']>;
  /** Default: {@link TENANT}. */
  readonly tenant?: TenantId;
  readonly record?: unknown;
};

/** An in-memory source with the contract of the one that reads store and ledger. */
export function accountOf(
  events: readonly WorldEvent[],
  principals: readonly ServicePrincipal[] = [],
): IncidentSource {
  const rows = events.map(({ atMs, operation, event, tenant = TENANT }, index): EventRow => {
    const whole = { ...blankEvent(), statusId: 1, classUid: 3004, ...event };
    return {
      index,
      entries: [index],
      tenant,
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
    async *activity(parties, period) {
      yield* within(period).filter(({ event }) => {
        const { actorUid, actorName, sessionUid, appUid, actorType } = event;
        const asItself = actorType === 4 ? appUid : null;
        const named = actorName === null ? null : `user:${actorName}`;
        return [actorUid, named, sessionUid, asItself].some(
          (p) => p !== null && parties.includes(p),
        );
      });
    },
    async *events(entries, period) {
      yield* within(period).filter((row) => row.entries.some((entry) => entries.includes(entry)));
    },
    async users(addresses, period) {
      return usersIn(within(period)).filter(({ ip }) => addresses.includes(ip));
    },
    async placesOf(parties, period) {
      return usersIn(within(period)).filter(({ uid, name }) =>
        parties.includes(uid ?? `user:${name}`),
      );
    },
    async historyMs(period) {
      return within(period).find(({ event }) => event.ip !== null)?.event.timeMs ?? null;
    },
    async accounts(uids, names) {
      return rows.flatMap(({ tenant, event: { actorUid: uid, actorName, timeMs } }) => {
        const name = actorName?.toLowerCase();
        if (uid === null || name === undefined) return [];
        return uids.includes(uid) || names.includes(name)
          ? [{ tenant, uid, name, firstMs: timeMs }]
          : [];
      });
    },
    servicePrincipals: async () => principals,
    async sharers(addresses, period) {
      const actors = (ip: string): number =>
        new Set(within(period).flatMap(({ event }) => (event.ip === ip ? event.actorName : [])))
          .size;
      return new Map(addresses.map((ip) => [ip, actors(ip)]));
    },
    record: async (index) => events[index]?.record,
  };
}

/** As in the columns: a sign-in is a success only if it says so. */
function usersIn(rows: readonly EventRow[]): AddressUser[] {
  return rows.flatMap(({ tenant, event }) => {
    const { ip, actorUid: uid, actorName: name, timeMs: firstMs, statusId, classUid } = event;
    const isSuccess = classUid === 3002 ? statusId === 1 : statusId !== 2;
    if (ip === null || !isSuccess || (uid === null && name === null)) return [];
    return [{ ip, tenant, uid, name: name?.toLowerCase() ?? null, firstMs }];
  });
}

/** A finding that cites some events. */
export function findingOf(
  events: readonly WorldEvent[],
  entries: readonly number[],
  { uid = 'f', ...more }: Partial<StoredFinding['draft']> & { readonly uid?: string } = {},
): StoredFinding {
  const times = entries.map((entry) => events[entry]?.atMs ?? 0);
  const [firstMs, lastMs] = [Math.min(...times), Math.max(...times)];
  return {
    ...{ index: 0, uid, detector: 'rules', state: 'open', because: null, revision: 0 },
    ...{ revisions: [0], mark: undefined },
    draft: {
      ...{ rule: 'r', version: 1, tenant: TENANT, group: 'g', windowMs: firstMs, firstMs, lastMs },
      ...{ title: 'an attack', message: '', next: '', severity: 4, techniques: ['T1078.004'] },
      ...{ entries, principals: [], sessions: [], apps: [], addresses: [], confidence: null },
      ...more,
    },
  };
}

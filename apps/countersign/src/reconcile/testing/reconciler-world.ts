import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TenantId } from '@countersign/core';
import { blank as blankEvent } from '@countersign/ocsf';
import { RowBuffer } from '../../store/parquet/row-buffer.ts';
import type { CoverageRow, ErasureRow } from '../../store/rows/entry-rows.ts';
import type { EventRow } from '../../store/rows/event-row.ts';
import { Store } from '../../store/store.ts';
import { StoreReader } from '../../store/store-reader.ts';
import { ActionReconciler } from '../actions/action-reconciler.ts';
import type {
  AuthorizationSource,
  AuthorizationStatus,
  PassBounds,
} from '../actions/authorization-status.ts';
import { ACTIONS_AT_ONCE, LIST_MAX } from '../limits.ts';

export const TENANT: TenantId = '3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21' as TenantId;
export const HOUR_MS = 3_600_000;
export const T: number = Date.UTC(2026, 2, 4, 9);
const ADA = 'ada@northmoor.example';
export const PHONE = '5d1c7e90-42ab-4f6e-8b13-0c9a2d4e6f81';
export const LAPTOP = '6d1c7e90-42ab-4f6e-8b13-0c9a2d4e6f81';
export const APP = 'b77cb44a-12ec-44e6-b26e-9bc936edd26b';

export type Event = Partial<EventRow['event']> & { readonly tenant?: TenantId };

function rowsOf(events: readonly Event[]): EventRow[] {
  return events.map(({ tenant = TENANT, ...event }, index) => ({
    ...{ index, entries: [index], tenant, action: `=${index}`, seenMs: T, erased: false },
    source: 'm365.export/unified-audit-log',
    event: { ...blankEvent(), statusId: 1, timeMs: T, ...event },
  }));
}

export function signIn(token: string, more: Event = {}): Event {
  const whole = { classUid: 3002, actorName: ADA, actorType: 1, sessionUid: 's', tokenUid: token };
  const kind = { activityId: 1, signInType: 'interactiveUser' };
  return { ...whole, ...kind, ip: '203.0.113.5', appUid: APP, deviceUid: LAPTOP, ...more };
}

export function read(token: string | null, more: Event = {}): Event {
  const whole = { classUid: 6001, operation: 'MailItemsAccessed', workload: 'Exchange' };
  return {
    ...{ ...whole, actorName: ADA, actorType: 1, tokenUid: token, timeMs: T + HOUR_MS },
    ...{ ip: '203.0.113.5', appUid: APP, deviceUid: LAPTOP, ...more },
  };
}

const LOGS = ['SignInLogs', 'NonInteractiveUserSignInLogs', 'ServicePrincipalSignInLogs'];
export const SOURCES: readonly string[] = [...LOGS, 'ManagedIdentitySignInLogs'].map(
  (log) => `azure-monitor/${log}`,
);
export const AUDIT = 'm365.export/unified-audit-log';

/** Coverage of all sign-in logs and of the actions' log. */
export function covered(
  state: CoverageRow['state'],
  more: Partial<CoverageRow> = {},
  sources: readonly string[] = [...SOURCES, AUDIT],
): CoverageRow[] {
  return sources.map((source) => ({
    ...{ index: 0, tenant: TENANT, source, workload: null, subject: null, state, bound: 0.01 },
    ...{ fromMs: T - 40 * 24 * HOUR_MS, toMs: T + 40 * 24 * HOUR_MS },
    because: 'a reason',
    ...more,
  }));
}

type Statuses = {
  readonly registered?: readonly string[];
  /** The pass of all decisions, or one per sign-in index. */
  readonly pass?: PassBounds;
  readonly passes?: Readonly<Record<number, PassBounds>>;
};

export function status(
  of: Readonly<Record<number, AuthorizationStatus>>,
  { registered, pass, passes = {} }: Statuses = {},
): AuthorizationSource {
  const opened = Object.keys(of).flatMap((index) => {
    const bounds = passes[Number(index)] ?? pass;
    return bounds === undefined ? [] : [{ ...bounds, decision: `d-${index}` }];
  });
  return {
    isSilent: Object.keys(of).length === 0,
    async *statuses() {
      yield Object.entries(of).map(([index, said]) => {
        return { index: Number(index), status: said, decision: `d-${index}` };
      });
    },
    async *passes() {
      yield opened;
    },
    registered: async () =>
      new Map(registered === undefined ? [] : [[TENANT as string, registered]]),
  };
}

export async function withReconciler<R>(
  events: readonly Event[],
  use: (reconciler: ActionReconciler) => Promise<R>,
  {
    coverage = covered('collected'),
    authorizations = status({}),
    erasures = [],
    atOnce = ACTIONS_AT_ONCE,
    listMax = LIST_MAX,
  }: {
    coverage?: readonly CoverageRow[];
    authorizations?: AuthorizationSource;
    erasures?: readonly ErasureRow[];
    atOnce?: number;
    listMax?: number;
  } = {},
): Promise<R> {
  const dir = mkdtempSync(join(tmpdir(), 'countersign-reconcile-'));
  try {
    const store = await Store.open(dir);
    const buffer = new RowBuffer();
    for (const row of rowsOf(events)) buffer.add(row);
    await store.postRows(buffer);
    store.post({ facts: { erasures } });
    store.commit(events.length + erasures.length);
    store.close();
    const reader = await StoreReader.open(dir);
    try {
      await using reconciler = new ActionReconciler(reader, {
        ...{ authorizations, coverage, atOnce, listMax },
      });
      return await use(reconciler);
    } finally {
      reader.close();
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
